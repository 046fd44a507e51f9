"""What a wallet does with a credential."""

from __future__ import annotations

from typing import Any

import pytest

from madang.identity.sdjwt import accept, hideable, issue, present, verify
from madang.identity.signer import signing
from madang.kernel.errors import MadangError
from tests.identity.institutions import NOW, certified, new_key
from tests.identity.sdjwt.material import AUDIENCE, DISCLOSABLE, HOLDER, NONCE, an_office, claims, trust


@pytest.fixture(scope="module")
def credential() -> str:
    """A credential as it was issued."""
    return issue(claims(), DISCLOSABLE, an_office().signer, 1)


def shown(credential: str, *paths: Any) -> dict[str, Any]:
    """What a verifier sees of these paths."""
    presentation = present(credential, paths, AUDIENCE, NONCE, NOW, signing(HOLDER))
    return verify(presentation, trust, AUDIENCE, NONCE, NOW).claims


@pytest.mark.parametrize(
    ("paths", "seen"),
    [
        ((), {"nationalities": [], "age_over": {}}),
        ((("given_name",),), {"given_name": "길동", "nationalities": [], "age_over": {}}),
        (
            (("address",),),
            {"address": {"region": "26", "district": "26350", "street": "센텀로"}, "nationalities": [], "age_over": {}},
        ),
        (
            (("address", "region"),),
            {"address": {"region": "26", "district": "26350"}, "nationalities": [], "age_over": {}},
        ),
        ((("nationalities", 1), ("age_over", "19")), {"nationalities": ["US"], "age_over": {"19": True}}),
        ((("nationalities",),), {"nationalities": ["KR", "US"], "age_over": {}}),
    ],
)
def test_a_path_stands_for_all_below_it_and_for_what_it_is_inside_of(credential: str, paths: Any, seen: Any) -> None:
    assert shown(credential, *paths) == seen


@pytest.mark.parametrize(
    "path", [(), ("nickname",), ("address", "zip"), ("nationalities", 2), ("nationalities", "0"), ("given_name", 0)]
)
def test_what_the_credential_does_not_say_can_not_be_shown(credential: str, path: Any) -> None:
    with pytest.raises(MadangError) as caught:
        present(credential, [path], AUDIENCE, NONCE, NOW, signing(HOLDER))
    assert caught.value.code == "sdjwt.path"


def test_the_wallet_knows_what_it_may_keep_to_itself(credential: str) -> None:
    assert set(hideable(credential)) == set(DISCLOSABLE)


def test_a_presentation_is_not_taken_for_a_credential(credential: str) -> None:
    presentation = present(credential, [], AUDIENCE, NONCE, NOW, signing(HOLDER))
    with pytest.raises(MadangError) as caught:
        accept(presentation, trust, NOW)
    assert caught.value.code == "sdjwt.not_issued"


@pytest.mark.parametrize(
    ("code", "now", "office"),
    [
        ("certificate.anchor", NOW, certified("Stranger", now=NOW - 86_400)),
        ("sdjwt.not_yet_valid", NOW - 3700, None),
        ("sdjwt.expired", NOW + 86_400, None),
    ],
)
def test_a_wallet_takes_in_only_what_would_be_believed(code: str, now: int, office: Any) -> None:
    credential = issue(claims(), DISCLOSABLE, (office or an_office()).signer)
    with pytest.raises(MadangError) as caught:
        accept(credential, trust, now)
    assert caught.value.code == code


def test_a_presentation_signed_by_another_phone_is_refused(credential: str) -> None:
    stolen = present(credential, [("given_name",)], AUDIENCE, NONCE, NOW, signing(new_key()))
    with pytest.raises(MadangError) as caught:
        verify(stolen, trust, AUDIENCE, NONCE, NOW)
    assert caught.value.code == "sdjwt.binding_signature"


def test_the_key_binding_of_one_selection_is_none_of_another(credential: str) -> None:
    few = present(credential, [("given_name",)], AUDIENCE, NONCE, NOW, signing(HOLDER))
    many = present(credential, [("given_name",), ("family_name",)], AUDIENCE, NONCE, NOW, signing(HOLDER))
    mixed = many.rpartition("~")[0] + "~" + few.rpartition("~")[2]
    with pytest.raises(MadangError) as caught:
        verify(mixed, trust, AUDIENCE, NONCE, NOW)
    assert caught.value.code == "sdjwt.binding_hash"
