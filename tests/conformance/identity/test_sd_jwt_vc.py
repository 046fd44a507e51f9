"""SD-JWT VC judged by @sd-jwt/sd-jwt-vc: it reads what we issue and present, and we what it does, or both refuse.

The package brings cases of its own (claims, what of them can be hidden, what is shown): each is issued and presented by
it, and verified here.
"""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest

from madang.identity import jose
from madang.identity.certificates import Followed, follow
from madang.identity.sdjwt import accept, hideable, issue, present, verify
from madang.identity.signer import signing
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError
from tests.components import Needs
from tests.conformance.identity.judging import Refused, ask
from tests.identity.institutions import certified, new_key
from tools.components import JUDGES

pytestmark = pytest.mark.conformance

CASES = JUDGES / "node_modules" / "@sd-jwt" / "sd-jwt-vc" / "test"
# fmt: off
NAMES = [
    "array_data_types", "array_full_sd", "array_in_sd", "array_nested_in_plain",
    "array_none_disclosed", "array_of_nulls", "array_of_objects", "array_of_scalars",
    "array_recursive_sd", "array_recursive_sd_some_disclosed", "complex", "header_mod",
    "json_serialization", "key_binding", "no_sd", "object_data_types",
    "recursions",
]
# fmt: on
# The judge judges by the clock of the machine.
NOW = int(time.time())
AUDIENCE, NONCE = "x509_hash:abc", "a-nonce-of-the-request"
OFFICE, HOLDER = certified("Resident office", now=NOW - 86_400), new_key()
CLAIMS: dict[str, Any] = {
    "vct": "https://madang.example/resident",
    "cnf": {"jwk": jose.jwk_of(HOLDER.public_key())},
    "iat": NOW - 3600,
    "exp": NOW + 86_400,
}
ABOUT = {
    "given_name": "길동",
    "address": {"region": "26", "district": "26350", "street": "센텀로"},
    "nationalities": ["KR", "US"],
}
HIDEABLE = (("given_name",), ("address",), ("address", "region"), ("nationalities", 0), ("nationalities", 1))


def private_jwk(key: Any) -> dict[str, str]:
    """A key as a private JWK."""
    return {**jose.jwk_of(key.public_key()), "d": to_base64url(key.private_numbers().private_value.to_bytes(32, "big"))}


def trust(chain: tuple[bytes, ...]) -> Followed:
    """Follows a chain to the office's root, now."""
    return follow(chain, (OFFICE.root,), "credential", NOW)


def issued_by_judge(needs: Needs, claims: Any, frame: Any) -> str:
    """A credential of the judge's making."""
    question = {"do": "issue", "claims": {**CLAIMS, **claims}, "frame": frame, "x5c": jose.x5c(OFFICE.signer.chain)}
    return str(ask(needs, "sd_jwt.mjs", {**question, "issuer_key": private_jwk(OFFICE.key)}))


def presented_by_judge(needs: Needs, credential: str, frame: Any, **others: Any) -> str:
    """The judge's presentation of a credential."""
    binding = {"iat": NOW, "aud": AUDIENCE, "nonce": NONCE, **others}
    question = {"do": "present", "credential": credential, "frame": frame, "binding": binding}
    return str(ask(needs, "sd_jwt.mjs", {**question, "holder_key": private_jwk(HOLDER)}))


def verified_by_judge(needs: Needs, presentation: str) -> Any:
    """What the judge reads in a presentation; raises `Refused`."""
    root = base64.b64encode(OFFICE.root).decode()
    question = {"do": "verify", "presentation": presentation, "nonce": NONCE, "now": NOW, "root": root}
    return ask(needs, "sd_jwt.mjs", question)


@pytest.mark.parametrize("paths", [(), (("given_name",),), (("address",),), (("nationalities", 1), ("address",))])
def test_the_judge_verifies_what_we_issue_and_present(needs: Needs, paths: Any) -> None:
    credential = issue({**CLAIMS, **ABOUT}, HIDEABLE, OFFICE.signer, 2)
    presentation = present(credential, paths, AUDIENCE, NONCE, NOW, signing(HOLDER))
    ours = verify(presentation, trust, AUDIENCE, NONCE, NOW)
    theirs = verified_by_judge(needs, presentation)
    assert {name: value for name, value in theirs["payload"].items() if name not in CLAIMS} == ours.claims
    assert theirs["binding"]["aud"] == AUDIENCE


