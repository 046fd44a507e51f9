"""Joining by a snapshot, message by message: who is honest is believed, and nobody else in anything."""

import hashlib
from pathlib import Path

import msgspec
import pytest

from madang.engine import entries
from madang.engine.cometbft import record, wire
from madang.engine.cometbft.bundle import pack
from madang.engine.cometbft.cluster import create, plan
from madang.engine.cometbft.join import Joiner
from madang.engine.cometbft.newcomer import BEFORE
from madang.engine.cometbft.newcomer import Newcomer as Attempt
from madang.engine.cometbft.offer import Offers, read_contents
from madang.engine.genesis import Genesis
from madang.engine.ledger import Ledger, find
from madang.engine.snapshot import cut, manifest_of, replay
from madang.engine.store import RocksStore
from madang.kernel.errors import MadangError, StoreFailure
from madang.kernel.state import after
from madang.log.tree import leaf_hash
from tests.engine.cometbft import driver as driving
from tests.engine.toy import ANNA, COUNTERS, MODULES, START, Counter, Decline, genesis, payload, sign

INTERVAL, DELAY = 6, 4
Accept = wire.message("ResponseApplySnapshotChunk").ACCEPT


def with_snapshots(document: bytes) -> bytes:
    """A genesis document whose snapshots come early."""
    content = msgspec.json.decode(document, type=Genesis)
    changed = msgspec.structs.replace(content, snapshot_interval=INTERVAL, snapshot_delay=DELAY)
    return msgspec.json.encode(changed)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A node with 12 blocks, which offers the state of block 6 with the log up to block 10."""
    folder = tmp_path_factory.mktemp("source")
    document = with_snapshots(genesis())
    driving.Driver(folder / "store", document=document).close()
    node = driving.Driver(folder / "store", snapshots=folder / "snapshots")
    for number in range(12):
        acts = [Decline(by=ANNA.party)] if number == 7 else []
        time = START + 10 * number  # replay marks are pruned on the way
        first = sign(10 * number, *acts, not_after=time + 30)
        node.order(first, sign(10 * number + 1, not_after=time + 30), time=time)
    yield node
    node.ledger.snapshots.close()
    node.close()


class Newcomer:
    """A joiner and what it is told."""

    def __init__(self, folder: Path, document: bytes) -> None:
        self.store = RocksStore(folder / "store", cache_bytes=8 * 1024 * 1024)
        self.arrived: list[Path] = []
        ledger = Ledger.create(self.store, MODULES, document)
        self.joiner = Joiner(ledger, folder / "arriving", self.arrived.append)
        self.store.close()

    def offer(self, snapshot, root: bytes) -> str:
        request = wire.message("RequestOfferSnapshot")(snapshot=snapshot, app_hash=root)
        response = self.joiner.handlers()["offer_snapshot"](request)
        return str(type(response).Result.Name(response.result))

    def apply(self, index: int, chunk: bytes):
        request = wire.message("RequestApplySnapshotChunk")(index=index, chunk=chunk, sender="peer")
        return self.joiner.handlers()["apply_snapshot_chunk"](request)

    def take(self, snapshot, root: bytes, chunks: list[bytes]) -> str:
        """Offer and apply until something is refused; the code of the refusal, or ''."""
        if self.offer(snapshot, root) != "ACCEPT":
            return self.joiner.refusals[-1]
        for index, chunk in enumerate(chunks):
            if self.apply(index, chunk).result != Accept:
                return self.joiner.refusals[-1]
        return ""


def offered(source):
    """The snapshot, its chunks, and the root that a light client would have verified."""
    offers = Offers(source.ledger, source.snapshots).handlers()
    (snapshot,) = offers["list_snapshots"](None).snapshots
    chunks = [load(offers, snapshot, number) for number in range(snapshot.chunks)]
    return snapshot, chunks, root_at(source, snapshot.height)


def load(offers, snapshot, number: int) -> bytes:
    asked = wire.message("RequestLoadSnapshotChunk")(height=snapshot.height, format=snapshot.format, chunk=number)
    return bytes(offers["load_snapshot_chunk"](asked).chunk)


def root_at(source, height: int) -> bytes:
    ledger_height = next(n for n in range(1, 20) if record.height_of(source.store, n) == height)
    return entries.read_tip(source.store.log_get(entries.block_key(ledger_height))).root


def newcomer(tmp_path) -> Newcomer:
    return Newcomer(tmp_path / "newcomer", with_snapshots(genesis()))


def test_a_newcomer_has_the_same_state_and_goes_on_with_the_same_roots(source, tmp_path):
    snapshot, chunks, root = offered(source)
    joining = newcomer(tmp_path)
    assert joining.take(snapshot, root, chunks) == "" and joining.joiner.done.is_set()
    node = driving.Driver(joining.arrived[0])
    assert (node.info().last_block_height, node.info().last_block_app_hash) == (snapshot.height, root)
    assert node.ledger.durable.height == INTERVAL + DELAY
    for ledger_height in (11, 12):
        tip = entries.read_tip(source.store.log_get(entries.block_key(ledger_height)))
        pairs = source.store.log_scan(entries.entry_key(tip.first + 1), entries.entry_key(tip.size))
        signed = [entries.read_entry(data).signed for _, data in pairs]
        assert node.decide(node.height + 1, tip.time, [pack(signed)]) == tip.root
    assert dict(node.store.scan(b"", after(b"z"))) == dict(source.store.scan(b"", after(b"z")))
    for entry in (find(one.store.view(), msgspec.json.decode(payload(70))["id"])[1] for one in (node, source)):
        assert (entry.result().outcome, entry.code) == ("rejected", "toy.no")
    (again,) = node.order(sign(1000, not_after=node.ledger.durable.time + 5), time=node.ledger.durable.time)
    assert again.outcome == "accepted"
    node.close()


def altered_balance(snapshot, chunks):
    """A snapshot that holds together, in which Anna's counter is another one."""
    contents = read_contents(snapshot.metadata)
    place = contents.leaf_chunks
    pairs = msgspec.msgpack.decode(chunks[place], type=list[tuple[bytes, bytes]])
    key = COUNTERS.key("a")
    assert any(one == key for one, _ in pairs)
    changed = [(one, COUNTERS.encode(Counter(10**6)) if one == key else value) for one, value in pairs]
    (chunk,) = cut(changed)
    manifest = manifest_of(contents.state.height, [leaf_hash(chunk)])
    metadata = entries.encode(msgspec.structs.replace(contents, state=manifest))
    other = type(snapshot)(
        height=snapshot.height,
        format=snapshot.format,
        chunks=snapshot.chunks,
        hash=hashlib.sha256(metadata).digest(),
        metadata=metadata,
    )
    return other, [chunk if number == place else one for number, one in enumerate(chunks)]


