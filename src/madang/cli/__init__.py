"""The `madang` command: everything a person does with a ledger at a prompt, and a script with `--json`.

Exit status: 0 done, 1 refused or failed, 2 wrong usage. Commands import what they need when they run, so that help
and completion answer at once.
"""

import sys


def main() -> None:
    """The entry point of the `madang` command."""
    from madang.cli.root import app
    from madang.cli.talk import system_errors, tell_error
    from madang.kernel.errors import MadangError

    try:
        with system_errors():
            app(prog_name="madang")
    except MadangError as error:
        tell_error(error, as_json="--json" in sys.argv)
        raise SystemExit(1) from None
