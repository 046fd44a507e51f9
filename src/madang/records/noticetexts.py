"""What notices say, in Korean and English, and what they never say.

Every notice has two texts. The *short* one is what a locked phone shows, a text message says and a voice reads out: it
names no programme, since a programme's name can say who is poor, and no balance. The *full* one is shown in the app
behind the person's own key, and stands in letters; it names the programme. Neither holds a link, whatever a sponsor
called a programme: who finds one in a message knows that it is not ours.
"""

import re
import unicodedata
from typing import Literal

import msgspec

from madang.kernel.errors import MadangError
from madang.presentation import dates, particles

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
    "case_decided",
    "lapsed",
    "recalled",
    "application_decided",
    "debt_imposed",
    "instalments_proposed",
    "dispute_received",
    "dispute_opened",
    "dispute_decided",
]
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
        "{title}: 위임받은 사람이 대신 {outcome_object} 하였습니다. 위임은 언제든지 바로 철회할 수 있습니다.",
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
    ("case_decided", "ko"): Text(
        "조사 결과가 나왔습니다. 앱의 '내 알림'에서 확인하십시오.",
        "{title}: 조사 결과는 '{outcome}'입니다. 이유는 결정한 기관에서 볼 수 있고, 이의신청을 할 수 있습니다.",
    ),
    ("case_decided", "en"): Text(
        "A case that concerns you has ended. See 'My notices' in the app.",
        "{title}: the case ended with '{outcome}'. The office that decided shows you the reason; you can appeal.",
    ),
    ("lapsed", "ko"): Text(
        "사용기한이 지난 바우처가 있습니다. 앱의 '내 알림'에서 확인하십시오.",
        "{title}: 사용기한이 지나 쓰지 않은 금액이 소멸하였습니다.",
    ),
    ("lapsed", "en"): Text(
        "A voucher of yours has lapsed. See 'My notices' in the app.",
        "{title}: the use-by date has passed, and what was not used has lapsed.",
    ),
    ("recalled", "ko"): Text(
        "회수된 바우처가 있습니다. 앱의 '내 알림'에서 확인하십시오.",
        "{title}: 쓰지 않은 금액이 회수되었습니다. 사실과 다르면 이의신청을 할 수 있습니다.",
    ),
    ("recalled", "en"): Text(
        "A voucher of yours was recalled. See 'My notices' in the app.",
        "{title}: what was not used was recalled. If that is wrong, you can appeal.",
    ),
    ("application_decided", "ko"): Text(
        "신청 결과가 나왔습니다. 앱의 '내 알림'에서 확인하십시오.",
        "{title}: 신청 결과는 '{outcome}'입니다. 사실과 다르면 이의신청을 할 수 있습니다.",
    ),
    ("application_decided", "en"): Text(
        "There is an answer to your application. See 'My notices' in the app.",
        "{title}: your application was answered with '{outcome}'. If that is wrong, you can appeal.",
    ),
    ("debt_imposed", "ko"): Text(
        "납부 안내가 있습니다. {date}까지 앱의 '내 알림'에서 확인하십시오.",
        "환수금 {amount}원이 결정되었습니다. 납부기한은 {date}입니다. "
        "분할 납부를 제안하거나 이의신청을 할 수 있습니다.",
    ),
    ("debt_imposed", "en"): Text(
        "A payment is asked of you. See 'My notices' in the app until {date}.",
        "{amount} won must be paid back by {date}. You can propose instalments, or appeal.",
    ),
    ("instalments_proposed", "ko"): Text(
        "분할 납부 제안이 있습니다. 앱의 '내 알림'에서 확인하십시오.",
        "환수금의 분할 납부 계획이 제안되었습니다. 동의하시면 새 계획이 적용됩니다.",
    ),
    ("instalments_proposed", "en"): Text(
        "A plan of instalments is proposed to you. See 'My notices' in the app.",
        "A plan of instalments is proposed for what you owe. It counts once you agree.",
    ),
    ("dispute_received", "ko"): Text(
        "회원님 이름으로 결제 이의가 접수되었습니다. 본인이 요청하지 않았다면 문의하십시오.",
        "{amount}원 결제에 대한 이의가 회원님 이름으로 접수되었습니다. {date}까지 결정합니다. "
        "본인이 요청하지 않았다면 앱에서 바로 취소하십시오.",
    ),
    ("dispute_received", "en"): Text(
        "A payment was disputed in your name. If you did not ask for it, call your bank or a community centre.",
        "A payment of {amount} won was disputed in your name. It is decided by {date}. "
        "If you did not ask for it, withdraw it in the app at once.",
    ),
    ("dispute_opened", "ko"): Text(
        "이의가 제기된 결제가 있습니다. {date}까지 앱의 '내 알림'에서 확인하십시오.",
        "받으신 {amount}원 결제에 이의가 제기되었습니다. {date}까지 답변할 수 있고, 그 뒤에 결정합니다.",
    ),
    ("dispute_opened", "en"): Text(
        "A payment to you is disputed. See 'My notices' in the app until {date}.",
        "A payment of {amount} won to you is disputed. You can answer until {date}; it is decided after that.",
    ),
    ("dispute_decided", "ko"): Text(
        "결제 이의 결과가 나왔습니다. 앱의 '내 알림'에서 확인하십시오.",
        "{amount}원 결제에 대한 이의 결과는 '{outcome}'입니다. 이유는 결정한 기관에서 볼 수 있습니다.",
    ),
    ("dispute_decided", "en"): Text(
        "A disputed payment was decided. See 'My notices' in the app.",
        "The dispute of a payment of {amount} won ended with '{outcome}'. "
        "The office that decided shows you the reason.",
    ),
}

