"""Issuing: what is signed, and the disclosures that the holder gets with it (RFC 9901, section 4; SD-JWT VC)."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from madang.identity import jose
from madang.identity.sdjwt import disclosures
from madang.identity.sdjwt.disclosures import Disclosure
from madang.identity.sdjwt.forms import (
    ALWAYS_SHOWN,
    HASH,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_DISCLOSURES,
    RESERVED,
    TYP,
    Object,
    Path,
    written,
)
from madang.identity.signer import Signer
from madang.kernel.errors import MadangError

_encode = msgspec.json.Encoder().encode


def issue(claims: Mapping[str, Any], disclosable: Iterable[Path], signer: Signer, decoys: int = 0) -> str:
    """A credential for its holder: the issuer's JWT with every disclosure, each ended by a tilde.

    `claims` is all that it says: `vct` (its type), `cnf` (the holder's public JWK), `iat`, `exp`, `status`, and what
    it is about. `disclosable` are the paths that the holder may keep to itself, at any level; what is inside of one and
    not named itself is shown or hidden with it. `decoys` digests of nothing are added wherever something can be hidden.

    Raises `MadangError`: `sdjwt.payload` (a claim that a credential needs, or a value that JSON can't carry without
    doubt: floats are refused), `sdjwt.reserved_name`, `sdjwt.depth`, `sdjwt.always_shown`, `sdjwt.path` (nothing stands
    there), `sdjwt.disclosures`, `sdjwt.size`.
    """
    _check_needed(claims)
    _check_value(claims, ())
    payload, hidden = conceal(claims, disclosable, decoys)
    jwt = jose.sign(TYP, _encode(payload), signer.sign, {"x5c": jose.x5c(signer.chain)})
    text = "".join(f"{part}~" for part in (jwt, *(one.text for one in hidden)))
    if len(text) > MAX_BYTES:
        raise MadangError("sdjwt.size", f"The credential would be longer than {MAX_BYTES:,} characters. Say less.")
    return text


def conceal(
    claims: Mapping[str, Any], disclosable: Iterable[Path], decoys: int = 0
) -> tuple[Object, tuple[Disclosure, ...]]:
    """The payload with digests in place of what can be hidden, and the disclosures, those inside of others first.

    Raises `MadangError`: `sdjwt.always_shown`, `sdjwt.path`, `sdjwt.disclosures`.
    """
    work = _Concealing(set(disclosable), decoys)
    forbidden = sorted(written(path) for path in work.waiting if path and path[0] in ALWAYS_SHOWN)
    if forbidden:
        raise MadangError(
            "sdjwt.always_shown", f"{forbidden[0]} must be shown to every verifier. Take it off the list."
        )
    payload = work.object_at((), claims)
    if work.waiting:
        missing = min(written(path) for path in work.waiting)
        raise MadangError("sdjwt.path", f"There is no claim at {missing!r} that could be hidden.")
    if len(work.made) > MAX_DISCLOSURES:
        raise MadangError("sdjwt.disclosures", f"More than {MAX_DISCLOSURES} claims could be hidden. Join some.")
    return ({**payload, "_sd_alg": HASH} if work.made else payload), tuple(work.made)


class _Concealing:
    """One pass over claims, from the inside out."""

    def __init__(self, waiting: set[Path], decoys: int) -> None:
        self.waiting = waiting
        self.made: list[Disclosure] = []
        self._decoys = decoys

    def object_at(self, path: Path, claims: Mapping[str, Any]) -> Object:
        shown: Object = {}
        digests: list[str] = []
        for name, value in claims.items():
            inner = self._value_at((*path, name), value)
            if self._hides((*path, name)):
                digests.append(self._add(name, inner))
            else:
                shown[name] = inner
        if digests:
            # Sorted, so that the order of the claims tells nothing (section 4.2.4.1).
            shown["_sd"] = sorted([*digests, *(disclosures.decoy() for _ in range(self._decoys))])
        return shown

    def _array_at(self, path: Path, elements: list[Any]) -> list[Any]:
        shown: list[Any] = []
        hides = False
        for place, element in enumerate(elements):
            inner = self._value_at((*path, place), element)
            if self._hides((*path, place)):
                hides = True
                shown.append({"...": self._add(None, inner)})
            else:
                shown.append(inner)
        # Behind the elements, since wallets of others count digests too when they look for an element by its place.
        return shown + [{"...": disclosures.decoy()} for _ in range(self._decoys if hides else 0)]

    def _value_at(self, path: Path, value: Any) -> Any:
        if isinstance(value, Mapping):
            return self.object_at(path, value)
        if isinstance(value, list):
            return self._array_at(path, value)
        return value

    def _hides(self, path: Path) -> bool:
        if path not in self.waiting:
            return False
        self.waiting.discard(path)
        return True

    def _add(self, name: str | None, value: Any) -> str:
        disclosure = disclosures.make(name, value)
        self.made.append(disclosure)
        return disclosure.digest


def _check_needed(claims: Mapping[str, Any]) -> None:
    """The claims that every credential of ours has (SD-JWT VC, section 2.2.2; HAIP 1.0, section 6.1)."""
    kind = claims.get("vct")
    if not isinstance(kind, str) or not kind:
        raise MadangError("sdjwt.payload", "The credential has no type. Give it as vct.")
    binding = claims.get("cnf")
    try:
        jose.public_key(binding.get("jwk") if isinstance(binding, Mapping) else None, "cnf.jwk")
    except MadangError as error:
        raise MadangError("sdjwt.payload", error.message) from None
    issued, ends = claims.get("iat"), claims.get("exp")
    if type(issued) is not int or type(ends) is not int or not 0 <= issued < ends:
        raise MadangError("sdjwt.payload", "The credential needs iat and a later exp, both in whole seconds.")


def _check_value(value: Any, path: Path) -> None:
    """Only what every reader reads alike, no name that stands for digests, and no deeper than the bound."""
    if isinstance(value, (Mapping, list)) and len(path) >= MAX_DEPTH:
        raise MadangError("sdjwt.depth", f"The claims are nested deeper than {MAX_DEPTH} levels. Flatten them.")
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if not _is_text(name) or name in RESERVED:
                raise MadangError("sdjwt.reserved_name", f"{written((*path, name))!r} can't be the name of a claim.")
            _check_value(inner, (*path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            _check_value(inner, (*path, place))
    elif not (value is None or isinstance(value, bool) or _is_text(value) or _is_whole(value)):
        raise MadangError("sdjwt.payload", f"{written(path)!r} is not text, a whole number, true, false or null.")


def _is_whole(value: object) -> bool:
    return type(value) is int and abs(value) < 2**53


def _is_text(value: object) -> bool:
    """Whether it is text that UTF-8 can carry: half of a pair of surrogates is none."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
