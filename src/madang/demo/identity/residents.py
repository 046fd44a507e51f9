"""What the registers of the demonstration know: SYNTHETIC people, whose given names say so.

The claims follow from a person's number; nobody here exists, and no number is anybody's.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any

from madang.data.synthetic import Person, Tier
from madang.demo import actors
from madang.demo.actors import Actor
from madang.demo.identity.portraits import portrait
from madang.kernel.codec import to_base64url

PLAYED = date(2025, 9, 1)
"""The day that the demonstration plays."""
CLASSES: Mapping[Tier, str] = {"general": "b", "near_poor_or_single_parent": "a", "basic_livelihood": "a"}
_FAMILY = ("김", "이", "박", "최", "정", "강", "조", "윤")
_GIVEN = ("가온", "나래", "다솜", "라온", "마루", "바다", "새봄", "아라", "하늘", "한별")


def reference(person: Person) -> str:
    """Under which the offices find a citizen."""
    return f"P-{person.number:06d}"


def name(number: int) -> str:
    """What somebody is called who does not exist."""
    return f"{_FAMILY[number % len(_FAMILY)]}{_GIVEN[number % len(_GIVEN)]} (가상)"


def citizen(person: Person) -> dict[str, dict[str, Any]]:
    """What is known of a citizen, by credential type."""
    return {
        "driving_licence": _licence(person),
        "resident": {
            **_named(person.number),
            "birth_date": _born(person),
            "province": person.region[:2],
            "district": person.region[:5],
            "region": person.region,
            "base_date": "2025-06-18",
            "connecting_information": _connecting(person.number),
        },
        "amount_class": {
            "amount_class": CLASSES[person.tier],
            "province": person.region[:2],
            "base_date": "2025-06-18",
            "connecting_information": _connecting(person.number),
        },
        "age": {"birth_date": _born(person)},
    }


def employee(officer: Actor, number: int) -> dict[str, dict[str, Any]]:
    """What is known of an officer of the ministry, by credential type."""
    return {
        "employee_id": {
            **_named(number),
            "officer": officer.party,
            "department": "지역경제지원국 (가상)",
            "position": "주무관",
            "employee_number": f"DEMO-{number:04d}",
        }
    }


def employee_reference(number: int) -> str:
    """Under which the ministry finds an officer of its own."""
    return f"E-{number:04d}"


def _licence(person: Person) -> dict[str, Any]:
    issued = f"2023-0{person.number % 9 + 1}-15"
    return {
        **_named(person.number),
        "birth_date": _born(person),
        "issue_date": issued,
        "expiry_date": issued.replace("2023", "2033"),
        "issuing_country": "KR",
        "issuing_authority": "시연 면허 사무소 (가상)",
        "document_number": f"{person.region[:2]}-23-{person.number:06d}-00",
        "portrait": portrait(person.number),
        "driving_privileges": [{"vehicle_category_code": "B", "issue_date": issued}],
        "un_distinguishing_sign": "ROK",
    }


def _named(number: int) -> dict[str, str]:
    whole = name(number)
    return {"family_name": whole[0], "given_name": whole[1:]}


def _born(person: Person) -> str:
    """The day of birth of somebody who has this age on the day that is played."""
    return PLAYED.replace(
        year=PLAYED.year - person.age, month=person.number % 8 + 1, day=person.number % 28 + 1
    ).isoformat()


def _connecting(number: int) -> str:
    """As long as the connecting information of real people, and made of nothing but a number."""
    return to_base64url(hashlib.sha512(f"madang demo: {actors.DESK}/{number}".encode()).digest())
