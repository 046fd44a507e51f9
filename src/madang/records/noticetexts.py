"""What notices say, in Korean and English, and what they never say.

Every notice has two texts. The *short* one is what a locked phone shows, a text message says and a voice reads out: it
names no programme, since a programme's name can say who is poor, and no balance. The *full* one is shown in the app
behind the person's own key, and stands in letters; it names the programme. Neither holds a link, whatever a sponsor
called a programme: who finds one in a message knows that it is not ours.
"""

import re
import time
import unicodedata
from typing import Literal

import msgspec

from madang.kernel.errors import MadangError

Language = Literal["ko", "en"]
Kind = Literal[
    "granted",
    "paid",
    "refunded",
    "use_by",
    "appeal_decided",
    "mandate_used",
    "mandate_registered",
    "card_given",
    "card_pin",
    "card_blocked",
    "key_frozen",
    "key_released",
    "key_changing",
    "key_changed",
    "case_opened",
]
SEOUL = 9 * 3_600
DAY = 86_400
MAX_TITLE = 60
LINK = re.compile(r"://|//|\bwww\b|\.[A-Za-z]{2,}|\b\d{1,3}(\.\d{1,3}){3}\b|@|\[|\]\(", re.IGNORECASE)
"""What a phone could make into a link."""


class Text(msgspec.Struct, frozen=True):
    """A template: what anybody may see, and what only the person does."""

    short: str
    full: str


class Facts(msgspec.Struct, frozen=True):
    """What a notice is about: won that were paid or came back, the number both screens showed, a last day (seconds)."""

    title: str
    amount: int
    number: str
    day: int
    detail: str


TEMPLATES: dict[tuple[Kind, Language], Text] = {
    ("granted", "ko"): Text(
        "바우처가 지급되었습니다. 앱의 '내 알림'에서 확인하십시오.",
        "{title}: 바우처가 지급되었습니다. {date}까지 쓸 수 있습니다.",
    ),
    ("granted", "en"): Text(
        "A voucher was granted to you. See 'My notices' in the app.",
        "{title}: a voucher was granted to you. It can be used until {date}.",
    ),
    ("paid", "ko"): Text(
        "{amount}원이 결제되었습니다. 확인번호 {number}.",
        "{title}: {amount}원이 결제되었습니다. 확인번호 {number}. 본인이 결제하지 않았다면 바로 신고하십시오.",
    ),
    ("paid", "en"): Text(
        "{amount} won were paid. Confirmation number {number}.",
        "{title}: {amount} won were paid. Confirmation number {number}. If it was not you, report it at once.",
    ),
    ("refunded", "ko"): Text(
        "{amount}원이 환불되었습니다. 확인번호 {number}.",
        "{title}: {amount}원이 환불되었습니다. 확인번호 {number}.",
    ),
    ("refunded", "en"): Text(
        "{amount} won were given back. Confirmation number {number}.",
        "{title}: {amount} won were given back. Confirmation number {number}.",
    ),
    ("use_by", "ko"): Text(
        "아직 쓰지 않은 바우처가 있습니다. 사용기한은 {date}입니다.",
        "{title}: 사용기한은 {date}입니다. 그 뒤에는 쓸 수 없습니다.",
    ),
    ("use_by", "en"): Text(
        "You have a voucher that is not used up. Its last day is {date}.",
        "{title}: the last day of use is {date}. After it the voucher can't be used.",
    ),
    ("appeal_decided", "ko"): Text(
        "이의신청 결과가 나왔습니다. 앱의 '내 알림'에서 확인하십시오.",
        "{title}: 이의신청 결과는 '{outcome}'입니다. 이유는 결정한 기관에서 볼 수 있습니다.",
    ),
    ("appeal_decided", "en"): Text(
        "Your appeal was decided. See 'My notices' in the app.",
        "{title}: your appeal ended with '{outcome}'. The office that decided shows you the reason.",
    ),
    ("mandate_used", "ko"): Text(
        "위임받은 사람이 위임장을 사용하였습니다. 앱의 '내 알림'에서 확인하십시오.",
        "{title}: 위임받은 사람이 대신 {outcome}을(를) 하였습니다. 위임은 언제든지 바로 철회할 수 있습니다.",
    ),
    ("mandate_used", "en"): Text(
        "Somebody acted for you under a mandate. See 'My notices' in the app.",
        "{title}: somebody acted for you under a mandate: {outcome}. You can revoke it at once, at any time.",
    ),
    ("mandate_registered", "ko"): Text(
        "주민센터에 위임이 등록되었습니다. 본인이 요청하지 않았다면 바로 철회하십시오.",
        "주민센터에 위임이 등록되었습니다. {date}부터 위임받은 사람이 대신할 수 있습니다. "
        "본인이 요청하지 않았다면 앱이나 주민센터에서 바로 철회하십시오.",
    ),
    ("mandate_registered", "en"): Text(
        "A desk registered that somebody may act for you. If you did not ask for it, revoke it at once.",
        "A desk registered that somebody may act for you, from {date} on. "
        "If you did not ask for it, revoke it at once in the app or at a desk.",
    ),
    ("card_given", "ko"): Text(
        "회원님 이름으로 카드가 발급되었습니다. 본인이 요청하지 않았다면 바로 정지하십시오.",
        "회원님 이름으로 카드가 발급되었으며 {date}부터 쓸 수 있습니다. "
        "본인이 요청하지 않았다면 앱이나 주민센터에서 바로 정지하십시오.",
    ),
    ("card_given", "en"): Text(
        "A card was given out in your name. If you did not ask for it, block it at once.",
        "A card was given out in your name and works from {date} on. "
        "If you did not ask for it, block it at once in the app or at a desk.",
    ),
    ("card_pin", "ko"): Text(
        "카드 비밀번호를 새로 정할 수 있게 되었습니다. 본인이 요청하지 않았다면 바로 정지하십시오.",
        "카드 비밀번호를 새로 정할 수 있으며 카드는 {date}부터 다시 쓸 수 있습니다. "
        "본인이 요청하지 않았다면 앱이나 주민센터에서 바로 정지하십시오.",
    ),
    ("card_pin", "en"): Text(
        "Another PIN can be chosen for your card. If you did not ask for it, block the card at once.",
        "Another PIN can be chosen for your card, which works again from {date} on. "
        "If you did not ask for it, block the card at once in the app or at a desk.",
    ),
    ("card_blocked", "ko"): Text(
        "카드가 정지되었습니다. 본인이 요청하지 않았다면 주민센터로 문의하십시오.",
        "카드가 정지되어 더 쓸 수 없습니다. 본인이 요청하지 않았다면 주민센터로 문의하십시오.",
    ),
    ("card_blocked", "en"): Text(
        "Your card was blocked. If you did not ask for it, call a community centre.",
        "Your card was blocked for good. If you did not ask for it, call a community centre.",
    ),
    ("key_frozen", "ko"): Text(
        "열쇠가 정지되었습니다. 본인이 요청하지 않았다면 은행이나 주민센터로 문의하십시오.",
        "열쇠가 정지되어 지금은 서명할 수 없습니다. 본인이 요청하지 않았다면 은행이나 주민센터로 문의하십시오.",
    ),
    ("key_frozen", "en"): Text(
        "Your key was frozen. If you did not ask for it, call your bank or a community centre.",
        "Your key was frozen and signs nothing now. If you did not ask for it, call your bank or a community centre.",
    ),
    ("key_released", "ko"): Text(
        "정지되었던 열쇠를 다시 쓸 수 있습니다.",
        "정지되었던 열쇠를 다시 쓸 수 있습니다.",
    ),
    ("key_released", "en"): Text("Your key works again.", "Your key works again."),
    ("key_changing", "ko"): Text(
        "새 열쇠 등록이 접수되었습니다. 본인이 아니면 바로 거부하십시오.",
        "새 열쇠 등록이 접수되었으며 72시간 뒤에 바뀔 수 있습니다. 본인이 아니면 지금의 열쇠로 바로 거부하십시오.",
    ),
    ("key_changing", "en"): Text(
        "A new key was named for you. If it was not you, veto it at once.",
        "A new key was named for you and can take over after 72 hours. If it was not you, veto it with a key of yours.",
    ),
    ("key_changed", "ko"): Text(
        "열쇠가 바뀌었습니다. 본인이 아니면 은행이나 주민센터로 문의하십시오.",
        "열쇠가 바뀌었습니다. 본인이 아니면 은행이나 주민센터로 문의하십시오.",
    ),
    ("key_changed", "en"): Text(
        "Your keys changed. If it was not you, call your bank or a community centre.",
        "Your keys changed. If it was not you, call your bank or a community centre.",
    ),
    ("case_opened", "ko"): Text(
        "의견을 낼 수 있는 안내가 있습니다. {date}까지 앱의 '내 알림'에서 확인하십시오.",
        "{title}: 조사가 시작되었습니다. {date}까지 의견을 낼 수 있고, 그 뒤에 결정합니다.",
    ),
    ("case_opened", "en"): Text(
        "Something asks for your statement. See 'My notices' in the app until {date}.",
        "{title}: a case was opened. You can make a statement until {date}; it is decided after that.",
    ),
}

