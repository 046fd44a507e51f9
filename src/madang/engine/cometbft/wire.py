"""ABCI 2.0 messages and their frames, as CometBFT v0.39 sends them over a socket.

A frame is the length of a message as an unsigned varint (protobuf encoding), then the message. The classes are built
at run time from `abci.binpb`; README.md beside it says where that comes from.
"""

from functools import cache
from importlib.resources import files
from typing import Any, BinaryIO

from google.protobuf import duration_pb2, timestamp_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

from madang.kernel.errors import MadangError

MAX_FRAME_BYTES = 64 * 1024 * 1024
"""Largest message that is read: a genesis document, a block or a snapshot's chunk fit several times."""
_LONGEST_LENGTH = 5


def _pool() -> DescriptorPool:
    # A pool of its own: another library in this process may know messages of the same names.
    pool = DescriptorPool()
    for known in (timestamp_pb2, duration_pb2):
        pool.AddSerializedFile(known.DESCRIPTOR.serialized_pb)
    data = files("madang.engine.cometbft").joinpath("abci.binpb").read_bytes()
    for file in FileDescriptorSet.FromString(data).file:
        pool.AddSerializedFile(file.SerializeToString())
    return pool


_POOL = _pool()


@cache
def message(name: str) -> Any:
    """The class of an ABCI message, such as `RequestInfo`. Raises `KeyError`."""
    return GetMessageClass(_POOL.FindMessageTypeByName(f"tendermint.abci.{name}"))


Request = message("Request")
Response = message("Response")
RECHECK: int = message("RequestCheckTx")(type="RECHECK").type
ACCEPT: int = message("ResponseProcessProposal").ACCEPT
REJECT: int = message("ResponseProcessProposal").REJECT


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next message's bytes, or None at the end of the stream.

    Raises `MadangError`: `abci.frame` (cut short, or its length is no varint), `abci.size`.
    """
    length = 0
    for place in range(_LONGEST_LENGTH):
        byte = stream.read(1)
        if not byte:
            if place:
                raise MadangError("abci.frame", "The connection ended inside a frame.")
            return None
        length |= (byte[0] & 0x7F) << (7 * place)
        if byte[0] < 0x80:
            break
    else:
        raise MadangError("abci.frame", "The length of a frame is no varint of at most 32 bits.")
    if length > MAX_FRAME_BYTES:
        raise MadangError("abci.size", f"A frame of {length} bytes came; at most {MAX_FRAME_BYTES} are read.")
    data = stream.read(length)
    if len(data) != length:
        raise MadangError("abci.frame", "The connection ended inside a frame.")
    return data


def frame(content: bytes) -> bytes:
    """A message's bytes with their length before them."""
    length = len(content)
    header = bytearray()
    while length >= 0x80:
        header.append(length & 0x7F | 0x80)
        length >>= 7
    header.append(length)
    return bytes(header) + content


def read_request(data: bytes) -> tuple[str, Any]:
    """The kind of a request, such as `check_tx`, and its message. Raises `MadangError` (`abci.message`)."""
    try:
        request = Request.FromString(data)
    except DecodeError:
        raise MadangError("abci.message", "What came is no ABCI request.") from None
    kind = request.WhichOneof("value")
    if kind is None:
        raise MadangError("abci.message", "A request of no kind that ABCI 2.0 of CometBFT v0.39 knows came.")
    return kind, getattr(request, kind)


def respond(kind: str, answer: Any) -> bytes:
    """The frame of the response to a request of this kind."""
    return frame(Response(**{kind: answer}).SerializeToString())
