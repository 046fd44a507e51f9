"""A day on which 22 people ask for tokens, claim and pay, and what each party has seen of it in the end.

What a party knows is a set of pairs of things that it has seen together, taken from what it really holds: the
authority's transcript, the blocks, a shop's list of payments. Parties that collude put their pairs together.
"""

import tempfile
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from madang.base.eligibility import queries as eligibility
from madang.base.eligibility.tokens import nullifier, prepared
from madang.base.parties.transactions import RegisterPeople
from madang.identity.blind import blind_sign
from madang.identity.eligibility.holding import Asked, ask, token_of
from madang.identity.eligibility.publishing import due
from madang.identity.eligibility.register import BATCH_SECONDS
from madang.kernel.codec import from_base64url
from madang.records.database import open_database
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import ClaimByToken, Pay
from tests.base.eligibility.scene import OFFER, WELFARE, key, modulus, offered, opening
from tests.identity.eligibility.scene import office, resident, view_of
from tests.services.vouchers.everything import FULL, OPENS, paying
from tests.support.cast import new_key, officer, quorum
from tests.support.signing import Wallet, wallet
from tests.support.world import World, present

TINY = "tiny"
"""An offer that one person qualifies for."""
PEOPLE = 22
LAST = PEOPLE
"""Who asks for the tiny offer."""
BEHIND_A_RELAY = range(16, PEOPLE)
"""Who reaches the server of the wallet over somebody else's network."""
PARTIES = ("authority", "bank", "validators", "merchant", "sponsor", "wallet server", "network")
Thing = tuple[str, str]
Pairs = set[tuple[Thing, Thing]]


class Issue(NamedTuple):
    """What the authority has seen of one request."""

    person: int
    offer: str
    at: int
    address: str
    blinded: bytes
    signature: bytes


class Day(NamedTuple):
    """The ledger after it, the authority's transcript, the claims in the order of the ledger, and each one's minute."""

    world: World
    issues: Sequence[Issue]
    claims: Sequence[ClaimByToken]
    claimed_at: Sequence[int]
    faces: Sequence[int]
    register: bytes


def fresh(person: int) -> Wallet:
    """The key that somebody uses for this programme alone."""
    return wallet(f"fresh key {person}")


def address(person: int) -> str:
    """From where somebody reaches the network."""
    return f"198.51.100.{person}"


