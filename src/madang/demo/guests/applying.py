"""Applications in the demonstration: its programme takes some, one is waiting with its evidence, guests may apply."""

from madang.demo import actors
from madang.demo.actors import Actor
from madang.demo.guests.inviting import Invited
from madang.demo.identity.offices import Setting
from madang.demo.identity.portraits import portrait
from madang.demo.town import COUPON, Town
from madang.records.consents import Consent
from madang.records.database import open_database
from madang.records.masterkey import FileMasterKey
from madang.records.vault import Vault
from madang.services.applications.transactions import Apply, SetTerms
from madang.web.site.evidence import Keeper

INSTALMENT = 2
"""The second round, which not everybody was granted."""
DAYS = 14
OPEN_SECONDS = 60 * 86_400
KEEPERS = (actors.MINISTRY, actors.WELFARE, actors.DESK)
"""Whose evidence the vault of the demonstration keeps."""
AGREED = "낸 자료를 이 신청의 심사에만 쓰고, 5년 동안 보관하는 데 동의합니다."


def take_applications(town: Town, invited: Invited, setting: Setting, address: str) -> None:
    """Have the ministry take applications for the second round, and the first guest hand one in with evidence, which
    lies in the vault of the database at this address and was looked at once.
    """
    now = town.clock()
    terms = SetTerms(
        by=actors.MINISTRY,
        programme=COUPON,
        since=now,
        until=now + OPEN_SECONDS,
        days=DAYS,
        authorities=[actors.WELFARE],
    )
    town.agree(actors.MINISTRY, terms)
    person = invited.citizens[0]
    applicant = town.wallets[person.number]
    digest = _hand_in(town, setting, address, applicant, portrait(person.number))
    act = Apply(
        by=applicant.party,
        programme=COUPON,
        instalment=INSTALMENT,
        subjects=[town.subject(person.number)],
        evidence=[digest],
    )
    town.accept(town.sign(applicant, act))


def _hand_in(town: Town, setting: Setting, address: str, applicant: Actor, paper: bytes) -> str:
    """Keep a paper of somebody's, at which an officer has looked; its keyed digest."""
    database = open_database(address)
    try:
        vault = Vault(database, FileMasterKey.open(setting.vault_key), town.clock)
        consent = Consent(actors.MINISTRY, "applications.apply", "ko", AGREED)
        keeper = Keeper(vault, KEEPERS)
        digest = keeper.take(applicant.party, paper, consent)
        officer = actors.officers(actors.WELFARE, town.seed)[0]
        keeper.read(applicant.party, digest, officer.party, "application")
        return digest
    finally:
        database.close()
