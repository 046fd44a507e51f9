"""The SD-JWTs that RFC 9901 shows, made again byte by byte.

The program of its authors made them: `sd-jwt` 0.10.4 (Apache-2.0), with random numbers from the seed 0. It gives the
same text here, but for the signatures of ES256, which are random. Those stand below as the RFC has them, and they hold
over nothing but the very bytes that the RFC shows. Claims are in the RFC's order, on which its salts depend.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import random
from dataclasses import dataclass
from typing import Any

from jwcrypto.jwk import JWK  # type: ignore[import-untyped]
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.utils.yaml_specification import remove_sdobj_wrappers
from sd_jwt.verifier import SDJWTVerifier

sd = SDObj
"""What the holder can hide: the name of a claim, or an element of an array."""
# Appendix A.5, and `cnf` in section 5.1.
ISSUER = {
    "kty": "EC",
    "crv": "P-256",
    "x": "b28d4MwZMjw8-00CG4xfnn9SLMVMM19SlqZpVb_uNtQ",
    "y": "Xv5zWwuoaTgdS6hV43yI6gBwTnjukmFQQnJ_kCxzqk8",
}
HOLDER = {
    "kty": "EC",
    "crv": "P-256",
    "x": "TCAER19Zvu3OHF4j4W4vfSVoHIP1ILilDls7vCeGemc",
    "y": "ZxjiWWbZMQGHVWKVQ4hbSIirsVfuecCE6t4jT9F2HZQ",
}
# What each holder signed for (section 5.2).
NONCE, AUDIENCE, BOUND_AT = "1234567890", "https://verifier.example.org", 1_748_536_865
USUAL = {"iss": "https://issuer.example.com", "iat": 1_683_000_000, "exp": 1_883_000_000}


@dataclass(frozen=True)
class Example:
    """One SD-JWT: its claims, what the holder shows, and the signatures (the holder's where the RFC binds the key)."""

    section: str
    claims: dict[Any, Any]
    shows: dict[str, Any]
    signature: str
    binding: str = ""
    typ: str = "example+sd-jwt"
    decoys: bool = False

    @functools.cached_property
    def issued(self) -> str:
        """As the issuer hands it over."""
        made = _made(self)
        jwt = f"{made.serialized_sd_jwt.rpartition('.')[0]}.{self.signature}"
        return "".join(f"{part}~" for part in (jwt, *(one.b64 for one in made.ii_disclosures)))

    @functools.cached_property
    def shown(self) -> str:
        """As the holder shows it, without its key binding."""
        holder = SDJWTHolder(self.issued)
        holder.create_presentation(self.shows)
        return str(holder.sd_jwt_presentation)

    @functools.cached_property
    def presented(self) -> str:
        """As the holder shows it, with its key binding."""
        sd_hash = _base64url(hashlib.sha256(self.shown.encode()).digest())
        said = {"nonce": NONCE, "aud": AUDIENCE, "iat": BOUND_AT, "sd_hash": sd_hash}
        parts = (_base64url(json.dumps(part).encode()) for part in ({"alg": "ES256", "typ": "kb+jwt"}, said))
        return f"{self.shown}{'.'.join(parts)}.{self.binding}"

    @property
    def plain(self) -> dict[str, Any]:
        """All its claims, with nothing hidden."""
        cnf = {"cnf": {"jwk": HOLDER}} if self.binding else {}
        return {**remove_sdobj_wrappers(self.claims), **cnf}

    def read_by_its_authors(self) -> dict[str, Any]:
        """What the authors' program reads in what the holder shows; it checks the issuer's signature."""
        verifier = SDJWTVerifier(self.shown, lambda _issuer, _header: JWK(**ISSUER))
        return dict(verifier.get_verified_payload())


def unsigned(claims: dict[Any, Any]) -> tuple[dict[str, Any], list[str]]:
    """The payload for these claims, and the disclosures in the order in which the authors' program makes them."""
    made = _issue(claims, None, False, {})
    return made.sd_jwt_payload, [one.b64 for one in made.ii_disclosures]


def _made(example: Example) -> Any:
    holder = JWK(**HOLDER) if example.binding else None
    return _issue(example.claims, holder, example.decoys, {"typ": example.typ})


class _Repeatable(SDJWTIssuer):  # type: ignore[misc]
    unsafe_randomness = True


def _issue(claims: dict[Any, Any], holder: Any, decoys: bool, header: dict[str, str]) -> Any:
    """Its salts and decoys come from Python's own random numbers, which are put back as they were."""
    key, state = JWK.generate(kty="EC", crv="P-256"), random.getstate()
    random.seed(0)
    try:
        return _Repeatable(claims, key, holder, add_decoy_claims=decoys, extra_header_parameters=header)
    finally:
        random.setstate(state)


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


EXAMPLES = (
    Example(
        "5, simple",
        {
            **USUAL,
            "sub": "user_42",
            sd("given_name"): "John",
            sd("family_name"): "Doe",
            sd("email"): "johndoe@example.com",
            sd("phone_number"): "+1-202-555-0101",
            sd("phone_number_verified"): True,
            sd("address"): {
                "street_address": "123 Main St",
                "locality": "Anytown",
                "region": "Anystate",
                "country": "US",
            },
            sd("birthdate"): "1940-01-01",
            sd("updated_at"): 1570000000,
            "nationalities": [sd("US"), sd("DE")],
        },
        {"given_name": True, "family_name": True, "address": True, "nationalities": [True, False]},
        "xJUoRLl1sVRxz57ralck9kBWbzbq0soK6dQ5liBXuge3IY8vVYq2xi1tywYwvlRTtPIM2A-XDzyta-SaJLhexQ",
        binding="76YniH11s4EDLnqNXKzYtIU1yXEBNzY8wfTd1QkpKzcJ0JY_KXbURL8qQBJA7xpZiA8vXYrlpPpd4yfHJTfhQA",
    ),
    Example(
        "A.1, structured",
        {
            **USUAL,
            sd("sub"): "6c5c0a49-b589-431d-bae7-219122a9ec2c",
            sd("given_name"): "太郎",
            sd("family_name"): "山田",
            sd("email"): '"unusual email address"@example.jp',
            sd("phone_number"): "+81-80-1234-5678",
            "address": {
                sd("street_address"): "東京都港区芝公園４丁目２−８",
                sd("locality"): "東京都",
                sd("region"): "港区",
                sd("country"): "JP",
            },
            sd("birthdate"): "1940-01-01",
        },
        {"address": {"region": True, "country": True}},
        "oJdAsPFk47txJvbiGPxFpMHxY3y_-f2RqT_3BqCdb82f2ZI9vuDNQzhwyXHDudbdM6hlseqpyGRRyiky6DXlSA",
        decoys=True,
    ),
    Example(
        "A.2, complex",
        {
            **USUAL,
            "verified_claims": {
                "verification": {
                    "trust_framework": "de_aml",
                    sd("time"): "2012-04-23T18:25Z",
                    sd("verification_process"): "f24c6f-6d3f-4ec5-973e-b0d8506f3bc7",
                    "evidence": [
                        sd(
                            {
                                sd("type"): "document",
                                sd("method"): "pipp",
                                sd("time"): "2012-04-22T11:30Z",
                                sd("document"): {
                                    "type": "idcard",
                                    "issuer": {"name": "Stadt Augsburg", "country": "DE"},
                                    "number": "53554554",
                                    "date_of_issuance": "2010-03-23",
                                    "date_of_expiry": "2020-03-22",
                                },
                            }
                        )
                    ],
                },
                "claims": {
                    sd("given_name"): "Max",
                    sd("family_name"): "Müller",
                    sd("nationalities"): ["DE"],
                    sd("birthdate"): "1956-01-28",
                    sd("place_of_birth"): {"country": "IS", "locality": "Þykkvabæjarklaustur"},
                    sd("address"): {
                        "locality": "Maxstadt",
                        "postal_code": "12344",
                        "country": "DE",
                        "street_address": "Weidenstraße 22",
                    },
                },
            },
            sd("birth_middle_name"): "Timotheus",
            sd("salutation"): "Dr.",
            sd("msisdn"): "49123456789",
        },
        {
            "verified_claims": {
                "verification": {"time": True, "evidence": [{"method": True}]},
                "claims": {"given_name": True, "family_name": True, "address": True},
            }
        },
        "VR5WqMh7Dv7ttRH89qfpn6VDDzq1JqX3MBZmjWq7dLEaYDer7mn25LrwLByrWm5WdpUkLwsXqAFeFjQnpbWzUQ",
    ),
    Example(
        "A.3, SD-JWT VC",
        {
            **USUAL,
            "vct": "urn:eudi:pid:de:1",
            "iss": "https://pid-issuer.bund.de.example",
            sd("given_name"): "Erika",
            sd("family_name"): "Mustermann",
            sd("birthdate"): "1963-08-12",
            sd("address"): {
                sd("street_address"): "Heidestraße 17",
                sd("locality"): "Köln",
                sd("postal_code"): "51147",
                sd("country"): "DE",
            },
            sd("nationalities"): ["DE"],
            sd("sex"): 2,
            sd("birth_family_name"): "Gabler",
            sd("place_of_birth"): {sd("locality"): "Berlin", sd("country"): "DE"},
            sd("age_equal_or_over"): {
                sd("12"): True,
                sd("14"): True,
                sd("16"): True,
                sd("18"): True,
                sd("21"): True,
                sd("65"): False,
            },
            sd("age_in_years"): 62,
            sd("age_birth_year"): 1963,
            sd("issuance_date"): "2020-03-11",
            sd("expiry_date"): "2030-03-12",
            sd("issuing_authority"): "DE",
            sd("issuing_country"): "DE",
        },
        {"nationalities": [True], "age_equal_or_over": {"18": True}},
        "QAHJq-qxTQxF8x9U_A1PZyvUO401fMQN4ILrSI4RhPo4FasaNYFLkyUJm1J2mm1Vm96CrsROFnKi4ZOsILOhpQ",
        binding="4-6KSPWIOMcWIHPRKYTBb3-5QIGqX_4li6GCeIneNDekyBES4mBai7Y2ClmKO_009M-CuFFAtzLJInnZxfpUVQ",
        typ="dc+sd-jwt",
    ),
    Example(
        "A.4, W3C",
        {
            "@context": ["https://www.w3.org/2018/credentials/v1", "https://w3id.org/vaccination/v1"],
            "type": ["VerifiableCredential", "VaccinationCertificate"],
            "issuer": "https://example.com/issuer",
            "issuanceDate": "2023-02-09T11:01:59Z",
            "expirationDate": "2028-02-08T11:01:59Z",
            "name": "COVID-19 Vaccination Certificate",
            "description": "COVID-19 Vaccination Certificate",
            "credentialSubject": {
                "vaccine": {
                    "type": "Vaccine",
                    sd("atcCode"): "J07BX03",
                    sd("medicinalProductName"): "COVID-19 Vaccine Moderna",
                    sd("marketingAuthorizationHolder"): "Moderna Biotech",
                },
                sd("nextVaccinationDate"): "2021-08-16T13:40:12Z",
                sd("countryOfVaccination"): "GE",
                sd("dateOfVaccination"): "2021-06-23T13:40:12Z",
                sd("order"): "3/3",
                "recipient": {
                    "type": "VaccineRecipient",
                    sd("gender"): "Female",
                    sd("birthDate"): "1961-08-17",
                    sd("givenName"): "Marion",
                    sd("familyName"): "Mustermann",
                },
                "type": "VaccinationEvent",
                sd("administeringCentre"): "Praxis Sommergarten",
                sd("batchNumber"): "1626382736",
                sd("healthProfessional"): "883110000015376",
            },
        },
        {
            "credentialSubject": {
                "dateOfVaccination": True,
                "order": True,
                "vaccine": {"atcCode": True, "medicinalProductName": True},
            }
        },
        "cmHvFR6PaAKepwBE7s8aGSU9Oa9BSQOusfXD7Btb2q2-_4J82Bmeha31YZrSciMQR3stP0viE4_p00xqtvHAKQ",
        binding="XwW0ZpvPiOoIRHmRxbxbDlaXsv5QTC_OjtO8rg4_lzz0T7hd4RT3alYwKSskq8Ni-fqcYO7irQKgJ8hoSfGWPw",
    ),
)
