"""Every benchmark, one after the other: `python -m bench [--full]`. Each also runs alone, with --json for programs."""

import sys

from bench import payments


def main() -> None:
    """Run them all, in words."""
    payments.main([one for one in sys.argv[1:] if one == "--full"])


if __name__ == "__main__":
    main()
