"""Messages and frames: what CometBFT sends is read, anything else is refused; the description is its own."""

import io

import pytest
from google.protobuf.internal.encoder import _VarintBytes
from hypothesis import given
from hypothesis import strategies as st

from madang.engine.cometbft import wire
from madang.kernel.errors import MadangError
from tools import write_cometbft_wire


@given(st.lists(st.binary(max_size=400), max_size=5))
def test_frames_are_read_as_they_were_written(contents):
    stream = io.BytesIO(b"".join(wire.frame(one) for one in contents))
    assert [wire.read_frame(stream) for _ in contents] == contents
    assert wire.read_frame(stream) is None


@pytest.mark.parametrize("length", [0, 1, 127, 128, 300, 16_383, 16_384, 2_097_152])
def test_a_length_is_written_as_protobuf_writes_it(length):
    assert wire.frame(bytes(length))[: len(_VarintBytes(length))] == _VarintBytes(length)


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (b"\x80", "abci.frame"),
        (b"\x80\x80\x80\x80\x80\x01", "abci.frame"),
        (b"\x05abc", "abci.frame"),
        (_VarintBytes(wire.MAX_FRAME_BYTES + 1) + b"x", "abci.size"),
        (b"\xff\xff\xff\xff\x0f", "abci.size"),
    ],
)
def test_no_frame(stream, code):
    with pytest.raises(MadangError) as error:
        wire.read_frame(io.BytesIO(stream))
    assert error.value.code == code


@pytest.mark.parametrize("data", [b"", b"\xff", b"\x08\x01", b"\x42\x05a"])
def test_no_request(data):
    with pytest.raises(MadangError) as error:
        wire.read_request(data)
    assert error.value.code == "abci.message"


def test_a_request_is_read_by_its_kind():
    data = wire.Request(check_tx=wire.message("RequestCheckTx")(tx=b"abc", type="RECHECK")).SerializeToString()
    kind, request = wire.read_request(data)
    assert (kind, request.tx, request.type) == ("check_tx", b"abc", wire.RECHECK)


def test_a_response_goes_out_under_the_name_of_its_request():
    stream = io.BytesIO(wire.respond("info", wire.message("ResponseInfo")(last_block_height=7)))
    response = wire.Response.FromString(wire.read_frame(stream))
    assert response.WhichOneof("value") == "info" and response.info.last_block_height == 7


def test_the_description_is_the_one_in_cometbft(needs):
    needs("cometbft")
    module = write_cometbft_wire.module_folder(needs("go"))
    assert write_cometbft_wire.describe(module) == write_cometbft_wire.TARGET.read_bytes()
