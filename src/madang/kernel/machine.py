"""The deterministic machine: transactions in order become outcomes, writes and, with them, leaves.

It knows no store, no clock and no network. An engine opens a block on a `Reader`, has transactions executed in
the order it decided, seals the block, and makes what came out durable in one write. Exactly one outcome a
transaction:

- accepted: every act ran; the writes of all of them join the block.
- rejected: a rule refused; only the replay mark is written.
- defect: a rule failed in a way nobody declared; only the mark is written, and that act type is paused until a
  quorum resumes it. Failures of memory, recursion or the store are not the rule's: they stop the node.
- repeated: the same payload was ordered before; nothing is written, the first outcome stands.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NoReturn, Union

import msgspec

from madang.kernel import authority
from madang.kernel.codec import read_json
from madang.kernel.envelope import Envelope, RelyingParty, read_envelope
from madang.kernel.errors import Malformed, Rejected, StoreFailure
from madang.kernel.module import Call, Module, Rule
from madang.kernel.state import Reader, Record, State, Table
from madang.kernel.transaction import MAX_ACTS, MAX_AHEAD, MAX_TRANSACTION_BYTES, Act, Payload, Transaction, type_name

Outcome = Literal["accepted", "rejected", "defect"]
PRUNE_EVERY = 60
"""Seconds of block time between two prunings of replay marks."""


class Chain(Record, frozen=True):
    """What genesis fixed: the ledger's name, its web site, and every how many blocks a snapshot is due (0: never).

    The snapshot's root is committed `snapshot_delay` blocks after the height it describes.
    """

    name: str
    relying_party: RelyingParty
    snapshot_interval: int
    snapshot_delay: int
    rule_version: int


class Mark(Record, frozen=True):
    """That a payload was ordered: its hash, where, and how it ended. Kept until block time passes `not_after`.

    `unauthorised` is empty, or the keys that signed where those were not the ones that may: such a mark gives way to
    the same payload once another key signs that counts, so that a stranger can't spend a payload for those whose it
    is, and nobody can revive it by adding a signature of their own.
    """

    payload_hash: bytes
    unauthorised: tuple[str, ...]
    height: int
    index: int
    outcome: Outcome
    code: str
    reason: str


class Pruned(Record, frozen=True):
    """Marks whose `not_after` is below `before` are gone."""

    before: int


class Upgrade(Record, frozen=True):
    """The rule version that holds from a height on, and the height at which that was decided."""

    version: int
    decided_at: int


class Pause(Record, frozen=True):
    """An act type that is refused since `height`, and why ('defect', or who paused it).

    It lapses when block time reaches `until` (seconds; 0: not before it is resumed). `reason` is the code given for it.
    """

    height: int
    why: str
    until: int = 0
    reason: str = ""

    def stands(self, time: int) -> bool:
        """Whether it still holds at a block time."""
        return not self.until or time < self.until


CHAIN = Table("kernel.chain", Chain, public=True)
MARKS = Table("kernel.mark", Mark, int, bytes)
PRUNED = Table("kernel.pruned", Pruned, public=True)
PAUSES = Table("kernel.pause", Pause, str, public=True, sparse=True)
UPGRADES = Table("kernel.upgrade", Upgrade, int, public=True)
"""(height from which on it holds)"""


class Result(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What became of a transaction: its outcome and where it stands. `code` and `message` say why it was refused."""

    id: str
    outcome: Outcome
    height: int
    index: int
    code: str = ""
    reason: str = ""
    message: str = ""
    repeated: bool = False


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One ordered transaction: its result, its bytes as signed, and exactly what it wrote, in key order."""

    result: Result
    signed: bytes
    signed_hash: bytes
    writes: list[tuple[bytes, bytes | None]]


class Sealed(msgspec.Struct, frozen=True):
    """An executed block: what an engine makes durable in one write, and hashes into the log."""

    height: int
    time: int
    version: int
    opening: list[tuple[bytes, bytes | None]]
    entries: list[Entry]
    records: dict[bytes, Any]
    changes: dict[bytes, bytes | None]


class Machine:
    """The rules of the ledger, of every version it ever ran, ready to execute blocks. Holds no state between blocks."""

    def __init__(self, modules: Sequence[Module], chain: Chain) -> None:
        self.modules = tuple(modules)
        self.chain = chain
        self.newest = max(module.since for module in modules)
        # A changed meaning is a new act or a new rule, never a new reading: what was signed reads the same for ever.
        self.acts: tuple[type[Act], ...] = tuple(dict.fromkeys(act for module in modules for act in module.rules))
        self.pause_keys = {act: PAUSES.key(type_name(act)) for act in self.acts}
        union: Any = Union[self.acts]  # noqa: UP007  built from the declarations
        self.payload_decoder = msgspec.json.Decoder(Payload[union])
        self._versions: dict[int, _Version] = {}

    def version(self, version: int) -> "_Version":
        """What is known and in force in a rule version.

        Raises `StoreFailure` (`rules.unknown`): this software is older than the version.
        """
        if version > self.newest:
            raise StoreFailure(
                "rules.unknown",
                f"The ledger goes on under rule version {version}, this software knows {self.newest}. Install a newer "
                "one and start again: nothing is lost.",
            )
        if version not in self._versions:
            self._versions[version] = _Version(self.modules, version)
        return self._versions[version]

    def receive(self, signed: bytes) -> Envelope:
        """Read who claims to have signed what, and nothing of the payload. Raises `Malformed`."""
        if len(signed) > MAX_TRANSACTION_BYTES:
            raise Malformed("envelope.size", f"A transaction is at most {MAX_TRANSACTION_BYTES} bytes. Split it.")
        return read_envelope(signed, self.chain.relying_party)

    def read(self, signed: bytes, envelope: Envelope | None = None) -> Transaction:
        """Read a transaction of this chain; nothing is verified. Raises `Malformed`.

        Whoever has verified the signatures of its `envelope` first spends no time on the payloads of strangers.
        """
        envelope = envelope or self.receive(signed)
        payload: Payload[Any] = read_json(self.payload_decoder, envelope.payload, "the payload")
        if payload.chain != self.chain.name:
            raise Malformed("payload.chain", f"This ledger is {self.chain.name}. Sign for it and send again.")
        return Transaction(
            signed,
            hashlib.sha256(signed).digest(),
            envelope,
            payload,
            hashlib.sha256(envelope.payload).digest(),
        )

    def read_acts(self, data: bytes, version: int, most: int = MAX_ACTS) -> list[Act]:
        """Read a JSON array of 1 to `most` acts known in a rule version, as a proposal or genesis holds them.

        Raises `Malformed`, as software does that has never heard of a later version.
        """
        acts: list[Act] = read_json(self.version(version).acts_decoder, data, "the acts")
        if not 0 < len(acts) <= most:
            raise Malformed("payload.acts", f"This must hold 1 to {most} acts; it holds {len(acts)}. Split it.")
        return acts

    def open(self, reader: Reader, height: int, time: int) -> "Block":
        """Open block `height` at block time `time` (seconds, never below its predecessor's) on committed state."""
        return Block(self, reader, height, time)


class _Version:
    """A rule version: the rule of each act in force, and the acts that may be named, retired ones too.

    Acts of later versions are unknown to it, although this software knows them: on a node that is not renewed yet the
    same bytes must come to the same end.
    """

    def __init__(self, modules: Sequence[Module], version: int) -> None:
        known = [one for one in modules if one.since <= version]
        self.known = frozenset(act for module in known for act in module.rules)
        in_force = [one for one in known if (one.until or version) >= version]
        self.rules: Mapping[type[Act], Rule] = {act: rule for module in in_force for act, rule in module.rules.items()}
        union: Any = Union[tuple(dict.fromkeys(act for module in known for act in module.rules))]  # noqa: UP007
        self.acts_decoder = msgspec.json.Decoder(list[union])


def version_at(state: State, chain: Chain, height: int) -> int:
    """The version of the rules that block `height` is executed by, as decided so far."""
    version = chain.rule_version
    for (begins,), upgrade in state.scan(UPGRADES):
        if begins <= height:
            version = upgrade.version
    return version


class Block:
    """One block while it is being executed. Raises `StoreFailure` (`rules.unknown`) as `Machine.version` does."""

    def __init__(self, machine: Machine, reader: Reader, height: int, time: int) -> None:
        self.machine = machine
        self.height = height
        self.time = time
        self._state = State(reader)
        self.version = version_at(self._state, machine.chain, height)
        known = machine.version(self.version)
        self._rules, self._known = known.rules, known.known
        self._entries: list[Entry] = []
        self._running: Act | None = None
        self._opening = self._prune()

    def _prune(self) -> list[tuple[bytes, bytes | None]]:
        before = self.time - self.time % PRUNE_EVERY
        pruned = self._state.get(PRUNED)
        if pruned is not None and pruned.before >= before:
            return []
        self._state.put(PRUNED, Pruned(before))
        return self._state.accept()

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been ordered in this block."""
        return not self._entries

    def check(self, transaction: Transaction) -> Result | None:
        """What decides before ordering: the window of time, and whether this was ordered before.

        Returns the first outcome of a repeated payload. Raises `Malformed`: `json.invalid` (an act of later rules),
        `payload.expired`, `payload.too_far`, `payload.id_used` (the id stands for another payload).
        """
        payload = transaction.payload
        for act in payload.acts:
            if type(act) not in self._known:
                raise Malformed("json.invalid", f"{type_name(act)} is not known here before the rules that bring it.")
        if payload.not_after < self.time:
            raise Malformed("payload.expired", f"not_after has passed: it is {self.time} here. Sign again.")
        if payload.not_after > self.time + MAX_AHEAD:
            raise Malformed(
                "payload.too_far", f"not_after is more than {MAX_AHEAD} seconds ahead of {self.time}. Sign again."
            )
        mark = self._state.get_key(MARKS, MARKS.key(payload.not_after, bytes.fromhex(payload.id)))
        if mark is None or (mark.unauthorised and self._gives_way(mark, transaction)):
            return None
        if mark.payload_hash != transaction.payload_hash:
            raise Malformed("payload.id_used", "This id was used for another payload. Choose a random one and sign.")
        return Result(payload.id, mark.outcome, mark.height, mark.index, mark.code, mark.reason, repeated=True)

    def _gives_way(self, mark: Mark, transaction: Transaction) -> bool:
        """Whether a mark of the unauthorised lets this through: another payload, or a further key that counts."""
        if mark.payload_hash != transaction.payload_hash:
            return True
        further = [one for one in transaction.envelope.signatures if one.kid not in mark.unauthorised]
        asking = {act.by for act in transaction.payload.acts}
        return any(authority.counts(self._state, one.kid, asking) for one in further)

    def keys(self, transaction: Transaction) -> list[authority.Key]:
        """The registered key of each signature, for verification. Raises `Malformed` (`key.unknown`, `key.sort`)."""
        return [authority.key_of(self._state, one) for one in transaction.envelope.signatures]

    def order(self, transaction: Transaction) -> Result:
        """Execute what this engine alone decides to order: nothing that a revoked key signed.

        Raises `Malformed` as `execute` does, and `authority.key_revoked`.
        """
        first = self.check(transaction)
        if first is not None:
            return first
        keys = self.keys(transaction)
        authority.refuse_revoked(keys)
        return self._execute(transaction, keys)

    def execute(self, transaction: Transaction) -> Result:
        """Execute what was ordered, its signatures verified. Raises `Malformed` as `check` and `keys` do."""
        return self.check(transaction) or self._execute(transaction, self.keys(transaction))

    def _execute(self, transaction: Transaction, keys: list[authority.Key]) -> Result:
        payload = transaction.payload
        index = len(self._entries)
        result = Result(payload.id, "accepted", self.height, index)
        self._running = None
        call = Call(self._state, self.time, self.height, transaction.payload_hash, frozenset(), self._perform)
        try:
            call.signed_by = authority.signers(keys, self.height)
            call.signed_with = tuple([one.kid for one in transaction.envelope.signatures])
            self._run_all(call, payload.acts)
        except (Rejected, Malformed) as refusal:
            self._state.drop()
            reason = refusal.reason if isinstance(refusal, Rejected) else ""
            result = Result(payload.id, "rejected", self.height, index, refusal.code, reason, refusal.message)
        except (MemoryError, RecursionError, StoreFailure):
            raise
        except Exception as error:  # noqa: BLE001  the one place that may: whatever a rule does, every node ends the same way
            self._state.drop()
            result = self._defect(payload, index, error)
        place = MARKS.key(payload.not_after, bytes.fromhex(payload.id))
        unauthorised: tuple[str, ...] = ()
        if result.code.startswith(authority.CODES):
            before = self._state.get_key(MARKS, place)
            tried = before.unauthorised if before and before.payload_hash == transaction.payload_hash else ()
            unauthorised = tuple(sorted({*tried, *(one.kid for one in transaction.envelope.signatures)}))
        mark = Mark(
            transaction.payload_hash, unauthorised, self.height, index, result.outcome, result.code, result.reason
        )
        self._state.put_key(MARKS, mark, place)
        self._entries.append(Entry(result, transaction.signed, transaction.signed_hash, self._state.accept()))
        return result

    def preview(self, acts: Sequence[Act], signed_by: frozenset[str]) -> Rejected | None:
        """How these acts would end if these parties signed them now: the refusal, or None. Nothing is kept.

        Acts that must come last are not tried (None): what their refusal tells may cost a try.
        """
        if any(act.last for act in acts):
            return None
        call = Call(self._state, self.time, self.height, bytes(32), signed_by, self._perform)
        call.signed_with = authority.keys_of(self._state, signed_by)
        try:
            self._run_all(call, acts)
        except Rejected as refusal:
            return refusal
        finally:
            self._state.drop()
        return None

    def run_genesis(self, signed: bytes, acts: Sequence[Act]) -> None:
        """Execute the acts of the genesis document: nobody signs them, a refusal stops the start."""
        seed = hashlib.sha256(signed).digest()
        call = Call(self._state, self.time, self.height, seed, frozenset(), _never)
        self._state.put(CHAIN, self.machine.chain)
        for act in acts:
            self._rules[type(act)](call, act)
        result = Result(seed.hex()[:32], "accepted", self.height, 0)
        self._entries.append(Entry(result, signed, seed, self._state.accept()))

    def _run_all(self, call: Call, acts: Sequence[Act]) -> None:
        for act in acts[:-1]:
            if act.last:
                raise Rejected("kernel.not_last", f"{type_name(act)} must be the last act. Send the others apart.")
        for act in acts:
            self._run(call, act)

    def _run(self, call: Call, act: Act) -> None:
        authority.authorise(self._state, act, call.signed_by)
        pause = self._state.get_key(PAUSES, self.machine.pause_keys[type(act)])
        if pause is not None and pause.stands(self.time):
            again = f"Try again at {pause.until} (seconds since 1970)" if pause.until else "Look again later"
            raise Rejected(
                "kernel.paused", f"{type_name(act)} is paused. {again}, or once it is resumed.", pause.reason
            )
        rule = self._rules.get(type(act))
        if rule is None:
            raise Rejected("kernel.not_in_force", f"{type_name(act)} is not in force here now. See which acts are.")
        self._running = act
        rule(call, act)

    def _perform(self, call: Call, acts: bytes, signed_by: frozenset[str]) -> None:
        """Run the acts of a proposal in the name of those who approved it, with authority checked again."""
        approved = Call(self._state, self.time, self.height, call.handle().encode(), signed_by, _never)
        self._run_all(approved, self.machine.read_acts(acts, self.version))

    def _defect(self, payload: Payload[Any], index: int, error: Exception) -> Result:
        paused = type_name(self._running or payload.acts[0])
        self._state.put(PAUSES, Pause(self.height, "defect"), paused)
        # Which exception it was can differ from one version of Python or of a library to another: it stands in the
        # words for people, which no root covers. Its text might hold an address, and stands nowhere.
        return Result(
            payload.id,
            "defect",
            self.height,
            index,
            "kernel.defect",
            message=f"{paused} failed in a way that was not foreseen ({type(error).__name__[:64]}) and is paused. "
            "Nothing was changed.",
        )

    def seal(self) -> Sealed:
        """Close the block. Nothing of it is durable yet; executing more in it is an error."""
        records, changes = self._state.changes()
        return Sealed(self.height, self.time, self.version, self._opening, self._entries, records, changes)


def _never(call: Call, acts: bytes, signed_by: frozenset[str]) -> NoReturn:
    raise Rejected("kernel.nested", "A proposal can't hold a proposal. Propose its acts themselves.")
