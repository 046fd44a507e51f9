"""What a wallet refuses before it shows its holder anything."""

import msgspec
import pytest

from madang.identity import jose
from madang.identity.verifier.request import client_id
from madang.identity.wallet.answering import Request, choose, read_request
from madang.identity.zk.statement import SYSTEM_TYPE
from madang.kernel.errors import MadangError
from tests.base.trust.scene import withdraw_verifier
from tests.identity.institutions import Certified, certified
from tests.identity.verifier.scene import ASKED, CLAIMS, NOW, Scene, ask
from tests.support.cast import quorum
from tests.support.world import START

SCENE = Scene()
STRANGER = certified("Stranger", "request", now=START)


def _payload(**changed):
    begun = SCENE.verifier.begin([ask("resident")], NOW)
    text = SCENE.verifier.fetch(begun.handle, NOW)
    payload = msgspec.json.decode(jose.read(text, "oauth-authz-req+jwt", "it").payload)
    return {name: value for name, value in {**payload, **changed}.items() if value is not None}


def _signed(payload, by: Certified = SCENE.city, **header) -> str:
    header = {"x5c": jose.x5c(by.signer.chain), **header}
    return jose.sign("oauth-authz-req+jwt", msgspec.json.encode(payload), by.signer.sign, header)


def _read(text: str, client: str = SCENE.verifier.client, scene: Scene = SCENE, now: int = NOW) -> Request:
    return read_request(text, client, scene.trust, now)


def _query(**changed):
    query = {"id": "a", "format": "dc+sd-jwt", "meta": {"vct_values": ["urn:madang:kr:resident:1"]}}
    return {"credentials": [{**query, "claims": [{"path": ["province"]}], **changed}]}


def _proof(doctype: str = "kr.madang.age.1", element: str = "age_over_19", **changed):
    system = {**SYSTEM_TYPE, **changed.pop("system", {})}
    meta = {"doctype_value": doctype, "zk_system_type": [system]}
    claims = [{"path": [changed.pop("namespace", "org.iso.23220.1"), element], "values": [True]}]
    return _signed(_payload(dcql_query=_query(**{"format": "mso_mdoc_zk", "meta": meta, "claims": claims, **changed})))


def test_a_request_is_read_with_who_asks_and_for_what():
    request = _read(_signed(_payload()))
    assert {one.verifier for one in request.permissions} == {"bank-a"}
    assert {one.purpose for one in request.permissions} == {"accounts/opening"}
    assert [one.claims for one in request.wanted] == [("age_over_18", "province")] * 2


