"""A provider of wallets: what it signs for a wallet in the browser, so that issuers know whose wallet it is.

Two things are signed, each for some minutes (OpenID4VCI 1.0, appendices E and D; attestation-based client
authentication, draft 07; HAIP 1.0, section 4.4): that a wallet of this provider's make has an instance key, and that
credential keys were handed over by a page of it. No server sees into a browser, so nothing more can be said: keys are
kept in software, by nobody's evaluation, and no means of authentication guards them. Whoever runs other scripts under
somebody's sign-in gets the same words for other keys.
"""

from collections.abc import Mapping, Sequence

import msgspec

from madang.identity import jose
from madang.identity.institution import Description, Institution
from madang.identity.keystorage import LEVELS, Storage
from madang.identity.signer import Signer
from madang.kernel.fields import PartyId

WALLET, KEYS = "oauth-client-attestation+jwt", "key-attestation+jwt"
SECONDS = 600
MOST_KEYS = 20
STORAGE: Storage = "software"
_encode = msgspec.json.Encoder().encode


class Provider(msgspec.Struct, frozen=True):
    """An institution that vouches for the wallet of its own pages, with the key for that.

    `attester` is the key's thumbprint, by which the ledger names it.
    """

    institution: Institution
    signer: Signer
    attester: str

    @property
    def party(self) -> PartyId:
        """Its name on the ledger."""
        return self.institution.party

    @property
    def description(self) -> Description:
        """What is public about it."""
        return self.institution.description

    @property
    def client(self) -> str:
        """What its wallet calls itself to every issuer, in whichever browser."""
        return f"{self.description.origin}/wallet"


def attest_wallet(provider: Provider, instance: Mapping[str, str], now: int) -> str:
    """That the holder of `instance` (a public JWK) is a wallet of this make, for ten minutes from `now` (seconds).

    Raises `MadangError` (`jose.key`).
    """
    claims = {
        "iss": provider.institution.url,
        "sub": provider.client,
        "wallet_name": provider.description.name.en,
        "wallet_link": provider.client,
        "iat": now,
        "exp": now + SECONDS,
        "cnf": {"jwk": _public(instance)},
    }
    return _signed(provider, WALLET, claims)


def attest_keys(provider: Provider, keys: Sequence[Mapping[str, str]], nonce: str, now: int) -> str:
    """That these keys (public JWKs) are of one such wallet, in answer to an issuer's nonce.

    Raises `MadangError` (`jose.key`).
    """
    claims = {
        "iss": provider.institution.url,
        "iat": now,
        "exp": now + SECONDS,
        "attested_keys": [_public(one) for one in keys],
        "key_storage": [LEVELS[STORAGE]],
        "nonce": nonce,
    }
    return _signed(provider, KEYS, claims)


def _public(jwk: Mapping[str, str]) -> dict[str, str]:
    return jose.jwk_of(jose.public_key(dict(jwk), "A key to attest"))


def _signed(provider: Provider, kind: str, claims: Mapping[str, object]) -> str:
    return jose.sign(kind, _encode(claims), provider.signer.sign, {"x5c": jose.x5c(provider.signer.chain)})