OUTCOMES: dict[str, dict[Language, str]] = {
    "granted": {"ko": "지급", "en": "granted"},
    "corrected": {"ko": "정정", "en": "corrected"},
    "region_moved": {"ko": "지역 변경", "en": "region moved"},
    "dismissed": {"ko": "기각", "en": "dismissed"},
    "vouchers.pay": {"ko": "결제", "en": "a payment"},
    "vouchers.claim": {"ko": "수령", "en": "a claim"},
    "appeals.lodge": {"ko": "이의신청", "en": "an appeal"},
    "applications.apply": {"ko": "신청", "en": "an application"},
}
"""How a detail of an event is said."""
NAMELESS: dict[Language, str] = {"ko": "공공 바우처", "en": "Public voucher"}
"""What a programme is called whose own title can't be shown."""


def say(kind: Kind, language: Language, facts: Facts) -> Text:
    """Both texts of a notice. Raises `MadangError` (`notices.link`): a text would hold what looks like a link."""
    template = TEMPLATES[kind, language]
    outcome = OUTCOMES.get(facts.detail, {}).get(language, "-")
    values = {"amount": f"{facts.amount:,}", "number": facts.number, "date": _date(facts.day), "outcome": outcome}
    short = template.short.format(**values)
    full = template.full.format(**values, title=plain(facts.title) or NAMELESS[language])
    if LINK.search(short) or LINK.search(full):
        raise MadangError("notices.link", f"A notice of the kind {kind} would hold a link. It is not sent.")
    return Text(short, full)


def plain(title: str) -> str:
    """A sponsor's title as it may stand in a notice: one short line; '' where it could become a link."""
    shown = " ".join(unicodedata.normalize("NFKC", title).split())
    letters = "".join(one for one in shown if unicodedata.category(one)[0] != "C")[:MAX_TITLE]
    return "" if LINK.search(letters) else letters


def _date(moment: int) -> str:
    """The day in Seoul, as people write it in both languages; '' for none."""
    return time.strftime("%Y-%m-%d", time.gmtime(moment + SEOUL)) if moment else ""
