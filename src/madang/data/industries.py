"""What a shop is, in the two codes that programmes filter on: KSIC (Korean industries) and ISO 18245 (merchants).

None of the sources publishes either code, so the assignment here is ours: by the kind of institution for pharmacies,
hospitals and animal hospitals, by the published name of the industry for workplaces, and by the goods for market shops.
Industries that sell to other companies (building, wholesale, making things) get no merchant category and are not shops.
KSIC codes are those of the tenth revision.
"""

from __future__ import annotations

from typing import NamedTuple


class Trade(NamedTuple):
    """An industry as KSIC code, and the ISO 18245 category under which cards know such a shop."""

    industry: str
    category: str


PHARMACY = Trade("47811", "5912")
CLINIC = Trade("86201", "8011")
DENTIST = Trade("86202", "8021")
KOREAN_MEDICINE = Trade("86203", "8099")
OTHER_GOODS = Trade("47859", "5999")
RESTAURANT = Trade("56111", "5812")
SNACKS = Trade("56194", "5814")
CAFE = Trade("56221", "5814")
BAKERY = Trade("56191", "5462")
MEAT = Trade("47212", "5422")
GROCER = Trade("47129", "5411")
OTHER_FOOD = Trade("47219", "5499")
CLOTHES = Trade("47419", "5651")
HAIR_AND_SKIN = Trade("96112", "7230")

# The kinds of pharmacies, hospitals and animal hospitals.
BY_KIND = {
    "약국": PHARMACY,
    "동물병원": Trade("73100", "0742"),
    "상급종합": Trade("86101", "8062"),
    "종합병원": Trade("86101", "8062"),
    "병원": Trade("86102", "8062"),
    "정신병원": Trade("86102", "8062"),
    "요양병원": Trade("86105", "8062"),
    "의원": CLINIC,
}

# Market shops publish a kind and their goods in free words; the first of these words that occurs decides.
BY_GOODS = (
    ("카페", CAFE),
    ("커피", CAFE),
    ("음료", CAFE),
    ("베이커리", BAKERY),
    ("베이글", BAKERY),
    ("디저트", BAKERY),
    ("분식", SNACKS),
    ("김밥", SNACKS),
    ("떡볶이", SNACKS),
    ("치킨", Trade("56193", "5814")),
    ("치과", DENTIST),
    ("한방", KOREAN_MEDICINE),
    ("의원", CLINIC),
    ("의료", CLINIC),
    ("약국", PHARMACY),
    ("양약", PHARMACY),
    ("미용", HAIR_AND_SKIN),
    ("안경", Trade("47822", "8043")),
    ("악기", Trade("47593", "5733")),
    ("당구장", Trade("91222", "7932")),
    ("화장품", Trade("47813", "5977")),
    ("의류", CLOTHES),
    ("한복", CLOTHES),
    ("양장", CLOTHES),
    ("편의점", Trade("47122", "5499")),
    ("슈퍼마켓", Trade("47121", "5411")),
    ("한식", RESTAURANT),
    ("양식", Trade("56123", "5812")),
    ("음식점", RESTAURANT),
    ("육류", MEAT),
    ("고기", MEAT),
    ("청과", Trade("47215", "5499")),
    ("식료품", OTHER_FOOD),
    ("참기름", OTHER_FOOD),
)

# Industries of workplaces that sell to people, by the name that the source publishes.
BY_INDUSTRY_NAME = {
    "가구 소매업": Trade("47520", "5712"),
    "가전제품 소매업": Trade("47320", "5722"),
    "건강 보조식품 소매업": Trade("47217", "5499"),
    "건어물 및 젓갈류 소매업": Trade("47213", "5499"),
    "곡물 곡분 및 가축 사료 소매업": Trade("47211", "5499"),
    "골프장 운영업": Trade("91121", "7992"),
    "공연시설 운영업": Trade("90110", "7922"),
    "그 외 기타 종합 소매업": Trade("47190", "5399"),
    "기타 대형 종합 소매업": Trade("47119", "5311"),
    "기타 식료품 소매업": OTHER_FOOD,
    "기타 음ㆍ식료품 위주 종합 소매업": GROCER,
    "문구용품 및 회화용품 소매업": Trade("47612", "5943"),
    "박물관 운영업": Trade("90221", "7991"),
    "방사선 진단 및 병리 검사 의원": Trade("86204", "8071"),
    "백화점": Trade("47111", "5311"),
    "볼링장 운영업": Trade("91122", "7933"),
    "서양식 음식점업": Trade("56123", "5812"),
    "서적 신문 및 잡지류 소매업": Trade("47611", "5942"),
    "셔츠 및 블라우스 소매업": CLOTHES,
    "슈퍼마켓": Trade("47121", "5411"),
    "시내버스 운송업": Trade("49212", "4131"),
    "시외버스 운송업": Trade("49220", "4131"),
    "신발 소매업": Trade("47430", "5661"),
    "신선 냉동 및 기타 수산물 소매업": Trade("47214", "5422"),
    "안경 및 렌즈 소매업": Trade("47822", "8043"),
    "여관업": Trade("55102", "7011"),
    "영화관 운영업": Trade("59142", "7832"),
    "요양병원": Trade("86105", "8062"),
    "욕탕업": Trade("96121", "7298"),
    "운동 및 경기용품 소매업": Trade("47631", "5941"),
    "운송장비용 가스 충전업": Trade("47712", "5541"),
    "운송장비용 주유소 운영업": Trade("47711", "5541"),
    "육류 소매업": MEAT,
    "음료 소매업": Trade("47221", "5499"),
    "의약품 및 의료용품 소매업": PHARMACY,
    "의료용 기구 소매업": Trade("47812", "5047"),
    "일반의원": CLINIC,
    "일식 음식점업": Trade("56122", "5812"),
    "자전거 및 기타 운송장비 소매업": Trade("47632", "5940"),
    "제과점업": BAKERY,
    "조리 반찬류 소매업": Trade("47218", "5499"),
    "중식 음식점업": Trade("56121", "5812"),
    "채소 과실 및 뿌리작물 소매업": Trade("47215", "5499"),
    "체인화 편의점": Trade("47122", "5499"),
    "치과병원": Trade("86103", "8021"),
    "치킨 전문점": Trade("56193", "5814"),
    "커피 전문점": CAFE,
    "컴퓨터 및 주변장치 소프트웨어 소매업": Trade("47311", "5732"),
    "택시 운송업": Trade("49231", "4121"),
    "통신기기 소매업": Trade("47312", "4812"),
    "한방병원": Trade("86104", "8062"),
    "한식 일반 음식점업": RESTAURANT,
    "한의원": KOREAN_MEDICINE,
    "호텔업": Trade("55101", "7011"),
    "화장품 비누 및 방향제 소매업": Trade("47813", "5977"),
    "화초 및 식물 소매업": Trade("47851", "5992"),
}


def of_goods(kind: str, goods: str) -> Trade:
    """The trade of a market shop: what its goods say, else what its kind says, else goods of any other sort."""
    for text in (goods, kind):
        for word, trade in BY_GOODS:
            if word in text:
                return trade
    return OTHER_GOODS
