"""The offices of the demonstration, once a small day was prepared: named on the ledger, with people and open offers."""

from collections.abc import Iterator, Mapping, Sequence

import pytest

from madang.app import MODULES
from madang.base.eligibility import queries as eligibility
from madang.base.eligibility.transactions import Count
from madang.client.keystore import Keystore
from madang.client.wallet import make_payload
from madang.demo import actors, stage
from madang.demo.guests.inviting import Invited, invite
from madang.demo.identity import residents
from madang.demo.identity.offices import OFFICES, WELFARE, Setting
from madang.demo.identity.settling import settle
from madang.demo.identity.trust import AMOUNTS, GOVERNORS, SHOWN, STAFF, offer_name
from madang.demo.town import COUPON, Clock, Town
from madang.engine.node import Node
from madang.identity.blind import blind_sign
from madang.identity.catalogue import type_of
from madang.identity.certificates import digest_of
from madang.identity.eligibility.holding import ask, token_of
from madang.identity.eligibility.keys import OFFICER, open_keys
from madang.identity.institution import open_institutions
from madang.identity.issuer.preparing import derived_claims, prepare
from madang.identity.trust import Trust
from madang.identity.verified import Claims
from madang.records.database import open_database
from madang.records.masterkey import FileMasterKey
from madang.records.vault import Vault
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import ClaimByToken
from madang.web.issuer.people import People

ORIGIN = "http://localhost:8420"


class Settled:
    """A town with offices."""

    def __init__(self, town: Town, invited: Invited, setting: Setting, address: str) -> None:
        self.town = town
        self.invited = invited
        self.setting = setting
        self.address = address
        self.institutions = open_institutions(setting.folder, setting.read_passphrase())

    @property
    def now(self) -> int:
        return self.town.clock()


@pytest.fixture(scope="module")
def settled(tmp_path_factory) -> Iterator[Settled]:
    folder = tmp_path_factory.mktemp("demo")
    Node.create(folder / "node", MODULES, stage.genesis("2025", 300, origins=[ORIGIN]), stage.ORIGIN)
    clock = Clock(stage.MORNING)
    with Node(folder / "node", MODULES, clock) as node:
        town = Town(node, clock, 2025, 300, lambda *_: None)
        town.publish_programme()
        town.register_citizens()
        town.grant()
        clock.move(12 * 3_600)
        invited, address = invite(town), f"sqlite:///{folder / 'records.db'}"
        yield Settled(town, invited, settle(town, invited, folder / "identity", ORIGIN, address), address)


def test_guests_are_of_age_and_of_busan_where_there_are_such(settled):
    assert [one.age >= 20 and one.region[:2] for one in settled.invited.citizens] == ["26", "26"]
    assert [one.reference for one in settled.invited.guests if one.reference][2:] == ["E-0001", "E-0002"]


def test_the_ledger_names_who_issues_and_who_asks(settled):
    trust = Trust(settled.town.node.state())
    for name, office in OFFICES.items():
        one = settled.institutions[name]
        for kind in office.issues:
            assert trust.issuer_of(one.anchor, kind, settled.now) == office.party
    asked: dict[str, Mapping[str, Sequence[str]]] = {
        "ministry": {STAFF[0]: STAFF[2]},
        "licence": {"resident": ("connecting_information",)},
        WELFARE: SHOWN,
    }
    for name, wanted in asked.items():
        one = settled.institutions[name]
        verifier = trust.verifier_of(digest_of(one.requests.certificate), settled.now)
        for kind, claims in wanted.items():
            verifier.may_ask(kind, claims)


def test_what_the_registers_know_can_be_issued(settled):
    database = open_database(settled.address)
    vault = Vault(database, FileMasterKey.open(settled.setting.vault_key))
    references = [residents.reference(one) for one in settled.invited.citizens]
    for name, office in OFFICES.items():
        one = settled.institutions[name]
        people = People(name, office.party, vault, type_of)
        for reference in ["E-0001", "E-0002"] if name == "ministry" else references:
            subject = people.find(reference)
            assert subject is not None
            for kind in office.issues:
                known = people.known(subject, kind)
                assert isinstance(known, dict)
                assert not set(derived_claims(type_of(kind))) & set(known)
                claims: Claims = prepare(one, type_of(kind), known, settled.now)
                if kind == "resident":
                    assert claims["age_over_18"] is True and "(가상)" in claims["given_name"]
    database.close()


def test_a_token_of_the_offer_becomes_a_voucher(settled):
    town = settled.town
    citizen = settled.invited.citizens[0]
    holder = town.wallets[citizen.number]
    amount_class = residents.CLASSES[citizen.tier]
    assert amount_class in AMOUNTS
    view = eligibility.offer(town.node.state(), COUPON, offer_name(amount_class))
    asked = ask(view, holder.party)
    folder, passphrase = settled.setting.folder / WELFARE, settled.setting.read_passphrase()
    key = open_keys(folder, passphrase)(COUPON, view.name)
    token, signature = token_of(view, asked, blind_sign(key, asked.blinded))
    officer = Keystore(folder).open(OFFICER, passphrase)
    counting = Count(by=actors.WELFARE, programme=COUPON, offer=view.name, issued=1)
    town.accept(officer.jws(make_payload(stage.CHAIN, [counting], settled.now + 300)))
    before = len(queries.own_vouchers(town.node.state(), holder.party, COUPON))
    claim = ClaimByToken(by=holder.party, programme=COUPON, offer=view.name, token=token, signature=signature)
    town.accept(town.sign(holder, claim))
    assert len(queries.own_vouchers(town.node.state(), holder.party, COUPON)) == before + 1


def test_every_type_that_is_issued_is_governed(settled):
    assert {kind for one in OFFICES.values() for kind in one.issues} == set(GOVERNORS)


def test_its_secrets_are_its_owners_alone(settled):
    assert settled.setting.passphrase.stat().st_mode & 0o077 == 0
    assert settled.setting.vault_key.stat().st_mode & 0o077 == 0
    assert settled.setting.passphrase.parent.stat().st_mode & 0o077 == 0