def test_a_snapshot_with_one_altered_balance_is_refused_before_anything_of_it_is_used(source, tmp_path):
    snapshot, chunks, root = offered(source)
    joining = newcomer(tmp_path)
    other, changed = altered_balance(snapshot, chunks)
    assert joining.take(other, root, changed) == "snapshot.root"
    assert not joining.joiner.done.is_set() and not (tmp_path / "newcomer/arriving").exists()
    assert joining.take(snapshot, root, chunks) == ""


def flipped(chunk: bytes) -> bytes:
    return chunk[:-1] + bytes([chunk[-1] ^ 1])


@pytest.mark.parametrize(
    ("number", "codes"),
    [
        (0, {"snapshot.app_hash", "snapshot.chunk"}),
        (1, {"snapshot.chunk"}),
        (2, {"snapshot.entries", "snapshot.chunk"}),
    ],
)
def test_one_flipped_bit_in_any_chunk_is_refused(source, tmp_path, number, codes):
    snapshot, chunks, root = offered(source)
    assert len(chunks) == 3
    chunks[number] = flipped(chunks[number])
    assert newcomer(tmp_path).take(snapshot, root, chunks) in codes


def test_a_wrong_chunk_of_the_state_is_asked_of_somebody_else(source, tmp_path):
    snapshot, chunks, root = offered(source)
    joining = newcomer(tmp_path)
    assert joining.offer(snapshot, root) == "ACCEPT"
    assert joining.apply(0, chunks[0]).result == Accept
    refused = joining.apply(1, flipped(chunks[1]))
    assert (list(refused.refetch_chunks), list(refused.reject_senders)) == ([1], ["peer"])
    assert [joining.apply(number, chunks[number]).result for number in (1, 2)] == [Accept] * 2
    assert joining.joiner.done.is_set()


def test_the_leaves_must_be_those_of_the_app_hash(source, tmp_path):
    snapshot, chunks, _ = offered(source)
    assert newcomer(tmp_path).take(snapshot, bytes(32), chunks) == "snapshot.app_hash"


def test_a_description_that_does_not_hold_together_is_refused_with_its_sender(source, tmp_path):
    snapshot, _, root = offered(source)
    joining = newcomer(tmp_path)
    contents = read_contents(snapshot.metadata)
    false_root = msgspec.structs.replace(contents.state, root=bytes(32))
    for metadata in (
        b"junk",
        entries.encode(msgspec.structs.replace(contents, cuts=())),
        entries.encode(msgspec.structs.replace(contents, state=false_root)),
    ):
        changed = type(snapshot)(height=1, format=1, chunks=snapshot.chunks, metadata=metadata)
        assert joining.offer(changed, root) == "REJECT_SENDER"
    assert joining.joiner.refusals == ["snapshot.contents"] * 3
    other = type(snapshot)(height=1, format=2, chunks=snapshot.chunks, metadata=snapshot.metadata)
    assert joining.offer(other, root) == "REJECT_FORMAT"