@cache
def day() -> Day:
    """The day, played once."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/office.db")
        world = offered(issued=0)
        world.accept(opening(offer=TINY, key=modulus(TINY)), by=quorum("welfare"))
        everyone = [new_key(fresh(person)) for person in range(PEOPLE + 1)]
        world.accept(RegisterPeople(by="bank-a", keys=everyone), by=officer("bank-a"))
        authority, register = office(database)
        issues, asked = [], []
        for person in range(PEOPLE + 1):
            view = view_of(world, TINY if person == LAST else OFFER)
            request, at = ask(view, fresh(person).party), OPENS + 60 * person
            signature = authority.issue(view, request.blinded, [resident(person)], at)
            issues.append(Issue(person, view.name, at, address(person), request.blinded, signature))
            asked.append(request)
        world.time = OPENS + 25 * BATCH_SECONDS
        for name in (OFFER, TINY):
            world.accept(present(due(register, view_of(world, name), world.time)), by=WELFARE)
        claims, claimed_at, faces = _claim(world, issues, asked)
        database.close()
        return Day(world, issues, claims, claimed_at, faces, (Path(folder) / "office.db").read_bytes())


def _claim(
    world: World, issues: Sequence[Issue], asked: Sequence[Asked]
) -> tuple[list[ClaimByToken], list[int], list[int]]:
    """All claim in another order than they asked in, in two minutes; then they pay, in another order again."""
    claims, claimed_at, faces = [], [], []
    order = sorted(range(PEOPLE + 1), key=lambda person: person * 7 % (PEOPLE + 1))
    for place, person in enumerate(order):
        world.advance(60 if place == PEOPLE // 2 else 1)
        view = view_of(world, issues[person].offer)
        token, signature = token_of(view, asked[person], issues[person].signature)
        holder = fresh(person)
        claim = ClaimByToken(by=holder.party, programme=FULL, offer=view.name, token=token, signature=signature)
        world.accept(claim, by=holder)
        claims.append(claim)
        claimed_at.append(world.time // 60)
    for person in reversed(order):
        world.advance(1)
        (voucher,) = queries.own_vouchers(world.state(), fresh(person).party, FULL)
        paid = paying((voucher.number, 1_000 + person), by=fresh(person), order=f"order-{person}")
        world.accept(paid, by=fresh(person))
        faces.append(person)
    return claims, claimed_at, faces


def signed_of(claim: ClaimByToken) -> bytes:
    """What was signed, as everybody who sees a claim can put it together."""
    return prepared(claim.token, claim.programme, claim.offer, claim.by)


def person_of(claim: ClaimByToken) -> int:
    """Whose claim it is: what nobody but this test is told."""
    return next(person for person in range(PEOPLE + 1) if fresh(person).party == claim.by)


def voucher_of(claim: ClaimByToken) -> str:
    """The voucher that a claim brought, as its holder sees it."""
    (found,) = queries.own_vouchers(day().world.state(), claim.by, FULL)
    return found.number


# ------------------------------------------------------------------------------------------- what each party has seen


def knows(party: str) -> Pairs:
    """What a party has seen together."""
    return {
        "authority": _authority,
        "bank": _bank,
        "validators": _validators,
        "merchant": _merchant,
        "sponsor": _sponsor,
        "wallet server": _wallet_server,
        "network": _network,
    }[party]()


def _person(number: int) -> Thing:
    return ("person", str(number))


def _authority() -> Pairs:
    """Who asked, from where, with which blinded token."""
    pairs: Pairs = set()
    for one in day().issues:
        pairs |= {
            (_person(one.person), ("address", one.address)),
            (_person(one.person), ("blinded", one.blinded.hex())),
            (("blinded", one.blinded.hex()), ("blind signature", one.signature.hex())),
        }
    return pairs


def _bank() -> Pairs:
    """Whose key is whose, since it registered them."""
    return {(_person(person), ("key", fresh(person).party)) for person in range(PEOPLE + 1)}


def _validators() -> Pairs:
    """Every act, and what it wrote: which key claimed which voucher with which token, and paid what with it."""
    pairs: Pairs = set()
    machine = day().world.machine
    for entry in day().world.entries[1:]:
        for act in machine.read(entry.signed).payload.acts:
            if isinstance(act, ClaimByToken):
                pairs |= {(("key", act.by), ("token", act.token)), (("token", act.token), ("signature", act.signature))}
                held = [name for name, _ in entry.writes if name.startswith(b"vouchers.held\0")]
                pairs |= {(("key", act.by), ("voucher", name.split(b"\0")[-1].decode())) for name in held}
            if isinstance(act, Pay):
                pairs |= {(("voucher", part.voucher), ("order", act.order)) for part in act.parts}
    return pairs


def _merchant() -> Pairs:
    """Whose face was at the till when which payment came in."""
    payments = queries.shop_payments(day().world.state(), "bakery", FULL)
    return {(_person(face), ("order", payment.order)) for face, payment in zip(day().faces, payments, strict=True)}


def _sponsor() -> Pairs:
    """What is granted under references that it knows: it knows none, and guesses what it can see of the offers."""
    state = day().world.state()
    guesses = [one.name for one in eligibility.offers(state, FULL)]
    found = {guess: queries.granted(state, "ministry", FULL, guess) for guess in guesses}
    return {(("reference", guess), ("voucher", voucher)) for guess, voucher in found.items() if voucher}


def _wallet_server() -> Pairs:
    """Which key came from which address, claimed with which token, holds which voucher and paid what.

    Who comes by a relay has the relay's address, which says nothing.
    """
    return _validators() | {
        (("key", fresh(person).party), ("address", address(person)))
        for person in range(PEOPLE + 1)
        if person not in BEHIND_A_RELAY
    }


def _network() -> Pairs:
    """Whose address is whose. What is said is encrypted."""
    return {(_person(person), ("address", address(person))) for person in range(PEOPLE + 1)}


# ------------------------------------------------------------------------------------------------------------ colluding


def together(parties: Iterable[str], claim: ClaimByToken) -> set[int] | None:
    """Who may hold a claim's voucher, as far as these parties can tell; None where none of them sees vouchers.

    Whom they can't tell from one another: by what they have seen together, else by who had asked for a token of the
    same offer when the authority counted, and by who was on line in the minute of the claim.
    """
    parties = set(parties)
    reached = {("voucher", voucher_of(claim))}
    pairs = set().union(*(knows(party) for party in parties))
    if not any(reached & set(pair) for pair in pairs):
        return None
    while near := {thing for pair in pairs if reached & set(pair) for thing in pair} - reached:
        reached |= near
    named = {int(name) for sort, name in reached if sort == "person"}
    if named:
        return named
    left = set(range(PEOPLE + 1))
    if "authority" in parties:
        left &= {one.person for one in day().issues if one.offer == claim.offer}
    if "network" in parties:
        minute = day().claimed_at[list(day().claims).index(claim)]
        left &= {person_of(one) for one, when in zip(day().claims, day().claimed_at, strict=True) if when == minute}
    return left


def nullifier_of(claim: ClaimByToken) -> str:
    """The name under which a claim's token was spent."""
    return nullifier(signed_of(claim))


def number(text: str) -> int:
    """A number in base64url."""
    return int.from_bytes(from_base64url(text, "number"), "big")


def secretly_signed(holder: Wallet) -> ClaimByToken:
    """A token that the authority's key signed without anybody having asked."""
    view = view_of(day().world)
    made = ask(view, holder.party)
    token, signature = token_of(view, made, blind_sign(key(), made.blinded))
    return ClaimByToken(by=holder.party, programme=FULL, offer=OFFER, token=token, signature=signature)
