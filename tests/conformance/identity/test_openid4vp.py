"""Our verifier judged by @openid4vc/openid4vp: a wallet that others wrote reads our request, and answers it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import msgspec
import pytest
from joserfc.jwk import ECKey

from madang.identity import jose
from madang.identity.verifier.asking import Ask
from madang.kernel.codec import from_base64url
from madang.kernel.errors import MadangError
from tests.components import Needs
from tests.conformance.identity.judging import Refused, ask, version
from tests.identity.institutions import new_key
from tests.identity.verifier.scene import ADDRESS, NOW, Scene

pytestmark = pytest.mark.conformance

ASKS = [Ask("resident", ("age_over_18", "province"), {"province": ("26",)})]


class Meeting:
    """A request of ours, fetched once, and a wallet that holds a residence."""

    def __init__(self) -> None:
        self.scene = Scene()
        self.begun = self.scene.verifier.begin(ASKS, NOW)
        self.request = self.scene.verifier.fetch(self.begun.handle, NOW)
        self.key = new_key()
        self.held = self.scene.issue("resident", key=self.key)

    def question(self, **changed: Any) -> dict[str, Any]:
        asked = {
            "link": self.begun.link,
            "request": self.request,
            "credential": self.held.text,
            "holder_key": ECKey.import_key(self.key).as_dict(private=True),
            "now": NOW,
        }
        return {**asked, **changed}

    def receive(self, answer: dict[str, Any]) -> None:
        """What the wallet posted, as our server takes it."""
        (sent,) = answer["sent"]
        assert sent["url"] == f"{ADDRESS}/response/{self.begun.handle}"
        form = {name: values[0] for name, values in parse_qs(sent["body"], strict_parsing=True).items()}
        self.scene.verifier.receive(self.begun.handle, form, NOW)


def test_a_wallet_of_others_reads_our_request_and_is_believed(needs: Needs) -> None:
    meeting = Meeting()
    answer = ask(needs, "openid4vp.mjs", meeting.question())
    assert answer["fetched"] == [meeting.begun.request_uri]
    assert (answer["client"], answer["version"]) == ("x509_hash", 100), version("@openid4vc/openid4vp")
    meeting.receive(answer)
    (shown,) = meeting.scene.verifier.take(meeting.begun.handle, meeting.begun.secret, NOW).shown
    assert shown.claims == {"age_over_18": True, "province": "26"}


def test_another_nonce_is_refused(needs: Needs) -> None:
    meeting = Meeting()
    answer = ask(needs, "openid4vp.mjs", meeting.question(nonce="another nonce"))
    with pytest.raises(MadangError) as refused:
        meeting.receive(answer)
    assert refused.value.code == "sdjwt.binding_nonce"


def test_the_wallet_refuses_a_request_that_was_altered(needs: Needs) -> None:
    meeting = Meeting()
    header, payload, signature = meeting.request.split(".")
    said = msgspec.json.decode(from_base64url(payload, "it"))
    other = Scene().city.signer
    forged = jose.sign("oauth-authz-req+jwt", msgspec.json.encode(said), other.sign, {"x5c": jose.x5c(other.chain)})
    for text in (f"{header}.{payload[:-8]}AAAAAAAA.{signature}", forged):
        with pytest.raises(Refused):
            ask(needs, "openid4vp.mjs", meeting.question(request=text))
