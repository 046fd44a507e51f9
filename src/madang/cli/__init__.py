"""The `madang` command: everything a person does with a ledger at a prompt, and a script with `--json`.

Exit status: 0 done, 1 refused or failed, 2 wrong usage, 130 interrupted. Commands import what they need when they run,
so that help and completion answer at once.
"""

import sys

INTERRUPTED = 128 + 2
"""How shells name the end by SIGINT."""


def main() -> None:
    """The entry point of the `madang` command."""
    try:
        _run()
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None


def _run() -> None:
    from madang.cli.root import app
    from madang.cli.talk import system_errors, tell_error
    from madang.kernel.errors import MadangError

    try:
        with system_errors():
            app(prog_name="madang")
    except MadangError as error:
        tell_error(error, as_json="--json" in sys.argv)
        raise SystemExit(1) from None
