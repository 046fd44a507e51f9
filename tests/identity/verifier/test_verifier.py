"""A request from its beginning to what was proven, and everything that must be refused on the way."""

import msgspec
import pytest

from madang.identity import jose
from madang.identity.sdjwt import holding
from madang.identity.signer import signing
from madang.identity.verified import Verified
from madang.identity.verifier.pending import SECONDS
from madang.identity.wallet import answering
from madang.kernel.codec import from_base64url
from madang.kernel.errors import MadangError
from tests.base.trust.scene import withdraw_issuer, withdraw_verifier
from tests.identity.institutions import certified, new_key
from tests.identity.verifier.scene import ADDRESS, ASKED, CLAIMS, NOW, STATUS, Scene, ask
from tests.support.cast import quorum
from tests.support.world import START


@pytest.fixture(scope="module")
def shared() -> Scene:
    """One for tests that change nothing of it."""
    return Scene()


def code_of(act, *arguments, **named) -> str:
    with pytest.raises(MadangError) as refused:
        act(*arguments, **named)
    return refused.value.code


def run(scene: Scene, asks, held, now=NOW) -> tuple[Verified, ...]:
    """A request across devices, answered and taken."""
    begun = scene.verifier.begin(asks, now)
    assert scene.verifier.receive(begun.handle, {"response": scene.respond(begun.handle, held, now)}, now) == ""
    answer = scene.verifier.take(begun.handle, begun.secret, now)
    assert answer.standing == "shown"
    return answer.shown


def refused(scene: Scene, asks, held, now=NOW) -> str:
    """The code with which the answer to a request is refused, which is also what who began it is told."""
    begun = scene.verifier.begin(asks, now)
    response = scene.respond(begun.handle, held, now)
    code = code_of(scene.verifier.receive, begun.handle, {"response": response}, now)
    answer = scene.verifier.take(begun.handle, begun.secret, now)
    assert (answer.standing, answer.refused, answer.shown) == ("refused", code, ())
    return code


# ------------------------------------------------------------------------------------------------ what is proven


@pytest.mark.parametrize("form", ["dc+sd-jwt", "mso_mdoc"])
def test_what_was_asked_is_shown_and_nothing_else(shared, form):
    (shown,) = run(shared, [ask("driving_licence")], [shared.issue("driving_licence", form)])
    assert shown.format == form
    assert shown.issuer == "welfare"
    assert shown.status == STATUS
    assert shown.claims == {
        "family_name": "홍",
        "age_over_19": True,
        "portrait": b"\xff\xd8\xff" + bytes(40),
        "birth_date": "1990-02-28",
        "driving_privileges": [{"vehicle_category_code": "B", "issue_date": "2015-03-04"}],
    }
    assert (shown.valid_from, shown.valid_until) == (START, START + 31_536_000)
    assert shared.statuses.asked[-1][0] == STATUS


def test_one_request_asks_for_several_credentials(shared):
    held = [shared.issue("amount_class", status=None), shared.issue("resident")]
    asks = [ask("resident", values={"province": ("26",), "age_over_18": (True,)}), ask("amount_class")]
    resident, welfare = run(shared, asks, held)
    assert resident.claims == {"age_over_18": True, "province": "26"}
    assert welfare.claims == {"amount_class": "b"}
    assert welfare.status is None, "it lives for a day"


def test_an_optional_credential_may_be_left_out(shared):
    asks = [ask("resident"), ask("amount_class", optional=True)]
    assert [one.type for one in run(shared, asks, [shared.issue("resident")])] == ["resident"]


def test_the_holder_is_the_key_that_the_credential_is_bound_to(shared):
    key = new_key()
    (shown,) = run(shared, [ask("resident")], [shared.issue("resident", key=key)])
    assert shown.holder == jose.jwk_of(key.public_key())


# ------------------------------------------------------------------------------------- one request, one of each


