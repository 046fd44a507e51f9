"""Every benchmark, one after the other: `python -m bench [--full]`. Each also runs alone, with --json for programs."""

import sys

from bench import cluster, payments


def main() -> None:
    """Run them all, in words."""
    full = [one for one in sys.argv[1:] if one == "--full"]
    payments.main(full)
    cluster.main(full)


if __name__ == "__main__":
    main()
