"""A credential that says how old somebody is, for a day, and a proof of it."""

from __future__ import annotations

from functools import cache

from madang.identity import jose
from madang.identity.catalogue.reading import read_type
from madang.identity.mdoc import Validity, issue
from madang.identity.signer import signing
from madang.identity.zk.proving import prove
from tests.identity.mdoc.material import NOW, TRANSCRIPT, an_issuer, phone

AGE = read_type(
    "age",
    """
name: {ko: 나이 확인, en: Age}
about: person
vct: urn:madang:test:age:1
doctype: org.madang.test.age.1
namespace: org.iso.23220.1
formats: [mso_mdoc]
lives: 86400
batch: 20
claims:
  age_over_19: {kind: flag, words: {ko: 만 19세 이상, en: Over 19}}
  age_over_65: {kind: flag, words: {ko: 만 65세 이상, en: Over 65}}
  region: {kind: code, pattern: "[0-9]{2}", words: {ko: 지역, en: Region}}
""",
)
VALIDITY = Validity(NOW - 60, NOW - 60, NOW + 3600)


def issued(elements: dict | None = None) -> bytes:
    """A credential of one who is over 19 and not over 65."""
    elements = elements or {"age_over_19": True, "age_over_65": False, "region": "26"}
    holder = jose.jwk_of(phone().public_key())
    return issue(an_issuer().signer, AGE.doctype, {AGE.namespace: elements}, holder, VALIDITY, None)


@cache
def a_credential() -> bytes:
    """The credential."""
    return issued()


@cache
def a_proof() -> bytes:
    """That its holder is over 19, for the request of the transcript."""
    return prove(a_credential(), AGE, "age_over_19", True, TRANSCRIPT, signing(phone()), NOW)
