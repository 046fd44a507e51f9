"""A licence office on a ledger that issues, with a real store and status lists, and a phone that asks it."""

import hashlib
import itertools
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from madang.identity import jose
from madang.identity.catalogue.types import Words
from madang.identity.certificates import digest_of, make_root
from madang.identity.institution import Description, Institution, Terms
from madang.identity.issuer import authorizing, offers
from madang.identity.issuer.endpoints import POSTED, answer
from madang.identity.issuer.metadata import PRE_AUTHORIZED, encryption_key
from madang.identity.issuer.office import Office
from madang.identity.issuer.wire import FORM, JSON, JWT, Reply, Request
from madang.identity.signer import signing
from madang.identity.status.register import StatusRegister
from madang.identity.trust import Trust
from madang.kernel.codec import to_base64url
from madang.records.database import open_database
from madang.records.issuing import Issuing
from tests.base.trust.scene import YEAR, define, name_issuer, name_provider, trust_world
from tests.identity.institutions import certified, new_key
from tests.support.cast import quorum
from tests.support.world import START

NOW = START + 100_000
ORIGIN = "https://office.example.kr"
BACK = "https://wallet.example.kr/back"
APP = "kr.example.wallet:/back"
CLIENT = "https://wallet.example.kr"
PERSON = "person-handle"
ATTESTED, ANY = "driving_licence", "resident"
LICENCE = {
    "family_name": "홍",
    "given_name": "길동",
    "birth_date": "1990-02-28",
    "issue_date": "2025-01-02",
    "expiry_date": "2035-01-02",
    "issuing_country": "KR",
    "issuing_authority": "부산광역시경찰청",
    "document_number": "25-01-123456-78",
    "portrait": b"\xff\xd8\xff" + bytes(40),
    "driving_privileges": [{"vehicle_category_code": "B", "issue_date": "2015-03-04"}],
    "un_distinguishing_sign": "ROK",
}
RESIDENT = {
    "family_name": "홍",
    "given_name": "길동",
    "birth_date": "1990-02-28",
    "province": "26",
    "district": "26350",
    "region": "2635010100",
    "base_date": "2025-12-31",
    "connecting_information": "c" * 86,
}
CLASS = {
    "amount_class": "b",
    "province": "26",
    "base_date": "2025-12-31",
    "connecting_information": "c" * 86,
}
_encode = msgspec.json.encode


class Cards:
    """A register of one person, from which tests take and to which they add."""

    def __init__(self) -> None:
        self.people: dict[str, dict[str, Any]] = {
            PERSON: {ATTESTED: LICENCE, ANY: RESIDENT, "amount_class": CLASS},
        }

    def known(self, subject: str, kind: str) -> Any:
        return self.people.get(subject, {}).get(kind)


class Scene:
    """The office, and the provider of wallets that the ledger names."""

    def __init__(self, folder: Path) -> None:
        made = certified("Licence office", now=START)
        self.asker = certified("Licence office", "request", now=START)
        self.provider_key = new_key()
        self.provider = make_root(self.provider_key, "Wallet provider", START)
        issues = {ATTESTED: Terms(), ANY: Terms("any", (BACK,)), "amount_class": Terms("any", (BACK,))}
        self.institution = Institution(
            "office",
            Description("welfare", Words("면허 사무소", "Licence office"), ORIGIN, issues),
            made.root,
            made.signer,
            self.asker.signer,
            new_key(),
            b"s" * 32,
        )
        self.world = trust_world()
        for credential in issues:
            self.world.accept(define(credential=credential), by=quorum("operator"))
            named = name_issuer(credential=credential, anchors=[digest_of(made.root)], until=START + 2 * YEAR)
            self.world.accept(named, by=quorum("ministry"))
        self.world.accept(name_provider(attesters=[digest_of(self.provider)]), by=quorum("operator"))
        self.register = Cards()
        self.folder = folder
        self.database = open_database(f"sqlite:///{folder}/records.db")
        self.statuses = StatusRegister(folder / "status", f"{self.institution.url}/status")
        self.store = Issuing(self.database)
        self.office = Office(self.institution, self.store, self.register, self.statuses, self.trust)

    def close(self) -> None:
        self.database.close()
        self.statuses.close()

    def trust(self) -> Trust:
        return Trust(self.world.state())

    def post(
        self,
        endpoint: str,
        body: bytes = b"",
        media_type: str = JSON,
        headers: Mapping[str, Any] = {},
        query: str = "",
        now: int = NOW,
    ) -> Reply:
        """What the office answers. A header is text, or a list of texts."""
        listed = {name: [one] if isinstance(one, str) else one for name, one in headers.items()}
        request = Request("POST", {"content-type": [media_type], **listed}, query, body, now)
        return answer(self.office, POSTED[endpoint], request)

    def offer(self, *wanted: str, now: int = NOW) -> offers.Offer:
        return offers.make_offer(self.office, PERSON, wanted or (f"{ANY}_sd_jwt",), now)

    def nonce(self, now: int = NOW) -> str:
        return str(read(self.post("nonce", now=now))["c_nonce"])


