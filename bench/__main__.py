"""Every benchmark, one after the other: `python -m bench [--full]`. Each also runs alone, with --json for programs."""

import sys

from bench import appeals, cluster, pages, payments, programmes


def main() -> None:
    """Run them all, in words."""
    full = [one for one in sys.argv[1:] if one == "--full"]
    payments.main(full)
    cluster.main(full)
    programmes.main([])
    appeals.main([])
    pages.main([])


if __name__ == "__main__":
    main()
