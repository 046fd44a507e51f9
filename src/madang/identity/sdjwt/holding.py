"""What a wallet does with a credential: take it in, see what can be shown, present a part (RFC 9901, section 7.2)."""

from collections.abc import Callable, Collection

import msgspec

from madang.identity import jose
from madang.identity.sdjwt import disclosures
from madang.identity.sdjwt.forms import BINDING_TYP, TYP, Object, Path, split, written
from madang.identity.sdjwt.resolving import resolve
from madang.identity.sdjwt.verifying import Issued, Trust, check_validity, read_issued
from madang.kernel.errors import MadangError

_encode = msgspec.json.Encoder().encode


def accept(text: str, trust: Trust, now: int) -> Issued:
    """What an issuer handed over, checked as a verifier would, but for the key binding, which is the holder's to make.

    Raises `MadangError`: `sdjwt.not_issued` (it bears a key binding, so it was somebody's presentation), what
    `verifying.read_issued` and `verifying.check_validity` raise.
    """
    if split(text)[2]:
        raise MadangError("sdjwt.not_issued", "This was presented by somebody, and not issued to you.")
    issued = read_issued(text, trust)[0]
    check_validity(issued, now)
    return issued


def hideable(text: str) -> tuple[Path, ...]:
    """The paths that the holder may keep to itself, in the order of the claims. For a credential that was accepted."""
    jwt, texts, _ = split(text)
    return tuple(resolve(_payload(jwt), disclosures.read_all(texts)).places)


def present(
    text: str,
    paths: Collection[Path],
    audience: str,
    nonce: str,
    now: int,
    sign_with: Callable[[bytes], bytes],
) -> str:
    """What to hand to the verifier `audience`, who asked with `nonce`: these claims, and what can't be hidden.

    A path stands for everything below it, and for what it is inside of as far as that must be shown with it.
    `sign_with` gives r and s (64 bytes, ES256) of the bytes it is given, by the key in the credential's `cnf`: it may
    ask a security module.

    Raises `MadangError`: `sdjwt.path` (the credential has no such claim), what reading the credential raises.
    """
    jwt, texts, _ = split(text)
    resolved = resolve(_payload(jwt), disclosures.read_all(texts))
    for path in paths:
        _check_there(resolved.claims, path)
    chosen = {one.text for place, one in resolved.places.items() if any(_belongs(place, path) for path in paths)}
    shown = "".join(f"{part}~" for part in (jwt, *(one for one in texts if one in chosen)))
    said = {"iat": now, "aud": audience, "nonce": nonce, "sd_hash": disclosures.digest_of(shown)}
    return shown + jose.sign(BINDING_TYP, _encode(said), sign_with)


def _payload(jwt: str) -> Object:
    return jose.read_object(jose.read(jwt, TYP, "the credential").payload, "the credential", "sdjwt.form")


def _belongs(place: Path, path: Path) -> bool:
    """Whether one is inside of the other, or the same."""
    shorter = min(len(place), len(path))
    return place[:shorter] == path[:shorter]


def _check_there(claims: Object, path: Path) -> None:
    if not path:
        raise MadangError("sdjwt.path", "Name the claims to show, one by one.")
    value: object = claims
    for part in path:
        named = isinstance(value, dict) and isinstance(part, str) and part in value
        counted = isinstance(value, list) and type(part) is int and 0 <= part < len(value)
        if not (named or counted):
            raise MadangError("sdjwt.path", f"The credential has no claim at {written(path)!r}.")
        value = value[part]  # type: ignore[index]
