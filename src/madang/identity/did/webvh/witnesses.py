"""What witnesses signed of a history (did:webvh 1.0, "DID Witnesses"): a file beside it.

A witness that signed a version signed all before it. So each entry needs as many different witnesses of those named for
it as its threshold says, each with a proof of that version or a later one of this very history.
"""

import msgspec

from madang.identity import jose
from madang.identity.did.multikey import did_key
from madang.identity.did.proofs import check_proof
from madang.identity.did.webvh.parameters import Witnesses
from madang.kernel.errors import MadangError

MAX_BYTES = 1024 * 1024
MAX_PROOFS = 512


class Entry(msgspec.Struct, frozen=True):
    """An entry by its `versionId`, and who must have witnessed it."""

    id: str
    approvers: Witnesses


def check_witnesses(entries: list[Entry], file: bytes | None) -> None:
    """Refuse a history whose entries were not witnessed as they must be.

    Proofs of other versions, by others, or that do not hold are passed over, as the specification has it. Raises
    `MadangError` (`did.witness`).
    """
    if not any(one.approvers.threshold for one in entries):
        return
    places = {one.id: place for place, one in enumerate(entries)}
    named = {witness for one in entries for witness in one.approvers.ids}
    furthest: dict[str, int] = {}
    for version, proof in _proofs(file):
        witness = _signer(version, proof, named)
        if witness and version in places:
            furthest[witness] = max(places[version], furthest.get(witness, 0))
    for place, one in enumerate(entries):
        signed = [witness for witness in one.approvers.ids if furthest.get(witness, -1) >= place]
        if len(signed) < one.approvers.threshold:
            raise _wrong("too few of its witnesses signed a version of it")


def _proofs(file: bytes | None) -> list[tuple[str, object]]:
    if file is None:
        raise _wrong("the file of its witnesses is not there")
    if len(file) > MAX_BYTES:
        raise _wrong("the file of its witnesses is too long")
    listed = jose.read_json(file, "the witnesses' file", "did.witness")
    if not isinstance(listed, list):
        raise _wrong("the file of its witnesses is no list")
    found = []
    for one in listed:
        proofs = one.get("proof") if isinstance(one, dict) else None
        version = one.get("versionId") if isinstance(one, dict) else None
        if not isinstance(version, str) or not isinstance(proofs, list):
            raise _wrong("the file of its witnesses can't be read")
        found += [(version, proof) for proof in proofs]
    if len(found) > MAX_PROOFS:
        raise _wrong(f"the file of its witnesses has more than {MAX_PROOFS} proofs")
    return found


def _signer(version: str, proof: object, named: set[str]) -> str:
    """The witness who signed this version; none where it is nobody named, or the proof does not hold."""
    claimed = proof.get("verificationMethod") if isinstance(proof, dict) else None
    if not isinstance(claimed, str) or claimed.partition("#")[0] not in named:
        return ""
    try:
        return did_key(check_proof({"versionId": version}, proof))
    except MadangError:
        return ""


def _wrong(why: str) -> MadangError:
    return MadangError("did.witness", f"The history is not witnessed as it must be: {why}.")
