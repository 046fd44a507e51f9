"""A ledger on which a licence office issues and a city asks, a wallet that holds, and a verifier that checks."""

from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from madang.identity import jose, mdoc
from madang.identity.catalogue import type_of
from madang.identity.catalogue.encoding import to_json
from madang.identity.certificates import digest_of
from madang.identity.mdoc.claims import to_elements
from madang.identity.sdjwt import issuing
from madang.identity.trust import Trust
from madang.identity.verified import StatusReference
from madang.identity.verifier.asking import Ask
from madang.identity.verifier.checking import Grounds
from madang.identity.verifier.verifier import Verifier
from madang.identity.wallet.answering import Held, answer, choose, read_request
from madang.identity.zk.places import Places
from madang.kernel.codec import to_base64url
from madang.kernel.errors import MadangError
from tests.base.trust.scene import YEAR, define, name_issuer, name_verifier, trust_world
from tests.identity.institutions import Certified, certified, new_key
from tests.support.cast import quorum
from tests.support.world import START

NOW = START + 1000
ADDRESS = "https://city.example.kr/identity/city/presentations"
LICENCE_CLAIMS = {
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
    "age_over_18": True,
    "age_over_19": True,
}
RESIDENT_CLAIMS = {
    "family_name": "홍",
    "given_name": "길동",
    "birth_date": "1990-02-28",
    "age_over_18": True,
    "age_over_19": True,
    "age_over_65": False,
    "birth_year": 1990,
    "province": "26",
    "district": "26350",
    "region": "2635010100",
    "base_date": "2025-12-31",
    "connecting_information": "c" * 86,
}
CLASS_CLAIMS = {
    "amount_class": "b",
    "province": "26",
    "base_date": "2025-12-31",
    "connecting_information": "c" * 86,
}
ASKED = {
    "driving_licence": ("family_name", "age_over_19", "portrait", "birth_date", "driving_privileges"),
    "resident": ("age_over_18", "province"),
    "amount_class": ("amount_class",),
    "age": ("age_over_19",),
}
CLAIMS: Mapping[str, dict[str, Any]] = {
    "driving_licence": LICENCE_CLAIMS,
    "resident": RESIDENT_CLAIMS,
    "amount_class": CLASS_CLAIMS,
    "age": {"age_over_18": True, "age_over_19": True, "age_over_65": False},
}
STATUS = StatusReference("https://office.example.kr/status/1", 7)


class ToldStatuses:
    """Says of a place in a status list what a test told it, and remembers what it was asked."""

    def __init__(self, refused: str = "") -> None:
        self.refused = refused
        self.asked: list[tuple[StatusReference, str]] = []

    def check(self, reference: StatusReference, anchor: str, now: int) -> None:
        self.asked.append((reference, anchor))
        if self.refused:
            raise MadangError(self.refused, "as told")


class Scene:
    """All who take part: the office issues each type, the city asks."""

    def __init__(self) -> None:
        self.office: Certified = certified("Licence office", now=START)
        self.city: Certified = certified("Busan", "request", now=START)
        self.statuses = ToldStatuses()
        self.world = trust_world()
        for credential, claims in ASKED.items():
            self.world.accept(define(credential=credential), by=quorum("operator"))
            anchors, certificates = [digest_of(self.office.root)], [digest_of(self.city.signer.certificate)]
            self.world.accept(
                name_issuer(credential=credential, anchors=anchors, until=START + 2 * YEAR), by=quorum("ministry")
            )
            named = name_verifier(credential=credential, claims=list(claims), certificates=certificates)
            self.world.accept(named, by=quorum("ministry"))
        self.places = Places()
        self.verifier = Verifier(self.city.signer, ADDRESS, self.grounds, self.places)

    @property
    def trust(self) -> Trust:
        return Trust(self.world.state())

    def grounds(self) -> Grounds:
        return Grounds([self.office.root], self.trust, self.statuses)

    def issue(
        self,
        credential: str,
        form: str = "dc+sd-jwt",
        key: ec.EllipticCurvePrivateKey | None = None,
        office: Certified | None = None,
        since: int = START,
        lives: int | None = None,
        status: StatusReference | None = STATUS,
        **changed: Any,
    ) -> Held:
        """A credential of the scene's person, in a wallet."""
        of, key, office = type_of(credential), key or new_key(), office or self.office
        until = since + (of.lives if lives is None else lives)
        claims = {name: value for name, value in {**CLAIMS[credential], **changed}.items() if value is not None}
        jwk = jose.jwk_of(key.public_key())
        status = None if of.short_lived else status
        if form == "mso_mdoc":
            validity = mdoc.Validity(since, since, until)
            made = mdoc.issue(office.signer, of.doctype, to_elements(of, claims), jwk, validity, status)
            return Held(credential, "mso_mdoc", to_base64url(made), key)
        payload = {"vct": of.vct, "cnf": {"jwk": jwk}, "iat": since, "exp": until, **to_json(of, claims)}
        if status is not None:
            payload["status"] = {"status_list": {"idx": status.index, "uri": status.uri}}
        return Held(credential, "dc+sd-jwt", issuing.issue(payload, [(one,) for one in claims], office.signer), key)

    def respond(self, handle: str, held: Sequence[Held], now: int = NOW, proves: bool = False) -> str:
        """What the wallet sends for a request, which it fetches."""
        request = read_request(self.verifier.fetch(handle, now), self.verifier.client, self.trust, now)
        chosen = choose(request, held, lambda one: CLAIMS[one.type], proves)
        return answer(request, chosen, now)


def ask(credential: str, *claims: str, **more: Any) -> Ask:
    """An ask for a type, of all that the city may ask where no claims are named."""
    return Ask(credential, claims or ASKED[credential], **more)