def test_a_request_is_fetched_once_and_answered_once(shared):
    begun = shared.verifier.begin([ask("resident")], NOW)
    assert code_of(shared.verifier.receive, begun.handle, {"response": "x"}, NOW) == "request.answered"
    assert shared.verifier.take(begun.handle, begun.secret, NOW).standing == "waiting"
    response = shared.respond(begun.handle, [shared.issue("resident")])
    assert code_of(shared.verifier.fetch, begun.handle, NOW) == "request.fetched"
    assert shared.verifier.standing(begun.handle, begun.secret, NOW) == "waiting"
    shared.verifier.receive(begun.handle, {"response": response}, NOW)
    assert shared.verifier.standing(begun.handle, begun.secret, NOW) == "shown"
    assert code_of(shared.verifier.standing, begun.handle, "another secret", NOW) == "request.unknown"
    assert code_of(shared.verifier.receive, begun.handle, {"response": response}, NOW) == "request.answered"
    assert code_of(shared.verifier.take, begun.handle, "another secret", NOW) == "request.unknown"
    assert shared.verifier.take(begun.handle, begun.secret, NOW).standing == "shown"
    assert code_of(shared.verifier.take, begun.handle, begun.secret, NOW) == "request.unknown"


def test_a_request_is_over_after_five_minutes(shared):
    begun = shared.verifier.begin([ask("resident")], NOW)
    for act in (
        lambda now: shared.verifier.fetch(begun.handle, now),
        lambda now: shared.verifier.receive(begun.handle, {}, now),
        lambda now: shared.verifier.take(begun.handle, begun.secret, now),
    ):
        assert code_of(act, NOW + SECONDS) == "request.unknown"


def test_a_request_is_over_then_whatever_another_clock_says():
    verifier = Scene().verifier
    verifier.begin([ask("resident")], NOW + 1_000)
    begun = verifier.begin([ask("resident")], NOW)
    assert code_of(verifier.fetch, begun.handle, NOW + SECONDS) == "request.unknown"


def test_on_the_same_device_the_holder_brings_a_code_back(shared):
    begun = shared.verifier.begin([ask("resident")], NOW, "https://city.example.kr/claim?step=2")
    response = shared.respond(begun.handle, [shared.issue("resident")])
    back = shared.verifier.receive(begun.handle, {"response": response}, NOW)
    assert back.startswith(f"https://city.example.kr/claim?step=2&handle={begun.handle}&response_code=")
    for wrong in ("", "x", "코드"):
        assert code_of(shared.verifier.take, begun.handle, begun.secret, NOW, wrong) == "request.code"
    code = back.rpartition("=")[2]
    assert shared.verifier.take(begun.handle, begun.secret, NOW, code).standing == "shown"


def test_a_wallet_that_declines_is_believed_only_with_the_state(shared):
    begun = shared.verifier.begin([ask("resident")], NOW)
    payload = _payload(shared.verifier.fetch(begun.handle, NOW))
    given = {"error": "access_denied", "state": payload["state"]}
    assert code_of(shared.verifier.receive, begun.handle, given, NOW) == "presentation.declined"
    other = shared.verifier.begin([ask("resident")], NOW)
    shared.verifier.fetch(other.handle, NOW)
    assert code_of(shared.verifier.receive, other.handle, {**given, "state": "x"}, NOW) == "response.state"


def test_the_request_says_what_a_wallet_must_know(shared):
    begun = shared.verifier.begin([ask("resident")], NOW)
    text = shared.verifier.fetch(begun.handle, NOW, "the wallet's nonce")
    payload = _payload(text)
    assert payload["client_id"] == begun.client == shared.verifier.client
    assert payload["response_uri"] == f"{ADDRESS}/response/{begun.handle}"
    assert payload["wallet_nonce"] == "the wallet's nonce"
    assert (payload["response_type"], payload["response_mode"]) == ("vp_token", "direct_post.jwt")
    assert [one["id"] for one in payload["dcql_query"]["credentials"]] == ["resident-sd", "resident-mdoc"]
    assert payload["dcql_query"]["credential_sets"] == [{"options": [["resident-sd"], ["resident-mdoc"]]}]
    assert begun.link.startswith("haip-vp://?client_id=x509_hash%3A")