def test_what_is_not_there_is_not_handed_out(source, tmp_path):
    offers = Offers(source.ledger, source.snapshots).handlers()
    (snapshot,) = offers["list_snapshots"](None).snapshots
    ask = wire.message("RequestLoadSnapshotChunk")
    for height, form, chunk in [(1, 1, 0), (snapshot.height, 2, 0), (snapshot.height, 1, snapshot.chunks)]:
        assert offers["load_snapshot_chunk"](ask(height=height, format=form, chunk=chunk)).chunk == b""
    assert not Offers(source.ledger, tmp_path / "nowhere").handlers()["list_snapshots"](None).snapshots


def test_what_is_offered_is_the_same_each_time(source):
    snapshot, chunks, _ = offered(source)
    again, same, _ = offered(source)
    assert (again, same) == (snapshot, chunks) and snapshot.hash == hashlib.sha256(snapshot.metadata).digest()


def test_a_snapshot_that_hides_what_came_after_its_state_is_refused(source, tmp_path):
    """All that it does hand over is true: state and leaves hash to what the log says. Balances would be old."""
    snapshot, chunks, root = offered(source)
    contents = read_contents(snapshot.metadata)
    other = msgspec.structs.replace(contents.state, height=contents.state.height + 1)
    joining = newcomer(tmp_path)
    for false in (
        msgspec.structs.replace(contents, first=contents.size, cuts=()),
        msgspec.structs.replace(contents, first=contents.first + 1),
        msgspec.structs.replace(contents, state=other),
    ):
        metadata = entries.encode(false)
        changed = type(snapshot)(height=snapshot.height, format=1, chunks=false.chunks, metadata=metadata)
        assert joining.take(changed, root, chunks[: false.chunks]) == "snapshot.contents"


def test_a_newcomer_that_is_asked_for_snapshots_has_none(tmp_path):
    handlers = newcomer(tmp_path).joiner.handlers()
    assert not handlers["list_snapshots"](wire.message("RequestListSnapshots")()).snapshots
    assert not handlers["load_snapshot_chunk"](wire.message("RequestLoadSnapshotChunk")(height=1)).chunk


def test_a_wrong_chunk_of_leaves_or_entries_is_asked_of_somebody_else_too(source, tmp_path):
    snapshot, chunks, root = offered(source)
    joining = newcomer(tmp_path)
    assert joining.offer(snapshot, root) == "ACCEPT"
    leaves = msgspec.msgpack.decode(chunks[0], type=list[bytes])
    unreadable = msgspec.msgpack.encode([*leaves[:-1], b"no leaf"])
    for number, false in enumerate([[unreadable, msgspec.msgpack.encode(leaves[:-1])], [], [flipped(chunks[2])]]):
        for bad in false:
            refused = joining.apply(number, bad)
            assert (list(refused.refetch_chunks), list(refused.reject_senders)) == ([number], ["peer"])
        assert joining.apply(number, chunks[number]).result == Accept
    assert joining.joiner.done.is_set()


def test_nobody_is_blamed_for_leaves_that_are_false_together(source, tmp_path):
    snapshot, chunks, _ = offered(source)
    joining = newcomer(tmp_path)
    assert joining.offer(snapshot, bytes(32)) == "ACCEPT"
    refused = joining.apply(0, chunks[0])
    assert refused.result == type(refused).REJECT_SNAPSHOT
    assert not refused.reject_senders


def test_what_was_written_before_it_joined_is_not_made_up(source, tmp_path):
    """A snapshot that is due must be rebuilt from writes; a newcomer has none of those before its own."""
    snapshot, chunks, root = offered(source)
    joining = newcomer(tmp_path)
    assert joining.take(snapshot, root, chunks) == ""
    store = RocksStore(joining.arrived[0])
    with pytest.raises(StoreFailure) as caught:
        replay(store, 8, RocksStore(tmp_path / "scratch"))
    assert caught.value.code == "snapshot.writes"
    store.close()


def test_an_attempt_that_ended_between_two_stores_begins_with_the_first(tmp_path):
    (member,) = plan(tmp_path, ["late"], [1, 2])
    create([member], MODULES, genesis(), "ledger.example/late")
    (member.folder / "store").rename(member.folder / BEFORE)
    attempt = Attempt(member.folder, MODULES, tmp_path / "no program", workers=1)
    assert attempt._application.ledger.durable.height == 0
    assert not (member.folder / BEFORE).exists()
    with pytest.raises(MadangError) as caught:
        attempt.run(1)
    assert caught.value.code == "cometbft.missing"
