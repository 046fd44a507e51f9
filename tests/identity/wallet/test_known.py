"""What a node tells wallets is what its ledger says, and says the same."""

from typing import Any

import msgspec
import pytest

from madang.identity.certificates import digest_of
from madang.identity.trust import TrustedVerifier
from madang.identity.wallet.known import Known
from madang.kernel.errors import MadangError
from madang.web.wallet.credentials import trusted
from tests.base.trust.scene import withdraw_issuer, withdraw_verifier
from tests.identity.institutions import certified
from tests.identity.verifier.scene import ASKED, NOW, Scene
from tests.support.cast import quorum
from tests.support.world import START


def known(scene: Scene) -> Known:
    return Known(msgspec.json.encode(trusted(scene.world.state(), [scene.office.root], {}, NOW)))


def code_of(act: Any, *arguments: Any) -> str:
    with pytest.raises(MadangError) as refused:
        act(*arguments)
    return refused.value.code


def test_it_says_what_the_ledger_says() -> None:
    scene = Scene()
    told, certificate = known(scene), digest_of(scene.city.signer.certificate)
    anchor = digest_of(scene.office.root)
    assert told.now == NOW
    verifier, by_ledger = told.verifier_of(certificate, NOW), scene.trust.verifier_of(certificate, NOW)
    assert isinstance(verifier, TrustedVerifier) and verifier.party == by_ledger.party
    for kind, claims in ASKED.items():
        assert verifier.may_ask(kind, claims).purpose == by_ledger.may_ask(kind, claims).purpose
        assert told.issuer_of(anchor, kind, NOW) == scene.trust.issuer_of(anchor, kind, NOW)
    assert code_of(verifier.may_ask, "resident", ["birth_date"]) == "trust.claims"
    assert told.follow(scene.office.signer.chain).anchor == anchor
    assert told.is_issuer(anchor)


def test_whom_the_ledger_does_not_name_it_does_not_know() -> None:
    scene, stranger = Scene(), certified("Stranger", "request", now=START)
    told = known(scene)
    assert code_of(told.verifier_of, digest_of(stranger.signer.certificate), NOW) == "trust.verifier"
    assert code_of(told.issuer_of, "0" * 64, "age", NOW) == "trust.issuer"
    assert code_of(told.issuer_of, digest_of(scene.office.root), "age", START - 1_000_000) == "trust.issuer"
    assert code_of(told.follow, certified("Stranger", now=START).signer.chain) == "certificate.anchor"
    assert not told.is_issuer("0" * 64)
    for kind in ASKED:
        scene.world.accept(withdraw_verifier(credential=kind), by=quorum("ministry"))
    scene.world.accept(withdraw_issuer(credential="age", void_from=NOW - 1), by=quorum("ministry"))
    later = known(scene)
    assert code_of(later.verifier_of, digest_of(scene.city.signer.certificate), NOW) == "trust.verifier"
    assert code_of(later.issuer_of, digest_of(scene.office.root), "age", NOW) == "trust.issuer"


@pytest.mark.parametrize("told", [b"", b"{}", b"[]", b'{"now": 1, "issuers": [], "verifiers": [], "roots": ["?"]}'])
def test_what_is_no_such_answer_is_refused(told: bytes) -> None:
    assert code_of(Known, told) == "wallet.known"
