"""madang letters: claim codes that are printed in letters, and claims with them.

A code is typed at a prompt or comes in a line on standard input. It is never an argument, which other users of the
machine can see.
"""

from pathlib import Path
from typing import Annotated

import typer

from madang.cli import files
from madang.cli.declared import Keys
from madang.cli.options import DEFAULT_URL, Passphrase, Url, open_wallets
from madang.cli.talk import Json, patience, tell
from madang.cli.typed import typed

MOST = 100_000

app = typer.Typer(no_args_is_help=True, help="Make the codes of letters, and claim with one (docs/programme.md).")
Programme = Annotated[str, typer.Option(help="The programme of the voucher.")]


@app.command()
def make(
    programme: Programme,
    output: Annotated[Path, typer.Option("--output", "-o", help="Write the codes to print to this file.")],
    count: Annotated[int, typer.Option(help="How many.", min=1, max=MOST)] = 1,
    as_json: Json = False,
) -> None:
    """Make codes. This prints the digests that grants carry; the file, in the same order, goes to the printer."""
    from madang.client.letters import digest_of_code, new_code

    files.check_free(output)
    codes = [new_code() for _ in range(count)]
    digests = [digest_of_code(programme, one) for one in codes]
    files.write(output, "".join(f"{one}\n" for one in codes).encode(), force=False)
    output.chmod(0o600)
    tell("\n".join(digests), {"digests": digests}, as_json=as_json)


@app.command()
def claim(
    programme: Programme,
    key: Keys,
    by: Annotated[str, typer.Option(help="Who claims; the party named by the first key if it is not given.")] = "",
    holder: Annotated[str, typer.Option(help="For whom, where a delegate claims by a mandate.")] = "",
    passphrase_file: Passphrase = None,
    url: Url = DEFAULT_URL,
    as_json: Json = False,
) -> None:
    """Take the voucher that waits for a letter's code. Asks for the code, which does not go to the ledger."""
    from madang.cli.transactions import outcome_text
    from madang.client import Client, Problem, make_payload, sign
    from madang.client.letters import claim_by_code

    code = "".join(typed("Code", "letters.no_code").split()).upper()
    wallets = open_wallets(key, passphrase_file)
    act = claim_by_code(by or wallets[0].kid, programme, code, holder or None)
    with patience("Waiting until it is durable"), Client(url) as client:
        result = client.submit(sign(make_payload(client.chain, [act]), wallets))
    tell(outcome_text(result), result, as_json=as_json)
    if isinstance(result, Problem):
        raise typer.Exit(1)