@pytest.mark.parametrize("nonce", ["n" * 257, "논스"])
def test_a_wallets_nonce_is_bounded(shared, nonce):
    begun = shared.verifier.begin([ask("resident")], NOW)
    assert code_of(shared.verifier.fetch, begun.handle, NOW, nonce) == "request.wallet_nonce"


# ------------------------------------------------------------------------------------- what may not be asked for


def test_a_verifier_asks_no_more_than_the_ledger_lets_it(shared):
    assert code_of(shared.verifier.begin, [ask("resident", "birth_date")], NOW) == "trust.claims"


def test_a_verifier_that_was_withdrawn_asks_nothing():
    scene = Scene()
    for credential in ASKED:
        scene.world.accept(withdraw_verifier(credential=credential), by=quorum("ministry"))
    assert code_of(scene.verifier.begin, [ask("resident")], NOW) == "trust.verifier_withdrawn"


# ----------------------------------------------------------------------------------------------- what is refused


def test_credentials_that_do_not_count(shared):
    other = certified("Somebody else", now=START)
    cases = [
        ("certificate.anchor", shared.issue("resident", office=other)),
        ("sdjwt.expired", shared.issue("resident", lives=500)),
        ("sdjwt.not_yet_valid", shared.issue("resident", since=NOW + 100)),
        ("presentation.lifetime", shared.issue("resident", lives=2_592_000 + 61)),
        ("presentation.status_missing", shared.issue("resident", status=None)),
    ]
    for code, held in cases:
        assert refused(shared, [ask("resident")], [held]) == code


@pytest.mark.parametrize("form", ["dc+sd-jwt", "mso_mdoc"])
@pytest.mark.parametrize("status", ["status.revoked", "status.suspended", "status.unavailable", "status.stale"])
def test_a_status_that_is_not_good_or_not_known(form, status):
    scene = Scene()
    scene.statuses.refused = status
    assert refused(scene, [ask("resident")], [scene.issue("resident", form)]) == status


@pytest.mark.parametrize("form", ["dc+sd-jwt", "mso_mdoc"])
def test_an_issuer_that_is_not_trusted_for_this_type_or_any_more(form):
    scene = Scene()
    scene.world.accept(withdraw_issuer(credential="resident"), by=quorum("ministry"))
    assert refused(scene, [ask("resident")], [scene.issue("resident", form)]) == "trust.issuer_void"
    assert run(scene, [ask("driving_licence")], [scene.issue("driving_licence", form)])


def test_values_that_will_not_do_are_refused_whatever_the_wallet_thinks(shared):
    begun = shared.verifier.begin([ask("resident", values={"province": ("11",)})], NOW)
    response = _answer_by_hand(shared, begun.handle, ("age_over_18", "province"))
    assert code_of(shared.verifier.receive, begun.handle, {"response": response}, NOW) == "presentation.value"


def test_more_or_less_than_was_asked_is_refused(shared):
    for claims, code in [
        (("province",), "presentation.missing_claim"),
        (("age_over_18", "province", "birth_date"), "presentation.unasked_claim"),
    ]:
        begun = shared.verifier.begin([ask("resident")], NOW)
        response = _answer_by_hand(shared, begun.handle, claims)
        assert code_of(shared.verifier.receive, begun.handle, {"response": response}, NOW) == code


def test_a_presentation_for_another_request_or_verifier_is_refused(shared):
    for form, code in [("dc+sd-jwt", "sdjwt.binding_nonce"), ("mso_mdoc", "mdoc.device_signature")]:
        held = [shared.issue("resident", form)]
        one, two = (shared.verifier.begin([ask("resident")], NOW) for _ in range(2))
        payloads = [_payload(shared.verifier.fetch(begun.handle, NOW)) for begun in (one, two)]
        replayed = _token(shared, payloads[0], held)
        response = _encrypted(payloads[1], {"vp_token": replayed, "state": payloads[1]["state"]})
        assert code_of(shared.verifier.receive, two.handle, {"response": response}, NOW) == code


