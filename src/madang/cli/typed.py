"""What a person types at a prompt, or a pad or a script sends in a line of standard input.

Numbers, PINs and codes are never arguments, which other users of the machine can see.
"""

import sys

import typer

from madang.kernel.errors import MadangError

MAX_LINE = 1_024


def typed(what: str, missing: str, *, secret: bool = True) -> str:
    """What was typed where `what` was asked for; not shown while it is typed where it is `secret`.

    Raises `MadangError` (the code `missing`): standard input ended, or the line is blank.
    """
    if sys.stdin.isatty():
        answer: str = typer.prompt(what, hide_input=secret, err=True)
        return answer
    line = sys.stdin.readline(MAX_LINE)
    if not line.strip():
        raise MadangError(missing, f"Nothing was typed where the {what.lower()} was asked for. Send it in a line.")
    return line.removesuffix("\n").removesuffix("\r")
