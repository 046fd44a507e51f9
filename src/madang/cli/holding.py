"""madang identity receive, cards and claim: a holder's wallet on the command line (docs/zero-knowledge.md)."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from madang.cli.options import DEFAULT_URL, Passphrase, Url, ask_passphrase, open_wallets
from madang.cli.talk import Json, patience, table, tell
from madang.cli.typed import typed
from madang.kernel.errors import MadangError

if TYPE_CHECKING:
    from madang.base.eligibility.queries import OfferView
    from madang.client import Client
    from madang.identity.wallet.answering import Request
    from madang.identity.wallet.keeping import Box, Copy, Credential, Token
    from madang.identity.wallet.known import Known

File = Annotated[Path, typer.Argument(help="The wallet's file; it is made where there is none.", dir_okay=False)]


def receive(
    file: File,
    link: Annotated[str, typer.Argument(help="The link of the offer, as the office shows it.")],
    passphrase_file: Passphrase = None,
    url: Url = DEFAULT_URL,
    as_json: Json = False,
) -> None:
    """Take credentials that an office offers into a wallet on this machine. Asks for the digits that it told."""
    from madang.client import Client
    from madang.identity.wallet import keeping, known, receiving

    passphrase = ask_passphrase(str(file), passphrase_file, confirm=not file.exists())
    box = keeping.read(file, passphrase)
    code = typed("Digits that the office told", "wallet.no_code").strip()
    with Client(url) as client, patience("The office issues"):
        found = receiving.receive(link, code, known.Known(client.get(known.PATH)))
    box.credentials = [*box.credentials, *found]
    keeping.write(file, box, passphrase)
    _tell_cards(found, as_json)


def cards(file: File, passphrase_file: Passphrase = None, as_json: Json = False) -> None:
    """List the credentials of a wallet on this machine."""
    from madang.identity.wallet import keeping

    _tell_cards(keeping.read(file, ask_passphrase(str(file), passphrase_file)).credentials, as_json)


def claim(
    file: File,
    programme: Annotated[str, typer.Argument(help="The programme's name on the ledger.")],
    key: Annotated[str, typer.Option(help="The key that will hold the voucher; its own for each programme.")],
    offer: Annotated[str, typer.Option(help="One offer of the programme; else the first that fits.")] = "",
    shown: Annotated[bool, typer.Option("--shown", help="Show the age itself where it could be proven.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Agree to what the authority asks, unseen.")] = False,
    passphrase_file: Passphrase = None,
    url: Url = DEFAULT_URL,
    as_json: Json = False,
) -> None:
    """Claim a voucher by a token that names nobody: the first time have it signed, then, once it is counted, spend it.

    An age is proven in zero knowledge where the offer takes it so; with --shown, or without the library, it is shown.
    """
    from madang.client import Client
    from madang.identity.wallet import keeping
    from madang.services.vouchers.transactions import ClaimByToken

    passphrase = ask_passphrase(str(file), passphrase_file)
    (signer,) = open_wallets([key], passphrase_file)
    box = keeping.read(file, passphrase)
    with Client(url) as client:
        token = box.token(programme, signer.kid)
        if token is None or not token.signature:
            token = _signed(client, file, passphrase, box, (programme, offer, signer.kid), shown=shown, agreed=yes)
        act = ClaimByToken(
            by=signer.kid, programme=programme, offer=token.offer, token=token.token, signature=token.signature
        )
        said = client.perform([act], [signer])
    outcome, reason = getattr(said, "outcome", ""), getattr(said, "code", "")
    if outcome != "accepted" and reason == "eligibility.not_counted":
        text = "The token is signed and kept. Its authority counts within a day: run the same command again then."
    elif outcome == "accepted":
        text = f"Claimed by {token.offer}: the voucher is held by {key}."
    else:
        raise MadangError(reason or "client.answer", getattr(said, "detail", "") or "The ledger refused the claim.")
    tell(text, {"offer": token.offer, "claimed": outcome == "accepted"}, as_json=as_json)


def _signed(
    client: "Client",
    file: Path,
    passphrase: str,
    box: "Box",
    wanted: tuple[str, str, str],
    *,
    shown: bool,
    agreed: bool,
) -> "Token":
    """A token of a programme's offer for a key. The wallet is written before anything leaves it."""
    from madang.identity.wallet import answering, claiming, keeping, known

    trust = known.Known(client.get(known.PATH))
    view = _fitting(client, box, trust, wanted)
    token = box.token(view.programme, wanted[2])
    if token is None:
        token = claiming.new_token(view, wanted[2])
        box.tokens = [*box.tokens, token]
    address = claiming.address_of(client, view)
    begun = claiming.begin(address, view)
    request = claiming.fetch(begun, view, trust)
    chosen = _chosen(request, box, trust, shown=shown)
    _agree(request, chosen, view.offer.authority, agreed=agreed)
    for _, copy in chosen.values():
        copy.used = True
    keeping.write(file, box, passphrase)
    with patience("Proving and asking"):
        response = answering.answer(request, {name: keeping.held(*one) for name, one in chosen.items()}, trust.now)
        claiming.sign(address, view, begun, claiming.send(request, response), token)
    keeping.write(file, box, passphrase)
    return token