FORMS = [
    ("response.form", lambda payload, token: {}),
    ("response.form", lambda payload, token: {"response": "x", "state": payload["state"]}),
    ("jose.decryption", lambda payload, token: {"response": "x"}),
    ("jose.size", lambda payload, token: {"response": "x" * (jose.MAX_BYTES + 1)}),
    ("response.form", lambda payload, token: {"response": _encrypted(payload, [])}),
    ("response.state", lambda payload, token: {"response": _encrypted(payload, {"vp_token": token})}),
    ("response.state", lambda payload, token: {"response": _encrypted(payload, {"vp_token": token, "state": "x"})}),
    ("response.form", lambda payload, token: _said(payload, "a string")),
    ("response.query", lambda payload, token: _said(payload, {**token, "other": ["x"]})),
    ("response.presentations", lambda payload, token: _said(payload, {"resident-sd": token["resident-sd"] * 2})),
    ("response.presentations", lambda payload, token: _said(payload, {"resident-sd": []})),
    ("response.presentations", lambda payload, token: _said(payload, {"resident-sd": [{}]})),
    ("response.presentations", lambda payload, token: _said(payload, {**token, "resident-mdoc": ["x"]})),
    ("response.missing", lambda payload, token: _said(payload, {})),
    ("sdjwt.form", lambda payload, token: _said(payload, {"resident-sd": ["x"]})),
    ("base64.invalid", lambda payload, token: _said(payload, {"resident-mdoc": ["x"]})),
    ("cbor.form", lambda payload, token: _said(payload, {"resident-mdoc": ["_____w"]})),
    ("presentation.declined", lambda payload, token: _said(payload, {}, error="access_denied")),
]


@pytest.mark.parametrize(("code", "given"), FORMS)
def test_a_response_that_is_none(shared, code, given):
    begun = shared.verifier.begin([ask("resident")], NOW)
    payload = _payload(shared.verifier.fetch(begun.handle, NOW))
    token = _token(shared, payload, [shared.issue("resident")])
    assert code_of(shared.verifier.receive, begun.handle, given(payload, token), NOW) == code


def test_a_credential_of_another_type_under_the_query_is_refused(shared):
    begun = shared.verifier.begin([ask("resident")], NOW)
    payload = _payload(shared.verifier.fetch(begun.handle, NOW))
    query = payload["dcql_query"]["credentials"][0]
    query["meta"]["vct_values"] = ["urn:madang:kr:driving-licence:1"]
    query["claims"] = [{"path": ["family_name"]}]
    token = _token(shared, payload, [shared.issue("driving_licence")])
    response = _said(payload, token)
    assert code_of(shared.verifier.receive, begun.handle, response, NOW) == "presentation.type"


# -------------------------------------------------------------------------------- a wallet that is made by hand


def _payload(text: str):
    return msgspec.json.decode(from_base64url(text.split(".")[1], "it"))


def _token(scene: Scene, payload: dict, held) -> dict:
    """The vp_token of our wallet for a request that was perhaps altered."""
    header = {"x5c": jose.x5c(scene.city.signer.chain)}
    text = jose.sign("oauth-authz-req+jwt", msgspec.json.encode(payload), scene.city.signer.sign, header)
    request = answering.read_request(text, scene.verifier.client, scene.trust, NOW)
    chosen = answering.choose(request, held, lambda one: CLAIMS[one.type])
    wanted = {one.query: one for one in request.wanted}
    return {name: [answering.present(request, wanted[name], one, NOW)] for name, one in chosen.items()}


def _answer_by_hand(scene: Scene, handle: str, claims) -> str:
    """A wallet that shows these claims of the residence, whatever it is asked."""
    payload = _payload(scene.verifier.fetch(handle, NOW))
    held = scene.issue("resident")
    paths = [(name,) for name in claims]
    shown = holding.present(held.text, paths, payload["client_id"], payload["nonce"], NOW, signing(held.key))
    return _encrypted(payload, {"vp_token": {"resident-sd": [shown]}, "state": payload["state"]})


def _encrypted(payload: dict, content) -> str:
    return jose.encrypt(msgspec.json.encode(content), payload["client_metadata"]["jwks"]["keys"][0])


def _said(payload: dict, token, **more) -> dict[str, str]:
    return {"response": _encrypted(payload, {"vp_token": token, "state": payload["state"], **more})}
