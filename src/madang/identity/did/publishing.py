"""Anchors versions by a node, and asks one what it says of them."""

import time
from collections.abc import Callable, Sequence

import msgspec

from madang.base.anchors.state import Anchor
from madang.client import Client, Wallet
from madang.identity.did.anchoring import Confirmed, act_for, confirm, series_of
from madang.identity.did.keeping import ANCHORS, party_of
from madang.identity.did.webvh.history import History
from madang.identity.did.webvh.names import read_name
from madang.identity.did.webvh.resolving import Fetch, fetcher_of
from madang.kernel.errors import MadangError
from madang.log.checkpoint import Policy

TRIES, WAIT_SECONDS = 40, 0.5
"""How long the proof of a new version may take: the log is published every few seconds."""
PROOF_TYPE = "application/octet-stream"
_SOON = ("log.unpublished", "log.uncosigned", "proof.missing")


def anchor_versions(
    client: Client, wallets: Sequence[Wallet], history: History, keep: Callable[[int, bytes], None]
) -> list[int]:
    """Anchor every version that the ledger has not, one by one, and `keep` the proof of each; which ones that were.

    The newest version's proof is kept again where nothing is new. Raises `MadangError`: `did.party`, `did.cut`,
    `did.replaced` (the ledger has another digest), what the ledger refused with, `log.*`, `client.unreachable`.
    """
    party = party_of(history)
    if not party:
        raise MadangError("did.party", "The identifier names no party of the ledger that anchors it.")
    newest = newest_anchor(client, history, party)
    at = newest.version if newest is not None else 0
    if at > len(history.versions):
        raise MadangError("did.cut", "The ledger has newer versions than this history: it was cut off, or is old.")
    if newest is not None and history.versions[at - 1].digest != newest.digest:
        raise MadangError("did.replaced", "The ledger has another digest of this version. The history was replaced.")
    if at:
        keep(at, _proof(client, history, party))
    for version in history.versions[at:]:
        result = client.perform([act_for(history, version, party)], wallets)
        if result.outcome != "accepted":
            said = getattr(result, "detail", "") or getattr(result, "message", "")
            raise MadangError(result.code, said)
        # Now, since the ledger proves the newest version alone.
        keep(version.number, _proof(client, history, party))
    return [one.number for one in history.versions[at:]]


def ask_confirmed(
    client: Client, history: History, party: str, policy: Policy | None, get: Fetch | None = None
) -> tuple[Confirmed, ...]:
    """What a node's ledger says of each version; with a policy, by the proofs that lie beside the history too.

    Raises `MadangError`: `did.party`, `did.cut`, `client.unreachable`.
    """
    if not party:
        raise MadangError("did.party", "The identifier names no party of the ledger that anchors it. Use --party.")
    newest = newest_anchor(client, history, party)
    get = get or fetcher_of(history.did)
    proofs: dict[int, bytes] = {}
    for version in history.versions if policy is not None else ():
        try:
            proofs[version.number] = get(f"{read_name(history.did).folder}/{ANCHORS}/{version.number}", PROOF_TYPE)
        except MadangError:
            continue  # what has no proof is told as such
    return confirm(history, party, newest, proofs, policy)


def newest_anchor(client: Client, history: History, party: str) -> Anchor | None:
    """The ledger's newest anchor of a history, as a node answers. Raises `MadangError`."""
    said = client.query("anchors", "newest", {"institution": party, "series": series_of(history)})
    if said is None:
        return None
    try:
        return msgspec.convert([said[name] for name in Anchor.__struct_fields__], Anchor)
    except (msgspec.ValidationError, KeyError, TypeError):
        raise MadangError("client.answer", "The node did not answer with an anchor. Is it a newer version?") from None


def _proof(client: Client, history: History, party: str) -> bytes:
    left = TRIES
    while True:
        try:
            return client.proof("anchors.newest", [party, series_of(history)])
        except MadangError as error:
            left -= 1
            if error.code not in _SOON or not left:
                raise
        time.sleep(WAIT_SECONDS)
