"""An authority's keys for blind signatures, one an offer, in its institution's folder: eligibility/PROGRAMME/OFFER.pem.

Encrypted as all keys are, with the institution's passphrase. Who has one makes as many tokens as the published count
still lets through; who loses one can sign no more tokens of that offer, and opens another.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

from madang.identity.blind import SigningKey
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError

FOLDER = "eligibility"
OFFICER = "officer"
"""The key, in the same folder, with which an officer of the authority publishes counts from a server."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,47}\Z")


def make_key(institution: Path, programme: str, offer: str, passphrase: str) -> str:
    """Make the key of an offer; gives its modulus in base64url, as `eligibility.open` names it.

    Raises `MadangError`: `eligibility.name`, `eligibility.key_exists`.
    """
    if not _NAME.match(programme) or not _NAME.match(offer):
        raise MadangError("eligibility.name", "Programmes and offers are named by a-z, 0-9 and '-'. Check the names.")
    file = institution / FOLDER / programme / f"{offer}.pem"
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = SigningKey.generate()
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise MadangError("eligibility.key_exists", f"{file} is there already. A key is for one offer.") from None
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(key.to_pem(passphrase.encode()))
        opened.flush()
        os.fsync(opened.fileno())
    return to_base64url(key.public.modulus.to_bytes(key.public.length, "big"))


def open_keys(institution: Path, passphrase: str) -> Callable[[str, str], SigningKey | None]:
    """Gives keys by programme and offer, or None where there is none. Each is opened when it is first asked for.

    What it gives raises `MadangError` (`blind.key`): the key is damaged, or the passphrase is another.
    """
    opened: dict[tuple[str, str], SigningKey] = {}

    def key(programme: str, offer: str) -> SigningKey | None:
        found = opened.get((programme, offer))
        if found is None:
            try:
                pem = (institution / FOLDER / programme / f"{offer}.pem").read_bytes()
            except OSError:
                return None
            found = opened[programme, offer] = SigningKey.from_pem(pem, passphrase.encode())
        return found

    return key