HEADINGS: dict[Kind, dict[Language, str]] = {
    "granted": {"ko": "바우처 지급", "en": "Voucher granted"},
    "paid": {"ko": "결제", "en": "Payment"},
    "refunded": {"ko": "환불", "en": "Refund"},
    "use_by": {"ko": "사용기한 안내", "en": "Use-by date"},
    "appeal_decided": {"ko": "이의신청 결과", "en": "Appeal decided"},
    "mandate_used": {"ko": "위임 사용", "en": "Mandate used"},
    "mandate_registered": {"ko": "위임 등록", "en": "Mandate registered"},
    "card_given": {"ko": "카드 발급", "en": "Card given out"},
    "card_pin": {"ko": "카드 비밀번호", "en": "Card PIN"},
    "card_blocked": {"ko": "카드 정지", "en": "Card blocked"},
    "key_frozen": {"ko": "열쇠 정지", "en": "Key frozen"},
    "key_released": {"ko": "열쇠 정지 해제", "en": "Key released"},
    "key_changing": {"ko": "새 열쇠 접수", "en": "New key named"},
    "key_changed": {"ko": "열쇠 변경", "en": "Keys changed"},
    "case_opened": {"ko": "의견 제출 안내", "en": "Your statement is asked"},
    "case_decided": {"ko": "조사 결과", "en": "Case decided"},
    "lapsed": {"ko": "바우처 소멸", "en": "Voucher lapsed"},
    "recalled": {"ko": "바우처 회수", "en": "Voucher recalled"},
    "application_decided": {"ko": "신청 결과", "en": "Application answered"},
    "debt_imposed": {"ko": "환수금 납부 안내", "en": "Repayment asked"},
    "instalments_proposed": {"ko": "분할 납부 제안", "en": "Instalments proposed"},
    "dispute_received": {"ko": "결제 이의 접수", "en": "Dispute received"},
    "dispute_opened": {"ko": "결제 이의 안내", "en": "Payment disputed"},
    "dispute_decided": {"ko": "결제 이의 결과", "en": "Dispute decided"},
}
"""What stands above a notice in the list of a person's own: it is shown behind the person's key only."""

OUTCOMES: dict[str, dict[Language, str]] = {
    "granted": {"ko": "지급", "en": "granted"},
    "corrected": {"ko": "정정", "en": "corrected"},
    "region_moved": {"ko": "지역 변경", "en": "region moved"},
    "dismissed": {"ko": "기각", "en": "dismissed"},
    "vouchers.pay": {"ko": "결제", "en": "a payment"},
    "vouchers.claim": {"ko": "수령", "en": "a claim"},
    "appeals.lodge": {"ko": "이의신청", "en": "an appeal"},
    "applications.apply": {"ko": "신청", "en": "an application"},
    "declined": {"ko": "지급하지 않음", "en": "declined"},
    "to_desk": {"ko": "주민센터 방문 필요", "en": "come to a desk"},
    "withdrawn": {"ko": "종결", "en": "withdrawn"},
    "measures": {"ko": "조치", "en": "measures"},
    "upheld": {"ko": "인정", "en": "upheld"},
    "rejected": {"ko": "불인정", "en": "not upheld"},
}
"""How a detail of an event is said."""
NAMELESS: dict[Language, str] = {"ko": "공공 바우처", "en": "Public voucher"}
"""What a programme is called whose own title can't be shown."""


def say(kind: Kind, language: Language, facts: Facts) -> Text:
    """Both texts of a notice. Raises `MadangError` (`notices.link`): a text would hold what looks like a link."""
    template = TEMPLATES[kind, language]
    outcome = OUTCOMES.get(facts.detail, {}).get(language, "-")
    values = {
        "amount": f"{facts.amount:,}",
        "number": facts.number,
        "date": _date(facts.day, language),
        "outcome": outcome,
        "outcome_object": particles.object_(outcome),
    }
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


def _date(moment: int, language: Language) -> str:
    """The day in Seoul: `2025년 11월 30일`, `30 November 2025`; '' for none."""
    if not moment:
        return ""
    at = dates.moment_of_time(moment)
    if language == "ko":
        return f"{at.year}년 {at.month}월 {at.day}일"
    return f"{at.day} {dates.MONTHS[at.month - 1]} {at.year}"
