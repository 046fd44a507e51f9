"""madang notices: what people are told (알림), found in a node's blocks and sent once (docs/appeals.md)."""

import time
from pathlib import Path
from typing import Annotated

import typer

from madang.cli.records import DEFAULT, Address, Folder, followed, opened
from madang.cli.talk import Json, table, tell
from madang.cli.vault import KEY_FILE, MasterKey
from madang.kernel.errors import MadangError

app = typer.Typer(no_args_is_help=True, help="Notices to people: granted, paid, decided, soon to end.")


@app.command("run")
def run(
    folder: Folder,
    database: Address = DEFAULT,
    master_key: MasterKey = KEY_FILE,
    spool: Annotated[Path, typer.Option(help="Where carriers find messages: a folder a channel.")] = Path("spool"),
    once: Annotated[bool, typer.Option("--once", help="Go one round and end.")] = False,
    every: Annotated[int, typer.Option(min=1, max=3_600, help="Seconds between two rounds.")] = 10,
    as_json: Json = False,
) -> None:
    """Follow a node, running or not, and send what concerns people. Kill it at any time: nothing is sent twice."""
    import msgspec

    with opened(database) as records, followed(folder) as following:
        from madang.records.channels import spools
        from madang.records.masterkey import FileMasterKey
        from madang.records.noticemodel import Notices
        from madang.records.outbox import Outbox
        from madang.records.projection import project
        from madang.records.vault import Vault

        outbox = Outbox(records, Vault(records, FileMasterKey.open(master_key)), spools(spool))
        while True:
            following.catch_up()
            height = project(records, following, Notices()).height
            done = outbox.run()
            if once or done.sent or done.dead:
                text = f"block {height}: {done.sent} sent, {done.waiting} tried again later, {done.dead} given up"
                tell(text, msgspec.to_builtins(done) | {"height": height}, as_json=as_json)
            if once:
                return
            time.sleep(every)


@app.command("list")
def show(
    party: Annotated[str | None, typer.Argument(help="Whose notices (내 알림).")] = None,
    dead: Annotated[bool, typer.Option("--dead", help="Instead: messages that were given up.")] = False,
    language: Annotated[str, typer.Option(help="ko or en.")] = "ko",
    since: Annotated[int, typer.Option(min=0, help="From this second on.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many.")] = 100,
    database: Address = DEFAULT,
    as_json: Json = False,
) -> None:
    """List every official notice to a party, or the dead letters."""
    import msgspec

    if (party is None) != dead:
        raise MadangError("notices.whose", "Name a party, or ask for --dead.")
    with opened(database) as records, records.reading() as connection:
        from madang.records.outbox import dead_letters, own_notices

        if party is None:
            letters = dead_letters(connection, limit)
            rows: list[tuple[str, ...]] = [(_moment(one.done_at), one.channel, one.kind, one.error) for one in letters]
            text = table(("GIVEN UP", "CHANNEL", "ABOUT", "WHY"), rows)
            tell(text, msgspec.to_builtins(letters), as_json=as_json)
            return
        if language not in ("ko", "en"):
            raise MadangError("notices.language", "Notices are in ko and en. Name one of them.")
        found = own_notices(connection, party, language, since, limit)  # type: ignore[arg-type]
    lines = [f"{_moment(one.at)}  {one.text}" for one in found]
    tell("\n".join(lines) or "No notices.", msgspec.to_builtins(found), as_json=as_json)


def _moment(moment: int) -> str:
    """Day and minute in Seoul."""
    return time.strftime("%Y-%m-%d %H:%M", time.gmtime(moment + 9 * 3_600))
