"""Laws of parties over random sequences: keys, members and quorums never contradict one another."""

import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from madang.base.parties import MODULE, queries
from madang.base.parties.rules import RULES
from madang.base.parties.state import RECOVERIES, RECOVERY_WAIT
from madang.base.parties.transactions import (
    AddTill,
    AppointInstitution,
    AppointOfficer,
    CompleteRecovery,
    DismissOfficer,
    EnrolKey,
    NewMerchant,
    Recover,
    RegisterMerchants,
    RegisterPeople,
    Reinstate,
    ReinstateByQuorum,
    RevokeKey,
    RotateKey,
    SetThreshold,
    Suspend,
    SuspendByQuorum,
    VetoRecovery,
)
from madang.kernel.authority import KEYS, PARTIES
from madang.kernel.errors import Rejected
from madang.kernel.module import Call
from madang.kernel.transaction import Act
from tests.support.cast import BASE, INSTITUTIONS, genesis, new_key
from tests.support.signing import wallet
from tests.support.world import World

FRESH = [new_key(wallet(f"law {number}")) for number in range(200)]


def choose_act(dice: random.Random, state) -> Act:
    """An act that has a fair chance: parties and keys are picked from those that are there."""
    everyone = [name for (name,), _ in state.scan(PARTIES)]
    insiders = [name for name in everyone if name not in INSTITUTIONS]
    # Half of the time somebody about whom something is open, so that it is also brought to an end.
    open_cases = [name for (name,), one in state.scan(PARTIES) if one.standing == "suspended"]
    open_cases += [name for (name,), _ in state.scan(RECOVERIES)]
    ending = bool(open_cases) and dice.random() < 0.5
    pool = open_cases if ending else insiders
    institution, party = dice.choice(sorted(INSTITUTIONS)), dice.choice(pool)
    record = queries.party(state, party)
    assert record is not None
    parent = dice.choice([record.appointed_by, record.appointed_by, institution])
    kid = dice.choice([kid for (kid,), _ in state.scan(KEYS)])
    own = dice.choice([*record.keys, kid])
    key = dice.choice(FRESH)
    makers = [
        lambda: AppointInstitution(
            by="operator", party=f"i{dice.randint(0, 9)}", roles=["desk"], threshold=1, officers=[key]
        ),
        lambda: AppointOfficer(by=institution, key=key),
        lambda: DismissOfficer(by=parent, officer=party),
        lambda: SetThreshold(by=institution, threshold=dice.randint(1, 4)),
        lambda: RegisterPeople(by=dice.choice(["bank-a", "desk"]), keys=[key]),
        lambda: RegisterMerchants(by="bank-a", merchants=[NewMerchant(key=key, party=f"m{dice.randint(0, 9)}")]),
        lambda: AddTill(by=dice.choice([f"m{dice.randint(0, 9)}", party]), key=key),
        lambda: EnrolKey(by=party, key=key),
        lambda: RotateKey(by=party, old=own, key=key),
        lambda: RevokeKey(by=dice.choice([party, parent]), party=party, key=own),
        lambda: Suspend(by=parent, party=party),
        lambda: Reinstate(by=parent, party=party),
        lambda: SuspendByQuorum(by=parent, party=party),
        lambda: SuspendByQuorum(by="operator", party=institution),
        lambda: ReinstateByQuorum(by=parent, party=party),
        lambda: ReinstateByQuorum(by="operator", party=institution),
        lambda: Recover(by=parent, party=party, key=key),
        lambda: VetoRecovery(by=dice.choice([party, parent]), party=party),
        lambda: CompleteRecovery(by=parent, party=party),
    ]
    endings = [
        lambda: Reinstate(by=record.appointed_by, party=party),
        lambda: ReinstateByQuorum(by=record.appointed_by, party=party),
        lambda: VetoRecovery(by=dice.choice([party, parent]), party=party),
        lambda: CompleteRecovery(by=record.appointed_by, party=party),
        lambda: CompleteRecovery(by=record.appointed_by, party=party),
    ]
    act: Act = dice.choice(endings if ending else makers)()
    return act


def walk(seed: int, steps: int) -> Counter[str]:
    """Run random acts, each signed by whoever it names; count what was accepted and refused."""
    dice = random.Random(seed)
    state = World(BASE, genesis()).state()
    met: Counter[str] = Counter()
    time = 0
    registered: dict[str, str] = {}
    for height in range(1, steps + 1):
        time += dice.choice([1, RECOVERY_WAIT // 6])
        act = choose_act(dice, state)
        asking = queries.party(state, act.by)
        if asking is None or asking.standing != "active" or not (asking.keys or asking.threshold):
            continue  # the machine would refuse the signature
        try:
            RULES[type(act)](Call(state, time, height, b"seed", frozenset({act.by}), lambda *_: None), act)
        except Rejected:
            state.drop()
            met[f"{type(act).__name__} refused"] += 1
        else:
            state.accept()
            now = {kid: key.party for (kid,), key in state.scan(KEYS)}
            assert registered.items() <= now.items()  # a key is never forgotten, nor given to somebody else
            registered = now
            met[type(act).__name__] += 1
        for law in MODULE.invariants:
            law(state)
    return met


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_parties_never_contradict_one_another(seed):
    walk(seed, 40)


def test_a_long_walk_meets_every_act():
    met = walk(7, 600)
    assert [act.__name__ for act in RULES if not met[act.__name__]] == []
    assert [act.__name__ for act in RULES if not met[f"{act.__name__} refused"]] == []