class Phone:
    """A wallet. What a test changes of what it signs, it gives as members that stand in the place of ours."""

    def __init__(self, scene: Scene, attested: bool = True) -> None:
        self.scene = scene
        self.key, self.instance = new_key(), new_key()
        self.attested = attested
        self.verifier = "v" * 43
        self.dpop_nonce: str | None = None

    # ------------------------------------------------------------------------------------------- what it signs

    def dpop(self, endpoint: str, token: str = "", now: int = NOW, header: Any = None, **changed: Any) -> str:
        claims = {"jti": secrets.token_hex(8), "htm": "POST", "htu": self.scene.office.endpoint(endpoint), "iat": now}
        if self.dpop_nonce is None:
            self.dpop_nonce = self.scene.post("nonce", now=now).headers["dpop-nonce"]
        claims["nonce"] = self.dpop_nonce
        if token:
            claims["ath"] = to_base64url(hashlib.sha256(token.encode()).digest())
        shown = {"jwk": jose.jwk_of(self.key.public_key())} | (header or {})
        return signed("dpop+jwt", without_none(claims | changed), self.key, shown)

    def attestation(self, now: int = NOW, by: ec.EllipticCurvePrivateKey | None = None, **changed: Any) -> str:
        claims = {
            "iss": "https://provider.example.kr",
            "sub": CLIENT,
            "iat": now,
            "exp": now + 3600,
            "cnf": {"jwk": jose.jwk_of(self.instance.public_key())},
        }
        header = {"x5c": jose.x5c([changed.pop("certificate", self.scene.provider)])}
        return signed(
            "oauth-client-attestation+jwt", without_none(claims | changed), by or self.scene.provider_key, header
        )

    def attestation_proof(self, now: int = NOW, by: ec.EllipticCurvePrivateKey | None = None, **changed: Any) -> str:
        claims = {"iss": CLIENT, "aud": self.scene.office.url, "iat": now, "jti": secrets.token_hex(8)}
        return signed("oauth-client-attestation-pop+jwt", without_none(claims | changed), by or self.instance, {})

    def wallet_headers(self, now: int = NOW) -> dict[str, str]:
        if not self.attested:
            return {}
        return {
            "oauth-client-attestation": self.attestation(now),
            "oauth-client-attestation-pop": self.attestation_proof(now),
        }

    def key_attestation(
        self, keys: Sequence[ec.EllipticCurvePrivateKey], nonce: str, now: int = NOW, by: Any = None, **changed: Any
    ) -> str:
        claims = {
            "iat": now,
            "exp": now + 3600,
            "key_storage": ["iso_18045_high"],
            "attested_keys": [jose.jwk_of(one.public_key()) for one in keys],
            "nonce": nonce,
        }
        header = {"x5c": jose.x5c([self.scene.provider])}
        return signed("key-attestation+jwt", without_none(claims | changed), by or self.scene.provider_key, header)

    def proof(
        self,
        key: ec.EllipticCurvePrivateKey,
        nonce: str,
        now: int = NOW,
        header: Mapping[str, Any] = {},
        by: Any = None,
        **changed: Any,
    ) -> str:
        claims = {"aud": self.scene.office.url, "iat": now, "nonce": nonce}
        shown = {"jwk": jose.jwk_of(key.public_key()), **header}
        return signed("openid4vci-proof+jwt", without_none(claims | changed), by or key, without_none(shown))

    # --------------------------------------------------------------------------------------------- what it asks

    def push(self, now: int = NOW, headers: Mapping[str, Any] | None = None, **changed: Any) -> Reply:
        kind = ATTESTED if self.attested else ANY
        form = {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": APP if self.attested else BACK,
            "code_challenge": to_base64url(hashlib.sha256(self.verifier.encode()).digest()),
            "code_challenge_method": "S256",
            "scope": f"{kind}_sd_jwt",
            "state": "s1",
        }
        body = urlencode(without_none(form | changed)).encode()
        return self.scene.post("par", body, FORM, self.wallet_headers(now) if headers is None else headers, now=now)

    def code(self, now: int = NOW, subject: str = PERSON, **changed: Any) -> str:
        """The code that comes back once a person has agreed."""
        pushed = read(self.push(now, **changed))
        asked = {"client_id": CLIENT, "request_uri": pushed["request_uri"]}
        ticket = authorizing.arrive(self.scene.office, asked, now)
        authorizing.identify(self.scene.office, ticket, subject, now)
        back = authorizing.agree(self.scene.office, ticket, now)
        found = parse_qs(urlsplit(back).query)
        assert found["iss"] == [self.scene.office.url] and found["state"] == ["s1"]
        return found["code"][0]

    def exchange(self, form: Mapping[str, Any], now: int = NOW, headers: Mapping[str, Any] | None = None) -> Reply:
        if headers is None:
            headers = {**self.wallet_headers(now), "dpop": self.dpop("token", now=now)}
        return self.scene.post("token", urlencode(without_none(form)).encode(), FORM, headers, now=now)

    def by_code(self, code: str, now: int = NOW, headers: Mapping[str, Any] | None = None, **changed: Any) -> Reply:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": APP if self.attested else BACK,
            "code_verifier": self.verifier,
            "client_id": CLIENT,
        }
        return self.exchange(form | changed, now, headers)

    def by_offer(self, offer: offers.Offer, now: int = NOW, headers: Any = None, **changed: Any) -> Reply:
        fetched = offers.read_offer(self.scene.office, offer.uri.rpartition("/")[2], now)
        assert fetched is not None
        code = read(fetched)["grants"][PRE_AUTHORIZED]["pre-authorized_code"]
        form = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": code, "tx_code": offer.spoken}
        return self.exchange(form | changed, now, headers)

    def token(self, *wanted: str, now: int = NOW) -> dict[str, Any]:
        """A token for what is offered; for an attested licence by default."""
        kind = ATTESTED if self.attested else ANY
        return read(self.by_offer(self.scene.offer(*(wanted or (f"{kind}_sd_jwt",)), now=now), now))

    def ask(
        self,
        content: Any,
        token: str,
        endpoint: str = "credential",
        now: int = NOW,
        headers: Mapping[str, Any] = {},
        media_type: str = JSON,
        query: str = "",
    ) -> Reply:
        body = content if isinstance(content, bytes) else _encode(content)
        sent = {"authorization": f"DPoP {token}", "dpop": self.dpop(endpoint, token, now), **headers}
        return self.scene.post(endpoint, body, media_type, without_none(sent), query, now)

    def ask_encrypted(self, content: Any, token: str, endpoint: str = "credential") -> Reply:
        body = jose.encrypt(_encode(content), encryption_key(self.scene.office))
        return self.ask(body.encode(), token, endpoint, media_type=JWT)

    def proofs(self, keys: Sequence[ec.EllipticCurvePrivateKey], now: int = NOW) -> dict[str, list[str]]:
        """Proofs of these keys as the wallet makes them: with one attestation of all, where it has a provider."""
        nonce = self.scene.nonce(now)
        if not self.attested:
            return {"jwt": [self.proof(one, nonce, now) for one in keys]}
        attestation = self.key_attestation(keys, nonce, now)
        return {"jwt": [self.proof(keys[0], nonce, now, {"key_attestation": attestation})]}


def signed(typ: str, claims: Mapping[str, Any], key: ec.EllipticCurvePrivateKey, header: Mapping[str, Any]) -> str:
    return jose.sign(typ, _encode(claims), signing(key), header)


def read(reply: Reply) -> dict[str, Any]:
    """The content of an answer that is no refusal."""
    assert reply.status < 400, (reply.body, reply.code)
    found: dict[str, Any] = msgspec.json.decode(reply.body)
    return found


def refused(reply: Reply) -> tuple[int, str, str]:
    """Status, word on the wire, and the operator's code; nothing else is sent."""
    content = msgspec.json.decode(reply.body)
    assert list(content) == ["error"] and reply.media_type == JSON, content
    return reply.status, content["error"], reply.code


def without_none(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def keys(count: int) -> list[ec.EllipticCurvePrivateKey]:
    return list(itertools.islice(iter(new_key, None), count))
