"""An age that is proven in the place of a credential that is shown, and everything that is no proof of it."""

from typing import Any

import msgspec
import pytest

from madang.identity import jose
from madang.identity.verified import Verified
from madang.identity.verifier.asking import Ask, dcql
from madang.identity.verifier.response import MAX_PROVEN_BYTES
from madang.identity.verifier.verifier import Begun, Verifier
from madang.identity.wallet.answering import Held, Request, choose, present, read_request
from madang.identity.zk.places import Places
from madang.identity.zk.statement import CIRCUIT
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError
from tests.base.trust.scene import withdraw_issuer
from tests.identity.institutions import certified
from tests.identity.verifier.scene import ADDRESS, CLAIMS, NOW, Scene
from tests.support.cast import quorum
from tests.support.world import START

ADULT = Ask("age", ("age_over_19",), {"age_over_19": (True,)}, provable=True)
ZK = "age-zk"


@pytest.fixture(scope="module")
def shared() -> Scene:
    """One for tests that change nothing of it."""
    return Scene()


@pytest.fixture(scope="module")
def proven(shared: Scene, longfellow: None) -> tuple[Request, str]:
    """A request of the city, and the proof that answers it."""
    request = fetched(shared, begun(shared))
    (query,) = (one for one in request.wanted if one.query == ZK)
    return request, present(request, query, age(shared), NOW)


def age(scene: Scene, form: str = "mso_mdoc", **changed: Any) -> Held:
    """What says how old somebody is, for a day from a minute ago."""
    return scene.issue("age", form, since=NOW - 60, **changed)


def begun(scene: Scene, *asks: Ask) -> Begun:
    return scene.verifier.begin(asks or (ADULT,), NOW)


def fetched(scene: Scene, one: Begun, verifier: Verifier | None = None) -> Request:
    verifier = verifier or scene.verifier
    return read_request(verifier.fetch(one.handle, NOW), verifier.client, scene.trust, NOW)


def send(scene: Scene, one: Begun, request: Request, token: dict[str, list[str]]) -> tuple[Verified, ...]:
    """What the verifier makes of an answer."""
    content = msgspec.json.encode({"vp_token": token, "state": request.state})
    form = {"response": jose.encrypt(content, request.encrypt_to)}
    scene.verifier.receive(one.handle, form, NOW)
    return scene.verifier.take(one.handle, one.secret, NOW).shown


def refused(scene: Scene, presented: str, query: str = ZK, asks: tuple[Ask, ...] = ()) -> str:
    """The code with which a fresh request refuses it."""
    one = begun(scene, *asks)
    with pytest.raises(MadangError) as found:
        send(scene, one, fetched(scene, one), {query: [presented]})
    assert scene.verifier.take(one.handle, one.secret, NOW).refused == found.value.code
    return found.value.code


# ------------------------------------------------------------------------------------------------ what is proven


@pytest.mark.parametrize(("form", "proves"), [("mso_mdoc_zk", True), ("mso_mdoc", False), ("dc+sd-jwt", False)])
def test_the_same_question_is_answered_by_a_proof_or_by_the_credential(longfellow, form, proves):
    scene = Scene()
    one = begun(scene)
    request = fetched(scene, one)
    held = age(scene, "dc+sd-jwt" if form == "dc+sd-jwt" else "mso_mdoc")
    chosen = choose(request, [held], lambda each: CLAIMS[each.type], proves=proves)
    queries = {each.query: each for each in request.wanted}
    token = {name: [present(request, queries[name], each, NOW)] for name, each in chosen.items()}
    (shown,) = send(scene, one, request, token)
    assert (shown.format, shown.type, shown.issuer, shown.claims) == (form, "age", "welfare", {"age_over_19": True})
    assert (shown.holder == {}) == (form == "mso_mdoc_zk")
    assert scene.statuses.asked == []


def test_the_proof_is_asked_for_beside_the_credential_and_first():
    asked = dcql([ADULT])
    assert asked["credential_sets"] == [{"options": [[ZK], ["age-mdoc"], ["age-sd"]]}]
    (query,) = (one for one in asked["credentials"] if one["id"] == ZK)
    assert query["format"] == "mso_mdoc_zk"
    assert query["claims"] == [{"path": ["org.iso.23220.1", "age_over_19"], "values": [True]}]
    (system,) = query["meta"]["zk_system_type"]
    assert query["meta"]["doctype_value"] == "kr.madang.age.1"
    assert (system["system"], system["circuit_hash"], system["num_attributes"]) == ("longfellow-libzk-v1", CIRCUIT, 1)