def _fitting(client: "Client", box: "Box", trust: "Known", wanted: tuple[str, str, str]) -> "OfferView":
    from madang.identity.wallet import claiming

    programme, offer, holder = wanted
    begun = box.token(programme, holder)
    offer = begun.offer if begun is not None else offer
    open_now = [
        one
        for one in claiming.offers(client, programme)
        if not one.tally.closed and trust.now < one.offer.closes and offer in ("", one.name)
    ]
    held = box.current(trust.now)
    for one in open_now:
        if claiming.judge(one, held) == "met":
            return one
    lacking = sorted(
        {each.credential for one in open_now for each in one.offer.requirements} - {one.type for one in held}
    )
    more = f" You hold no {', '.join(lacking)} that counts now." if lacking else ""
    raise MadangError("wallet.nothing_fits", f"No open offer of {programme} fits what this wallet holds.{more}")


def _chosen(request: "Request", box: "Box", trust: "Known", *, shown: bool) -> "dict[str, tuple[Credential, Copy]]":
    """A fresh copy for each query that is answered."""
    from madang.identity.wallet import answering, keeping
    from madang.identity.zk.running import ensure_available

    proves = not shown
    try:
        ensure_available()
    except MadangError:
        proves = False
    copies = [(one, copy) for one in box.current(trust.now) if (copy := one.fresh()) is not None]
    held = [keeping.held(*one) for one in copies]
    behind = dict(zip(map(id, held), copies, strict=True))
    found = answering.choose(request, held, lambda one: behind[id(one)][0].claims, proves)
    return {name: behind[id(one)] for name, one in found.items()}


def _agree(
    request: "Request", chosen: "Mapping[str, tuple[Credential, Copy]]", authority: str, *, agreed: bool
) -> None:
    """Tell the holder what would be shown to whom, and go on only if they agree."""
    if agreed:
        return
    lines = [f"{authority} asks, for {', '.join(sorted({one.purpose for one in request.permissions}))}:"]
    for one in request.wanted:
        if one.query in chosen:
            credential, _ = chosen[one.query]
            how = "is proven, and the credential stays hidden" if one.form == "mso_mdoc_zk" else "is shown"
            lines += [f"  {credential.type} {name} = {credential.claims[name]}: {how}" for name in one.claims]
    typer.echo("\n".join(lines), err=True)
    if not typer.confirm("Show this?", err=True):
        raise MadangError("wallet.declined", "Nothing was shown.")


def _tell_cards(found: "list[Credential]", as_json: bool) -> None:
    rows: list[tuple[str, ...]] = [
        (one.type, one.form, one.issuer, _day(one.until), str(sum(not each.used for each in one.copies)))
        for one in found
    ]
    value = [
        {"type": one.type, "format": one.form, "issuer": one.issuer, "until": one.until, "copies": int(row[-1])}
        for one, row in zip(found, rows, strict=True)
    ]
    text = table(("TYPE", "FORMAT", "ISSUER", "UNTIL", "COPIES"), rows) if rows else "The wallet holds nothing yet."
    tell(text, value, as_json=as_json)


def _day(at: int) -> str:
    import datetime

    return datetime.datetime.fromtimestamp(at, datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")
