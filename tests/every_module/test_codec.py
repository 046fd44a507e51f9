"""Acts are read strictly: what was written is read back, and a change of any one member is another act or none."""

import contextlib
import json

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madang.app import MODULES
from madang.kernel.envelope import RelyingParty
from madang.kernel.errors import Malformed
from madang.kernel.machine import Chain, Machine
from madang.kernel.transaction import type_name
from tests.every_module.strategies import encode, strategy_of
from tests.simulation.unsigned import unsigned
from tests.support.cast import ALICE
from tests.support.signing import ORIGIN, SITE

MACHINE = Machine(MODULES, Chain("madang-test", RelyingParty(SITE, (ORIGIN,)), 0, 1, 1))
ACTS = list(MACHINE.acts)
EACH_ACT = pytest.mark.parametrize("act", ACTS, ids=type_name)
few = settings(max_examples=8, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


def read(acts: bytes):
    """Read acts as they arrive in a transaction."""
    payload = b'{"chain":"madang-test","id":"%s","not_after":1,"acts":[%s]}' % (b"0" * 32, acts)
    return MACHINE.read(unsigned(payload, [ALICE])).payload.acts


def refused(acts: bytes) -> str:
    with pytest.raises(Malformed) as error:
        read(acts)
    return error.value.code


@EACH_ACT
def test_what_was_written_is_read_back(act):
    @few
    @given(strategy_of(act))
    def round_trip(made):
        data = encode(made)
        (again,) = read(data)
        assert encode(again) == data
        assert type(again) is act
        (spaced,) = read(json.dumps(json.loads(data), indent=1).encode())
        assert json.loads(encode(spaced)) == json.loads(data)

    round_trip()


@EACH_ACT
def test_a_change_of_one_member_is_another_act_or_none(act):
    @few
    @given(strategy_of(act), st.data())
    def mutate(made, data):
        written = json.loads(encode(made))
        places = list(paths(written))
        path = data.draw(st.sampled_from(places))
        for changed in changes(written, path):
            text = changed if isinstance(changed, bytes) else json.dumps(changed).encode()
            try:
                (again,) = read(text)
            except Malformed:
                continue
            assert json.loads(encode(again)) != written, (path, text)

    mutate()


@EACH_ACT
def test_an_unknown_or_repeated_member_is_refused(act):
    @few
    @given(strategy_of(act))
    def spoil(made):
        data = encode(made)
        assert refused(data[:-1] + b',"unknown":1}') == "json.invalid"
        for name, value in json.loads(data).items():
            member = f',"{name}":{json.dumps(value)}}}'.encode()
            assert refused(data[:-1] + member) in ("json.duplicate", "json.invalid")

    spoil()


def paths(value, before=()):
    """Where the members of a JSON value are."""
    if isinstance(value, dict):
        for name in value:
            yield (*before, name)
            yield from paths(value[name], (*before, name))
    elif isinstance(value, list):
        for place in range(min(len(value), 2)):
            yield (*before, place)
            yield from paths(value[place], (*before, place))


def changes(written, path):
    """The same text with the value at `path` replaced by others."""
    found = written
    for step in path:
        found = found[step]
    others = [None, True, 0, -1, 2**53, 1.5, "", [], {}, "x\0y"]
    if isinstance(found, str):
        others += [found + "\n", found + "\u0000", " " + found, found + "=", found[:-1]]
    elif isinstance(found, int):
        others += [found + 1, -found, str(found), float(found) + 0.5]
    elif isinstance(found, list):
        others += [found * 2, found[:-1]]
    for other in others:
        if other == found and type(other) is type(found):
            continue
        yield put(written, path, other)
    yield without(written, path)
    if isinstance(found, int) and not isinstance(found, bool):
        yield with_point(written, path)


def put(value, path, new):
    copy = json.loads(json.dumps(value))
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = new
    return copy


def without(value, path):
    copy = json.loads(json.dumps(value))
    inner = copy
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return copy


def with_point(value, path):
    """A whole number written as 1.0: two readers may differ, so it must not be read at all."""
    text = json.dumps(put(value, path, "@@"))
    found = value
    for step in path:
        found = found[step]
    return text.replace('"@@"', f"{found}.0").encode()


@settings(max_examples=400, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_bytes_that_were_damaged_are_refused_and_never_fail_otherwise(data):
    """Whatever arrives, reading it ends in a transaction or in `Malformed`."""
    act = data.draw(st.sampled_from(ACTS))
    made = data.draw(strategy_of(act))
    payload = msgspec.json.encode({"chain": "madang-test", "id": "0" * 32, "not_after": 1, "acts": [made]})
    signed = bytearray(unsigned(payload, [ALICE]) if data.draw(st.booleans()) else payload)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(signed) - 1))
        new = data.draw(st.binary(max_size=4))
        signed[place : place + data.draw(st.integers(0, 3))] = new
        if not signed:
            break
    for text in (bytes(signed), b"{" + bytes(signed), unsigned(bytes(signed), [ALICE])):
        with contextlib.suppress(Malformed):
            MACHINE.read(text)
