"""Who vouches for this wallet, as its pages are told."""

from pathlib import Path

import pytest

from madang.identity import jose
from madang.identity.attesting import Provider
from madang.web.wallet.attesting import vouching
from tests.base.trust.scene import YEAR, name_provider, withdraw_provider
from tests.identity.institutions import certified
from tests.identity.issuer.scene import NOW, ORIGIN, Scene
from tests.support.cast import quorum
from tests.support.world import START


@pytest.fixture
def scene(tmp_path: Path):
    found = Scene(tmp_path)
    yield found
    found.close()


def test_nobody_vouches_but_whom_the_ledger_names_now(scene):
    made = certified("Wallet office", "attestation", START)
    attester = jose.thumbprint(jose.jwk_of(made.key.public_key()))
    provider = Provider(scene.institution, made.signer, attester)
    assert vouching(scene.world.state(), None, NOW) is None
    assert vouching(scene.world.state(), provider, NOW) is None
    scene.world.accept(name_provider(provider="bank-a", attesters=[attester]), by=quorum("operator"))
    assert vouching(scene.world.state(), provider, NOW) == {
        "party": "bank-a",
        "client": f"{ORIGIN}/wallet",
        "storage": "urn:madang:key-storage:software",
    }
    assert vouching(scene.world.state(), provider, START + YEAR) is None
    scene.world.accept(withdraw_provider(provider="bank-a", void_from=0), by=quorum("operator"))
    assert vouching(scene.world.state(), provider, NOW) is None
