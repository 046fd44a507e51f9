"""Take the description of CometBFT's ABCI messages from its Go module, for `engine/cometbft/wire.py`.

    python -m tools.write_cometbft_wire

The Go code that CometBFT generates from its protocol definitions carries each definition as a compressed
`FileDescriptorProto`. The few that ABCI needs are taken from there, without compiler and without anybody's comments;
options, which only matter to Go, are dropped. Needs Go and `protobuf`, and the module from Go's proxy or cache.
"""

import gzip
import json
import re
import subprocess
from pathlib import Path

from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto, FileDescriptorSet

from tools import components

TARGET = Path(__file__).parents[1] / "src/madang/engine/cometbft/abci.binpb"
SOURCES = (
    "proto/tendermint/crypto/keys.pb.go",
    "proto/tendermint/crypto/proof.pb.go",
    "proto/tendermint/version/types.pb.go",
    "proto/tendermint/types/validator.pb.go",
    "proto/tendermint/types/params.pb.go",
    "proto/tendermint/types/types.pb.go",
    "abci/types/types.pb.go",
)
"""In an order in which each stands behind what it imports."""
_GOGO = "gogoproto/gogo.proto"
_LITERAL = re.compile(r"var fileDescriptor_[0-9a-f]+ = \[\]byte\{(.*?)\n\}", re.DOTALL)
_BYTE = re.compile(r"0x([0-9a-f]{2})")
_COMMENT = re.compile(r"//.*")


def module_folder(go: Path) -> Path:
    """Where Go keeps the module, downloaded if it must be. Raises `CalledProcessError` where it can't be had."""
    name = f"{components.COMETBFT_MODULE}@{components.COMETBFT_VERSION}"
    answer = subprocess.run([str(go), "mod", "download", "-json", name], capture_output=True, check=True, cwd="/")
    return Path(json.loads(answer.stdout)["Dir"])


def describe(module: Path) -> bytes:
    """The descriptor set of SOURCES, as it stands in TARGET."""
    found = FileDescriptorSet()
    for source in SOURCES:
        file = _file_descriptor((module / source).read_text(encoding="utf-8"))
        _strip(file)
        found.file.append(file)
    data: bytes = found.SerializeToString(deterministic=True)
    return data


def _file_descriptor(go_code: str) -> FileDescriptorProto:
    literal = _LITERAL.search(go_code)
    if literal is None:
        raise ValueError("this Go file carries no file descriptor: it was generated in another way")
    data = bytes.fromhex("".join(_BYTE.findall(_COMMENT.sub("", literal[1]))))
    return FileDescriptorProto.FromString(gzip.decompress(data))


def _strip(file: FileDescriptorProto) -> None:
    file.ClearField("options")
    file.ClearField("service")
    dependencies = [name for name in file.dependency if name != _GOGO]
    file.ClearField("dependency")
    file.dependency.extend(dependencies)
    for enum in file.enum_type:
        enum.ClearField("options")
        for value in enum.value:
            value.ClearField("options")
    for message in file.message_type:
        _strip_message(message)


def _strip_message(message: DescriptorProto) -> None:
    message.ClearField("options")
    for field in message.field:
        field.ClearField("options")
    for enum in message.enum_type:
        enum.ClearField("options")
    for inner in message.nested_type:
        _strip_message(inner)


def main() -> None:
    """Write TARGET."""
    go = components.find("go")
    if go is None:
        raise SystemExit(f"Go is needed: {components.why_missing('go')}")
    TARGET.write_bytes(describe(module_folder(go)))
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
