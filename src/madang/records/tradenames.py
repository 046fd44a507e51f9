"""What districts, industries and kinds of shops are called, for people.

Districts are named as in the list of legal-dong codes (`madang.data.regions`), in Korean only. Divisions are those of
the Korean Standard Industrial Classification (revision 10), categories those of ISO 18245; both in words of our own,
and only those in which people shop.
"""

from functools import cache
from typing import NamedTuple


class Words(NamedTuple):
    """A name in both languages; '' where there is none."""

    ko: str
    en: str


DIVISIONS = {
    "35": Words("전기·가스", "Electricity and gas"),
    "45": Words("자동차 판매", "Motor vehicles"),
    "46": Words("도매", "Wholesale"),
    "47": Words("소매", "Retail"),
    "49": Words("육상 운송", "Land transport"),
    "52": Words("운송 지원", "Transport support"),
    "55": Words("숙박", "Accommodation"),
    "56": Words("음식점·주점", "Food and drink"),
    "58": Words("출판", "Publishing"),
    "59": Words("영상·음악", "Film and music"),
    "62": Words("소프트웨어", "Software"),
    "63": Words("정보 서비스", "Information services"),
    "73": Words("전문 서비스(동물병원 등)", "Professional services (veterinary and others)"),
    "75": Words("사업 지원", "Business support"),
    "85": Words("교육", "Education"),
    "86": Words("보건", "Health"),
    "87": Words("사회복지", "Social work"),
    "90": Words("예술·여가", "Arts and leisure"),
    "91": Words("스포츠·오락", "Sports and recreation"),
    "95": Words("수리", "Repair"),
    "96": Words("개인 서비스", "Personal services"),
}
CATEGORIES = {
    "0742": Words("동물병원", "Veterinary clinic"),
    "4121": Words("택시", "Taxi"),
    "4131": Words("버스", "Bus"),
    "4812": Words("통신기기", "Telephones"),
    "4900": Words("전기·가스·수도", "Utilities"),
    "5047": Words("의료용품", "Medical supplies"),
    "5311": Words("백화점", "Department store"),
    "5399": Words("잡화점", "General store"),
    "5411": Words("식료품·슈퍼마켓", "Grocery"),
    "5422": Words("정육점", "Meat"),
    "5462": Words("빵집", "Bakery"),
    "5499": Words("식품", "Food shop"),
    "5541": Words("주유소", "Filling station"),
    "5651": Words("의류", "Clothing"),
    "5661": Words("신발", "Shoes"),
    "5712": Words("가구", "Furniture"),
    "5722": Words("가전", "Household appliances"),
    "5732": Words("전자제품", "Electronics"),
    "5733": Words("악기", "Musical instruments"),
    "5812": Words("음식점", "Restaurant"),
    "5814": Words("분식·카페", "Snacks and cafe"),
    "5912": Words("약국", "Pharmacy"),
    "5940": Words("자전거", "Bicycles"),
    "5941": Words("운동용품", "Sporting goods"),
    "5942": Words("서점", "Bookshop"),
    "5943": Words("문구", "Stationery"),
    "5977": Words("화장품", "Cosmetics"),
    "5992": Words("꽃집", "Florist"),
    "5999": Words("기타 소매", "Other shop"),
    "7011": Words("숙박", "Hotel"),
    "7230": Words("미용실", "Hairdresser"),
    "7298": Words("피부 관리", "Beauty and health"),
    "7832": Words("영화관", "Cinema"),
    "7922": Words("공연", "Theatre and concerts"),
    "7932": Words("당구장", "Billiards"),
    "7933": Words("볼링장", "Bowling"),
    "7991": Words("관광·전시", "Attractions and exhibitions"),
    "7992": Words("골프장", "Golf"),
    "8011": Words("의원", "Doctor"),
    "8021": Words("치과", "Dentist"),
    "8043": Words("안경점", "Optician"),
    "8062": Words("병원", "Hospital"),
    "8071": Words("의학 검사", "Medical laboratory"),
    "8099": Words("한의원·의료 서비스", "Medical services"),
}
NOTHING = Words("", "")


def division(code: str) -> Words:
    """An industry, by its first two digits."""
    return DIVISIONS.get(code[:2], NOTHING)


def category(code: str) -> Words:
    """A kind of shop."""
    return CATEGORIES.get(code, NOTHING)


def district(code: str) -> str:
    """The city, county or district of a legal-dong code (its first five digits), in Korean; '' where unknown."""
    return _districts().get(code[:5], "")


@cache
def _districts() -> dict[str, str]:
    """Districts that there are, before those that were: a code is used once."""
    from madang.data import regions

    return {one.code[:5]: one.name for one in regions() if one.level in ("district", "province")}
