"""When an issuer is looked up: at the second of its signature, which is not that from which a credential counts."""

from typing import Any

import pytest

from madang.base.parties.transactions import SuspendByQuorum
from madang.identity import jose, mdoc
from madang.identity.catalogue import type_of
from madang.identity.catalogue.encoding import to_json
from madang.identity.certificates import digest_of
from madang.identity.mdoc.claims import to_elements
from madang.identity.sdjwt import issuing
from madang.identity.verified import Verified
from madang.identity.wallet.answering import Held
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError
from tests.base.trust.scene import name_issuer, withdraw_issuer
from tests.identity.institutions import new_key
from tests.identity.verifier.scene import NOW, RESIDENT_CLAIMS, STATUS, Scene, ask
from tests.support.cast import quorum
from tests.support.world import START

FORMS = pytest.mark.parametrize("form", ["dc+sd-jwt", "mso_mdoc"])


def held(scene: Scene, form: str, signed: int, since: int) -> Held:
    """A residence that the office signed at one second, and that counts from another on."""
    of, key = type_of("resident"), new_key()
    jwk, until = jose.jwk_of(key.public_key()), NOW + 1_000
    if form == "mso_mdoc":
        validity = mdoc.Validity(signed, since, until)
        made = mdoc.issue(scene.office.signer, of.doctype, to_elements(of, RESIDENT_CLAIMS), jwk, validity, STATUS)
        return Held("resident", "mso_mdoc", to_base64url(made), key)
    payload: dict[str, Any] = {
        "vct": of.vct,
        "cnf": {"jwk": jwk},
        "iat": signed,
        "nbf": since,
        "exp": until,
        "status": {"status_list": {"idx": STATUS.index, "uri": STATUS.uri}},
        **to_json(of, RESIDENT_CLAIMS),
    }
    text = issuing.issue(payload, [(one,) for one in RESIDENT_CLAIMS], scene.office.signer)
    return Held("resident", "dc+sd-jwt", text, key)


def shown(scene: Scene, one: Held) -> tuple[Verified, ...]:
    begun = scene.verifier.begin([ask("resident")], NOW)
    scene.verifier.receive(begun.handle, {"response": scene.respond(begun.handle, [one])}, NOW)
    return scene.verifier.take(begun.handle, begun.secret, NOW).shown


def code_of(scene: Scene, one: Held) -> str:
    with pytest.raises(MadangError) as refused:
        shown(scene, one)
    return refused.value.code


def scene_with(**dates: int) -> Scene:
    """A scene whose office is named for residences at other dates."""
    scene = Scene()
    named = name_issuer(credential="resident", anchors=[digest_of(scene.office.root)], **dates)
    scene.world.accept(named, by=quorum("ministry"))
    return scene


@FORMS
def test_what_was_signed_before_its_issuer_was_named_does_not_count_by_beginning_later(form):
    scene = scene_with(since=START + 500)
    assert code_of(scene, held(scene, form, START + 100, START + 600)) == "trust.issuer_time"
    assert shown(scene, held(scene, form, START + 500, START + 600))


@FORMS
def test_what_was_signed_while_its_issuer_was_named_counts_also_if_it_begins_later(form):
    scene = scene_with(since=START, until=START + 500)
    assert shown(scene, held(scene, form, START + 499, START + 600))
    assert code_of(scene, held(scene, form, START + 500, START + 600)) == "trust.issuer_time"


@FORMS
def test_what_was_signed_before_its_certificate_was_valid_does_not_count(form):
    scene = scene_with(since=START - 1_000)
    kind = "mdoc" if form == "mso_mdoc" else "sdjwt"
    assert code_of(scene, held(scene, form, START - 61, START)) == f"{kind}.signed_outside"


@FORMS
@pytest.mark.parametrize(
    ("reason", "counts"), [("ended", True), ("own_request", True), ("key_leaked", False), ("misuse", False)]
)
def test_an_earlier_second_is_believed_of_whoever_ended_its_task_and_of_no_cheat(form, reason, counts):
    scene = Scene()
    scene.world.accept(
        withdraw_issuer(credential="resident", void_from=START + 500, reason=reason), by=quorum("ministry")
    )
    one = held(scene, form, START + 100, START + 100)
    if counts:
        assert shown(scene, one)
    else:
        assert code_of(scene, one) == "trust.issuer_void"


@FORMS
def test_whoever_is_suspended_counts_for_nothing(form):
    scene = Scene()
    scene.world.accept(SuspendByQuorum(by="operator", party="welfare"), by=quorum("operator"))
    assert code_of(scene, held(scene, form, START + 100, START + 100)) == "trust.issuer_suspended"
