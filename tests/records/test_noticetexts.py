"""Every template in every language: no link, no balance, no tier, and no programme's name on a locked screen."""

import re
import string
import typing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.base.mandates.transactions import MandatedAct
from madang.kernel.errors import MadangError
from madang.records import noticetexts
from madang.records.noticemodel import OF_KEYS
from madang.records.noticetexts import (
    HEADINGS,
    LINK,
    NAMELESS,
    OUTCOMES,
    TEMPLATES,
    Facts,
    Kind,
    Language,
    Text,
    plain,
    say,
)
from madang.services.appeals.transactions import Outcome
from madang.services.applications.state import DECIDED
from madang.services.disputes.state import Standing
from madang.services.fraud.state import Outcome as CaseOutcome

KINDS = typing.get_args(Kind)
LANGUAGES = typing.get_args(Language)
EVERY = [(kind, language) for kind in KINDS for language in LANGUAGES]
EACH = pytest.mark.parametrize(("kind", "language"), EVERY, ids=lambda one: str(one))
FACTS = Facts("아동급식 2025", 12_345, "0042", 1_764_514_799, "granted")
SECRETS = """잔액 남은 잔여 등급 계층 기초 생계 수급 차상위 한부모 저소득 장애 취약 급식 지급액 총액
balance remaining left tier class poor low-income livelihood welfare single-parent disab granted:"""
ON_SHORT = {"amount", "number", "date"}
WITH_AMOUNT = {"paid", "refunded"}
WITH_AMOUNT_IN_FULL = WITH_AMOUNT | {"debt_imposed", "dispute_received", "dispute_opened", "dispute_decided"}


def fields_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_kind_is_said_in_every_language():
    assert set(TEMPLATES) == set(EVERY)
    assert set(OF_KEYS.values()) <= set(KINDS)
    assert set(HEADINGS) == set(KINDS)
    assert all(set(one) == set(LANGUAGES) for one in HEADINGS.values())
    details = [*typing.get_args(Outcome), *typing.get_args(MandatedAct), *DECIDED, "to_desk", "withdrawn"]
    details += [one for one in (*typing.get_args(CaseOutcome), *typing.get_args(Standing)) if one not in ("", "open")]
    for detail in details:
        assert set(OUTCOMES[detail]) == set(LANGUAGES)
    assert set(NAMELESS) == set(LANGUAGES)


@EACH
def test_a_locked_screen_shows_no_programme_no_tier_no_balance(kind, language):
    short = TEMPLATES[kind, language].short
    assert fields_of(short) <= ON_SHORT
    assert ("amount" in fields_of(short)) <= (kind in WITH_AMOUNT), "an amount that was granted is a tier"
    for secret in SECRETS.split():
        assert secret.lower() not in short.lower(), secret
    shown = say(kind, language, FACTS).short
    assert "급식" not in shown
    assert "2025 " not in shown


@EACH
def test_no_text_has_a_balance_or_an_amount_that_was_granted(kind, language):
    full = TEMPLATES[kind, language].full
    assert fields_of(full) <= ON_SHORT | {"title", "outcome", "outcome_object"}
    assert ("amount" in fields_of(full)) <= (kind in WITH_AMOUNT_IN_FULL)
    for secret in ("잔액", "남은", "balance", "remaining", "tier", "등급", "차상위"):
        assert secret not in full.lower()


@EACH
def test_no_text_has_a_link_or_fails(kind, language):
    for text in (say(kind, language, FACTS).short, say(kind, language, FACTS).full):
        assert not LINK.search(text)
        assert "{" not in text
        assert text.endswith(".")
        assert len(text) <= 200
    korean = re.search("[가-힣]", TEMPLATES[kind, language].full)
    assert bool(korean) == (language == "ko")


HOSTILE = [
    "소비쿠폰 http://evil",
    "소비쿠폰 evil.kr/x",
    "쿠폰 ｅｖｉｌ．ｋｒ",
    "쿠폰 www evil",
    "쿠폰 1.2.3.4",
    "쿠폰 //evil",
    "a@evil.kr",
    "[x](y)",
    "쿠폰 evil。kr".replace("。", "."),
]


@pytest.mark.parametrize("title", HOSTILE)
def test_a_title_that_could_become_a_link_is_not_shown(title):
    assert plain(title) == ""
    for kind, language in EVERY:
        said = say(kind, language, Facts(title, 1, "0001", 1, "granted"))
        assert "evil" not in said.short + said.full


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.text(max_size=120))
def test_whatever_a_sponsor_calls_a_programme_it_is_one_line_without_a_link(title):
    shown = plain(title)
    assert len(shown) <= 60
    assert not LINK.search(shown)
    assert "\n" not in shown
    assert "\u202e" not in shown, "nothing turns the direction of writing"
    full = say("granted", "ko", Facts(title, 0, "", 1, "")).full
    assert full.startswith((shown or NAMELESS["ko"]) + ":")


def test_a_template_with_a_link_would_not_be_sent(monkeypatch):
    monkeypatch.setitem(noticetexts.TEMPLATES, ("granted", "ko"), Text("see https://x", "x"))
    with pytest.raises(MadangError) as error:
        say("granted", "ko", FACTS)
    assert error.value.code == "notices.link"


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("vouchers.pay", "대신 결제를 하였습니다"),
        ("vouchers.claim", "대신 수령을 하였습니다"),
        ("appeals.lodge", "대신 이의신청을 하였습니다"),
        ("applications.apply", "대신 신청을 하였습니다"),
    ],
)
def test_a_particle_follows_the_sound_before_it(act, said):
    assert said in say("mandate_used", "ko", Facts("쿠폰", 0, "", 0, act)).full


@EACH
def test_no_text_leaves_a_particle_to_choose(kind, language):
    """Where a word is filled in, no particle that depends on its sound may follow."""
    text = TEMPLATES[kind, language].short + TEMPLATES[kind, language].full
    assert not re.search(r"[을이은과]\([를가는와]\)|\(으\)로", text)
    assert not re.search(r"\{(outcome|title|date|number)\}['’]?(을|를|이|가|은|는|과|와|으로|로)( |\.|,)", text)


def test_days_are_days_in_seoul():
    assert "2025년 11월 30일" in say("use_by", "ko", FACTS).short
    assert "30 November 2025" in say("use_by", "en", FACTS).short
