"""What our provider signs, as our issuer reads it: a wallet in a browser, and keys that lie in software."""

import secrets
from typing import Any

import pytest
from msgspec.structs import replace

from madang.identity import jose
from madang.identity.attesting import SECONDS, Provider, attest_keys, attest_wallet
from madang.identity.institution import Terms
from madang.identity.keystorage import LEVELS, Storage, at_least
from madang.kernel.errors import MadangError
from tests.base.trust.scene import name_provider
from tests.identity.institutions import certified
from tests.identity.issuer.scene import NOW, Phone, Scene, keys, read, refused, signed
from tests.support.cast import quorum
from tests.support.world import START

KIND = "driving_licence"


@pytest.fixture
def scene(tmp_path):
    found = Scene(tmp_path)
    yield found
    found.close()


@pytest.fixture
def provider(scene: Scene) -> Provider:
    """The office, as one that vouches for wallets, too."""
    made = certified("Wallet office", "attestation", START)
    attester = jose.thumbprint(jose.jwk_of(made.key.public_key()))
    scene.world.accept(name_provider(provider="bank-a", attesters=[attester]), by=quorum("operator"))
    return Provider(scene.institution, made.signer, attester)


def wanting(scene: Scene, storage: Storage) -> None:
    """The office gives licences to attested wallets that keep keys so well at least."""
    description = scene.institution.description
    terms = {**description.issues, KIND: Terms(storage=storage)}
    scene.institution = replace(scene.institution, description=replace(description, issues=terms))
    scene.office = replace(scene.office, institution=scene.institution)


class Browser(Phone):
    """A phone whose attestations come from this provider."""

    def __init__(self, scene: Scene, provider: Provider) -> None:
        super().__init__(scene)
        self.provider = provider

    def attestation(self, now: int = NOW, by: Any = None, **changed: Any) -> str:
        return attest_wallet(self.provider, jose.jwk_of(self.instance.public_key()), now)

    def attestation_proof(self, now: int = NOW, by: Any = None, **changed: Any) -> str:
        claims = {
            "iss": self.provider.client,
            "aud": self.scene.office.url,
            "iat": now,
            "jti": secrets.token_hex(8),
        }
        return signed("oauth-client-attestation-pop+jwt", claims, self.instance, {})

    def key_attestation(self, keys: Any, nonce: str, now: int = NOW, by: Any = None, **changed: Any) -> str:
        return attest_keys(self.provider, [jose.jwk_of(one.public_key()) for one in keys], nonce, now)


def ask(phone: Phone) -> Any:
    token = phone.token(f"{KIND}_mdoc")["access_token"]
    content = {"credential_configuration_id": f"{KIND}_mdoc", "proofs": phone.proofs(keys(2))}
    return phone.ask(content, token)


def test_an_issuer_that_takes_keys_in_software_issues_to_a_browser(scene, provider):
    wanting(scene, "software")
    assert len(read(ask(Browser(scene, provider)))["credentials"]) == 2


@pytest.mark.parametrize("least", [one for one in LEVELS if one != "software"])
def test_whoever_wants_more_than_software_issues_nothing_to_a_browser(scene, provider, least):
    wanting(scene, least)
    assert refused(ask(Browser(scene, provider))) == (400, "invalid_proof", "keys.storage")


def test_an_attestation_ends_within_minutes(scene, provider):
    phone = Browser(scene, provider)
    wallet = {"oauth-client-attestation": phone.attestation(NOW - SECONDS)}
    wallet["oauth-client-attestation-pop"] = phone.attestation_proof()
    assert refused(phone.push(headers=wallet)) == (401, "invalid_client", "wallet.time")


def test_what_is_no_key_is_not_attested(provider):
    for wrong in ({}, {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}):
        with pytest.raises(MadangError) as caught:
            attest_wallet(provider, wrong, NOW)
        assert caught.value.code == "jose.key"


def test_levels_are_those_of_the_standard_and_one_below_them():
    assert at_least("high") == ["iso_18045_high"]
    assert at_least("moderate") == ["iso_18045_high", "iso_18045_moderate"]
    assert at_least("software")[-2:] == ["iso_18045_basic", "urn:madang:key-storage:software"]
