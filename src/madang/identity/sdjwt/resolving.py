"""Putting what was disclosed where its digest stands (RFC 9901, section 7.1, steps 3 to 5)."""

from collections.abc import Mapping
from typing import Any

import msgspec

from madang.identity.sdjwt.disclosures import Disclosure
from madang.identity.sdjwt.forms import MAX_DEPTH, Object, Path
from madang.kernel.errors import MadangError


class Resolved(msgspec.Struct, frozen=True):
    """Claims as they read with what was disclosed, and where each disclosure went."""

    claims: Object
    places: dict[Path, Disclosure]


def resolve(payload: Mapping[str, Any], disclosures: dict[str, Disclosure]) -> Resolved:
    """The claims of an issuer's payload, by these disclosures. Digests of what was not disclosed leave no trace.

    Raises `MadangError`: `sdjwt.depth`, `sdjwt.reserved_name`, `sdjwt.digests` (form), `sdjwt.digest_twice`,
    `sdjwt.disclosure_kind` (a claim's for an array's element, or the reverse), `sdjwt.claim_clash`,
    `sdjwt.disclosure_unreferenced`.
    """
    walk = _Walk(disclosures)
    claims = walk.object_at((), {name: value for name, value in payload.items() if name != "_sd_alg"})
    if len(walk.places) != len(disclosures):
        raise MadangError("sdjwt.disclosure_unreferenced", "A disclosure belongs to no digest that was signed.")
    return Resolved(claims, walk.places)


class _Walk:
    """One pass over a payload and what is disclosed inside of it."""

    def __init__(self, disclosures: dict[str, Disclosure]) -> None:
        self._disclosures = disclosures
        self._seen: set[str] = set()
        self.places: dict[Path, Disclosure] = {}

    def value_at(self, path: Path, value: Any) -> Any:
        if isinstance(value, dict):
            return self.object_at(path, value)
        if isinstance(value, list):
            return self._array_at(path, value)
        return value

    def object_at(self, path: Path, members: Object) -> Object:
        _check_depth(path)
        if "..." in members:
            raise MadangError("sdjwt.reserved_name", "A claim has the name that stands for an array's element.")
        claims = {name: self.value_at((*path, name), value) for name, value in members.items() if name != "_sd"}
        digests = members.get("_sd", [])
        if not isinstance(digests, list) or not all(isinstance(one, str) for one in digests):
            raise MadangError("sdjwt.digests", "The digests of an object are not an array of strings.")
        for digest in digests:
            disclosure = self._take(digest)
            if disclosure is None:
                continue
            if disclosure.name is None:
                raise _wrong_kind()
            if disclosure.name in claims:
                raise MadangError("sdjwt.claim_clash", "A disclosure has the name of a claim that is there already.")
            place = (*path, disclosure.name)
            self.places[place] = disclosure
            claims[disclosure.name] = self.value_at(place, disclosure.value)
        return claims

    def _array_at(self, path: Path, elements: list[Any]) -> list[Any]:
        _check_depth(path)
        shown: list[Any] = []
        for element in elements:
            place = (*path, len(shown))
            if not isinstance(element, dict) or "..." not in element:
                shown.append(self.value_at(place, element))
                continue
            if len(element) != 1 or not isinstance(element["..."], str):
                raise MadangError("sdjwt.digests", "An array's element that has a digest has something else besides.")
            disclosure = self._take(element["..."])
            if disclosure is None:
                continue
            if disclosure.name is not None:
                raise _wrong_kind()
            self.places[place] = disclosure
            shown.append(self.value_at(place, disclosure.value))
        return shown

    def _take(self, digest: str) -> Disclosure | None:
        """What was disclosed for a digest, if anything; each digest may stand in one place only."""
        if digest in self._seen:
            raise MadangError("sdjwt.digest_twice", "A digest stands in two places of the credential.")
        self._seen.add(digest)
        return self._disclosures.get(digest)


def _check_depth(path: Path) -> None:
    if len(path) >= MAX_DEPTH:
        raise MadangError("sdjwt.depth", f"The credential's claims are nested deeper than {MAX_DEPTH} levels.")


def _wrong_kind() -> MadangError:
    return MadangError("sdjwt.disclosure_kind", "A disclosure is of a claim where an array's element is, or reversed.")
