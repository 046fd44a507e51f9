"""An eligibility authority acts in the programmes that name it and in no other one."""

from functools import cache
from typing import Any

import pytest

from madang.base.parties.transactions import AppointInstitution, SuspendByQuorum
from madang.base.programmes import queries as programmes
from madang.base.programmes.transactions import NameAuthorities
from madang.services.vouchers import queries
from madang.services.vouchers.transactions import Confirm, Grant, Move
from tests.services.vouchers.everything import FULL, SIBLING, grant, row, view, voucher_for, world_of
from tests.support.cast import new_key, officer, quorum
from tests.support.signing import wallet
from tests.support.world import World

MINISTRY, WELFARE, OPERATOR = quorum("ministry"), officer("welfare"), quorum("operator")
COUNTY = wallet("county officer")
"""An officer of an eligibility authority that no programme names."""
CLERK = wallet("town hall clerk")


@cache
def _made() -> tuple[World, str]:
    world = world_of()
    county: Any = AppointInstitution(
        by="operator", party="county", roles=["eligibility_authority"], threshold=1, officers=[new_key(COUNTY)]
    )
    world.accept(county, by=OPERATOR)
    (number,) = grant(world, row("r1"))
    return world, number


def town() -> tuple[World, str]:
    """A world in which the county is an authority of other programmes, and Alice has a voucher."""
    world, number = _made()
    return world.fork(), number


def naming(*authorities: str, by: str = "ministry", programme: str = FULL) -> NameAuthorities:
    return NameAuthorities(by=by, programme=programme, authorities=list(authorities))


def acts_of(by: str, number: str) -> list[Any]:
    """All that an authority does with vouchers."""
    return [
        Grant(by=by, programme=FULL, rows=[row("r2")]),
        Confirm(by=by, programme=FULL, voucher=number, stage=1, evidence="e" * 64),
        Move(by=by, programme=FULL, voucher=number, region="11"),
    ]


@pytest.mark.parametrize("place", range(3))
def test_an_authority_that_is_not_named_is_refused(place: int):
    world, number = town()
    world.refuse("vouchers.not_named", acts_of("county", number)[place], by=COUNTY)
    world.accept(acts_of("welfare", number)[place], by=WELFARE)
    world.check()


def test_an_authority_that_is_not_named_learns_nothing_of_grants():
    world, number = town()
    state = world.state()
    for reader in ("county", COUNTY.party):
        assert queries.granted(state, reader, FULL, "r1") is None
        assert queries.granted_many(state, reader, FULL, "r1") == []
    for reader in ("welfare", WELFARE.party, "ministry"):
        assert queries.granted(state, reader, FULL, "r1") == number


def test_the_sponsor_names_others_and_those_before_do_nothing_more():
    world, number = town()
    world.accept(naming("county"), by=MINISTRY)
    for act in acts_of("welfare", number):
        world.refuse("vouchers.not_named", act, by=WELFARE)
    for act in acts_of("county", number):
        world.accept(act, by=COUNTY)
    assert view(world, number).region == "11"
    # Its sibling names whom it named before.
    world.accept(Grant(by="welfare", programme=SIBLING, rows=[row("r9")]), by=WELFARE)
    assert voucher_for(world, "r9", SIBLING)
    found = programmes.programme(world.state(), FULL)
    assert found is not None and found.authorities == ["county"]
    world.check()


def test_a_sponsor_alone_is_enough():
    world, number = town()
    world.accept(naming(), by=MINISTRY)
    for act in acts_of("welfare", number):
        world.refuse("vouchers.not_named", act, by=WELFARE)
    for act in acts_of("ministry", number):
        world.accept(act, by=MINISTRY[0])


def test_a_named_authority_that_is_suspended_does_nothing():
    world, number = town()
    world.accept(SuspendByQuorum(by="operator", party="welfare"), by=OPERATOR)
    for act in acts_of("welfare", number):
        world.refuse("authority.suspended", act, by=WELFARE)


def test_a_desk_moves_a_voucher_whether_or_not_it_is_an_authority_elsewhere():
    world, number = town()
    both: Any = AppointInstitution(
        by="operator",
        party="town-hall",
        roles=["desk", "eligibility_authority"],
        threshold=1,
        officers=[new_key(CLERK)],
    )
    world.accept(both, by=OPERATOR)
    world.accept(Move(by="town-hall", programme=FULL, voucher=number, region="11"), by=CLERK)
    world.refuse("vouchers.not_named", Grant(by="town-hall", programme=FULL, rows=[row("r2")]), by=CLERK)


def test_who_has_no_such_role_is_told_so_first():
    world, number = town()
    world.refuse("vouchers.not_authority", acts_of("bank-a", number)[0], by=officer("bank-a"))
    world.refuse("vouchers.not_authority", acts_of("bank-a", number)[1], by=officer("bank-a"))
    world.refuse("vouchers.not_desk", acts_of("bank-a", number)[2], by=officer("bank-a"))