@pytest.mark.parametrize(
    ("code", "asks"),
    [
        ("zk.status", [Ask("driving_licence", ("age_over_19",), {"age_over_19": (True,)}, provable=True)]),
        ("zk.element", [Ask("resident", ("province",), {"province": ("26",)}, provable=True)]),
        ("zk.namespace", [Ask("resident", ("age_over_19",), {"age_over_19": (True,)}, provable=True)]),
        ("ask.invalid", [Ask("age", ("age_over_19",), provable=True)]),
        ("ask.invalid", [Ask("age", ("age_over_19",), {"age_over_19": (True, False)}, provable=True)]),
        ("ask.invalid", [Ask("age", ("age_over_19", "age_over_65"), {"age_over_19": (True,)}, provable=True)]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_proof_could_not_say_is_not_asked_for(shared, code, asks):
    with pytest.raises(MadangError) as found:
        shared.verifier.begin(asks, NOW)
    assert found.value.code == code


# ------------------------------------------------------------------------------------------------ what is refused


def test_a_proof_for_another_request_proves_nothing(shared, proven):
    """Its nonce is another, and so is the address that it was made for."""
    assert refused(shared, proven[1]) == "zk.proof"


@pytest.mark.parametrize(
    "elsewhere", [{"answer_to": "https://village.example.kr/response/x"}, {"client": "x509_hash:x"}]
)
def test_a_proof_for_another_verifier_proves_nothing(longfellow, elsewhere):
    """The very nonce and key, asked by somebody else or from somewhere else: the proof was made for them."""
    scene = Scene()
    one = begun(scene)
    request = fetched(scene, one)
    (query,) = (each for each in request.wanted if each.query == ZK)
    relayed = present(msgspec.structs.replace(request, **elsewhere), query, age(scene), NOW)
    with pytest.raises(MadangError, match=r"zk\.proof"):
        send(scene, one, request, {ZK: [relayed]})


def test_who_is_younger_proves_nothing(shared, longfellow):
    young = age(shared, age_over_19=False)
    request = fetched(shared, begun(shared))
    claims = {**CLAIMS["age"], "age_over_19": False}
    with pytest.raises(MadangError, match=r"wallet\.nothing_fits"):
        choose(request, [young], lambda _: claims, proves=True)
    (query,) = (each for each in request.wanted if each.query == ZK)
    with pytest.raises(MadangError, match=r"zk\.not_held"):
        present(request, query, young, NOW)


def test_an_issuer_that_the_ledger_does_not_name_proves_nothing(shared, longfellow):
    scene, stranger = Scene(), certified("Another office", now=START)
    grounds = scene.grounds
    scene.verifier = Verifier(scene.city.signer, ADDRESS, lambda: known(grounds(), stranger.root), scene.places)
    for code, office in (("trust.issuer", stranger), ("trust.issuer_void", scene.office)):
        if office is scene.office:
            scene.world.accept(withdraw_issuer(credential="age", void_from=NOW - 1), by=quorum("ministry"))
        one = begun(scene)
        request = fetched(scene, one)
        (query,) = (each for each in request.wanted if each.query == ZK)
        with pytest.raises(MadangError) as found:
            send(scene, one, request, {ZK: [present(request, query, age(scene, office=office), NOW)]})
        assert found.value.code == code


def known(grounds: Any, root: bytes) -> Any:
    """The same, with one root more: it counts for nobody as long as the ledger does not name it."""
    return type(grounds)([*grounds.roots, root], grounds.trust, grounds.statuses)


@pytest.mark.parametrize(
    ("code", "presented"),
    [
        ("base64.invalid", "no base64url!"),
        ("cbor.size", ""),
        ("cbor.form", to_base64url(b"\xa1")),
        ("zk.form", to_base64url(b"\xa0")),
        ("jose.size", "A" * 10 * 1024 * 1024),
        ("jose.size", "A" * MAX_PROVEN_BYTES),
    ],
    ids=["text", "nothing", "half", "empty", "10 MB", "too long"],
)
def test_what_is_no_proof_is_refused(shared, code, presented):
    assert refused(shared, presented) == code


def test_a_proof_that_was_not_asked_for_is_none(shared, proven):
    shown_only = Ask("age", ("age_over_19",), {"age_over_19": (True,)})
    assert refused(shared, "A" * 1000, asks=(shown_only,)) == "response.query"
    assert refused(shared, proven[1], asks=(shown_only,)) == "jose.size"
    assert refused(shared, proven[1], "age-mdoc") == "cbor.size"


def test_where_proofs_cannot_be_checked_none_is_asked_for_and_none_believed(proven):
    scene = Scene()
    scene.verifier = Verifier(scene.city.signer, ADDRESS, scene.grounds)
    request = fetched(scene, begun(scene))
    assert [one.query for one in request.wanted] == ["age-mdoc", "age-sd"]
    assert refused(scene, proven[1]) == "jose.size"
    assert refused(scene, "A" * 1000) == "response.query"


def test_beyond_the_places_an_answer_is_not_looked_at_and_may_be_sent_again(longfellow):
    scene = Scene()
    places = Places(at_once=1, waiting=0)
    scene.verifier = Verifier(scene.city.signer, ADDRESS, scene.grounds, places)
    one = begun(scene)
    request = fetched(scene, one)
    (query,) = (each for each in request.wanted if each.query == ZK)
    token = {ZK: [present(request, query, age(scene), NOW)]}
    with places.place(), pytest.raises(MadangError, match=r"zk\.busy"):
        send(scene, one, request, token)
    assert scene.verifier.standing(one.handle, one.secret, NOW) == "waiting"
    (shown,) = send(scene, one, request, token)
    assert shown.format == "mso_mdoc_zk"