OTHER_CLIENT = client_id(STRANGER.signer.certificate)
REFUSED = [
    ("jose.typ", jose.sign("JWT", b"{}", SCENE.city.signer.sign)),
    ("jose.size", "x" * 70_000),
    ("jose.chain", jose.sign("oauth-authz-req+jwt", b"{}", SCENE.city.signer.sign)),
    ("request.client", _signed(_payload(), STRANGER)),
    ("jose.signature", _signed(_payload(), STRANGER, x5c=jose.x5c(SCENE.city.signer.chain))),
    ("request.form", _signed([])),
    ("request.form", _signed(_payload(nonce=None))),
    ("request.form", _signed(_payload(nonce=""))),
    ("request.form", _signed(_payload(response_mode="direct_post"))),
    ("request.form", _signed(_payload(response_type="code"))),
    ("request.form", _signed(_payload(transaction_data=["x"]))),
    ("request.form", _signed(_payload(dcql_query={"credentials": []}))),
    ("request.client", _signed(_payload(client_id=OTHER_CLIENT))),
    ("request.expired", _signed(_payload(exp=NOW))),
    ("request.expired", _signed(_payload(iat=NOW + 61))),
    ("request.form", _signed(_payload(dcql_query=_query(claims=[])))),
    ("request.form", _signed(_payload(dcql_query=_query(claims=[{"path": ["nickname"]}])))),
    ("request.form", _signed(_payload(dcql_query=_query(claims=[{"path": ["province", "x"]}])))),
    ("credential.unknown_type", _signed(_payload(dcql_query=_query(meta={"vct_values": ["urn:x"]})))),
    ("trust.claims", _signed(_payload(dcql_query=_query(claims=[{"path": ["birth_date"]}])))),
    (
        "trust.verifier_type",
        _signed(
            _payload(dcql_query=_query(meta={"vct_values": ["urn:madang:kr:household:1"]}, claims=[{"path": ["size"]}]))
        ),
    ),
    ("request.form", _proof(system={"circuit_hash": "0" * 64})),
    ("request.form", _proof(system={"system": "another"})),
    ("request.form", _proof(claims=[{"path": ["org.iso.23220.1", "age_over_19"]}])),
    ("request.form", _proof(claims=[{"path": ["org.iso.23220.1", "age_over_19"], "values": [True, False]}])),
    ("request.form", _proof(claims=[{"path": ["org.iso.23220.1", "age_over_19"], "values": ["yes"]}])),
    ("zk.status", _proof("org.iso.18013.5.1.mDL", namespace="org.iso.18013.5.1")),
    ("trust.claims", _proof(element="age_over_65")),
    ("jose.key", _signed(_payload(client_metadata={"jwks": {"keys": []}}))),
    ("request.form", _signed(_payload(client_metadata={"jwks": {"keys": []}, "x": 1}, dcql_query="x"))),
]


@pytest.mark.parametrize(("code", "text"), REFUSED)
def test_a_request_is_refused(code, text):
    with pytest.raises(MadangError) as refused:
        _read(text)
    assert refused.value.code == code


def test_a_verifier_that_the_ledger_does_not_name_is_refused():
    with pytest.raises(MadangError) as refused:
        _read(_signed(_payload(client_id=OTHER_CLIENT), STRANGER), OTHER_CLIENT)
    assert refused.value.code == "trust.verifier"


def test_a_verifier_that_was_withdrawn_is_refused():
    scene = Scene()
    for credential in ASKED:
        scene.world.accept(withdraw_verifier(credential=credential), by=quorum("ministry"))
    with pytest.raises(MadangError) as refused:
        read_request(_signed(_payload(), scene.city), client_id(scene.city.signer.certificate), scene.trust, NOW)
    assert refused.value.code == "trust.verifier_withdrawn"


def test_a_request_key_in_an_old_certificate_is_refused():
    with pytest.raises(MadangError) as refused:
        _read(_signed(_payload()), now=START - 1)
    assert refused.value.code in ("certificate.time", "trust.verifier_time")


def test_what_the_wallet_lacks_it_does_not_answer():
    request = _read(_signed(_payload()))
    for held in ([], [SCENE.issue("driving_licence")]):
        with pytest.raises(MadangError) as refused:
            choose(request, held, lambda one: CLAIMS[one.type])
        assert refused.value.code == "wallet.nothing_fits"


def test_a_proof_is_made_only_by_who_can_and_wants_to():
    request = _read(_proof())
    held = [SCENE.issue("age", "mso_mdoc", since=NOW - 60)]
    with pytest.raises(MadangError, match=r"wallet\.nothing_fits"):
        choose(request, held, lambda one: CLAIMS[one.type])
    assert choose(request, held, lambda one: CLAIMS[one.type], proves=True) == {"a": held[0]}


def test_values_choose_among_credentials():
    payload = _payload(dcql_query=_query(claims=[{"path": ["province"], "values": ["11"]}]))
    request = _read(_signed(payload))
    seoul, busan = SCENE.issue("resident", province="11"), SCENE.issue("resident")
    claims = {id(seoul): {"province": "11"}, id(busan): {"province": "26"}}
    chosen = choose(request, [busan, seoul], lambda one: claims[id(one)])
    assert list(chosen.values()) == [seoul]