def test_the_judge_finds_the_same_claims_that_can_be_hidden(needs: Needs) -> None:
    credential = issue({**CLAIMS, **ABOUT}, HIDEABLE, OFFICE.signer, 2)
    found = ask(needs, "sd_jwt.mjs", {"do": "hideable", "credential": credential})
    assert sorted(found) == sorted(".".join(str(part) for part in path) for path in hideable(credential))


def test_a_wallet_of_others_presents_what_we_issue(needs: Needs) -> None:
    credential = issue({**CLAIMS, **ABOUT}, HIDEABLE, OFFICE.signer, 2)
    frame = {"address": {"region": True}, "nationalities": {"0": True}}
    shown = verify(presented_by_judge(needs, credential, frame), trust, AUDIENCE, NONCE, NOW)
    assert shown.claims == {"address": ABOUT["address"], "nationalities": ["KR"]}


@pytest.mark.parametrize("name", NAMES)
def test_each_case_of_the_judge_reads_here_as_it_says(needs: Needs, name: str) -> None:
    needs("judges")
    case = json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))
    credential = issued_by_judge(needs, case["claims"], case["disclosureFrame"])
    everything = {name: value for name, value in case["claims"].items() if name not in CLAIMS}
    assert accept(credential, trust, NOW).claims == everything
    shown = presented_by_judge(needs, credential, case["presentationFrames"])
    expected = {name: value for name, value in case["presentedClaims"].items() if name not in CLAIMS}
    seen = verify(shown, trust, AUDIENCE, NONCE, NOW).claims
    # The judge leaves out of its lists what became empty.
    assert {name: value for name, value in seen.items() if value or name in expected} == expected


def test_all_cases_of_the_judge_are_judged(needs: Needs) -> None:
    needs("judges")
    assert sorted(path.stem for path in CASES.glob("*.json")) == NAMES


def altered(presentation: str, part: int) -> str:
    """Another character in the middle of one part."""
    parts = presentation.split("~")
    middle = len(parts[part]) // 2
    other = "A" if parts[part][middle] != "A" else "B"
    parts[part] = parts[part][:middle] + other + parts[part][middle + 1 :]
    return "~".join(parts)


# fmt: off
TAMPERED = {
    "the issuer's JWT": lambda text: altered(text, 0),
    "a disclosure": lambda text: altered(text, 1),
    "the key binding": lambda text: altered(text, -1),
    "a disclosure taken out": lambda text: "~".join([text.split("~")[0], *text.split("~")[2:]]),
    "a disclosure of nobody": lambda text: text.replace("~", "~WyJzYWx0IiwiYSIsMV0~", 1),
    "no key binding": lambda text: text.rpartition("~")[0] + "~",
}
# fmt: on


@pytest.mark.parametrize("how", TAMPERED)
def test_what_was_tampered_with_is_refused_on_both_sides(needs: Needs, how: str) -> None:
    credential = issue({**CLAIMS, **ABOUT}, HIDEABLE, OFFICE.signer)
    ours = present(credential, [("given_name",), ("nationalities",)], AUDIENCE, NONCE, NOW, signing(HOLDER))
    theirs = presented_by_judge(needs, credential, {"given_name": True, "nationalities": {"0": True}})
    with pytest.raises(Refused):
        verified_by_judge(needs, TAMPERED[how](ours))
    with pytest.raises(MadangError):
        verify(TAMPERED[how](theirs), trust, AUDIENCE, NONCE, NOW)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("sdjwt.binding_nonce", {"nonce": "another"}),
        ("sdjwt.binding_audience", {"aud": "x509_hash:other"}),
        ("sdjwt.binding_old", {"iat": NOW - 700}),
        ("sdjwt.binding_future", {"iat": NOW + 120}),
    ],
)
def test_a_wallet_of_others_that_signs_for_something_else_is_refused(needs: Needs, code: str, said: Any) -> None:
    credential = issue({**CLAIMS, **ABOUT}, HIDEABLE, OFFICE.signer)
    presentation = presented_by_judge(needs, credential, {"given_name": True}, **said)
    with pytest.raises(MadangError) as caught:
        verify(presentation, trust, AUDIENCE, NONCE, NOW)
    assert caught.value.code == code
