"""Consensus as CometBFT's validators run it, for a simulated network: Buchman, Kwon and Milosevic (2018), algorithm 1.

One `Consensus` is one validator's part, all heights after one another. It is told messages and time-outs, and tells its
host what to send and what was decided; of the ledger it knows only what ABCI tells a consensus engine. Everything it
keeps is taken to be on disk: CometBFT writes its own log and last vote before it sends.
"""

import hashlib
from typing import Any, Literal, Protocol

import msgspec

Step = Literal["commit", "propose", "prevote", "precommit"]
TIMEOUTS = {"propose": 3.0, "prevote": 1.0, "precommit": 1.0}
"""Seconds in round 0; half a second more each round."""
PAUSE = 0.4
"""Seconds between a block and the next proposal, for transactions to come together."""


class Vote(msgspec.Struct, frozen=True):
    """A prevote or precommit of `voter`; `block` is empty for nil, `time` the voter's clock in seconds."""

    kind: Literal["prevote", "precommit"]
    voter: int
    height: int
    round: int
    block: bytes
    time: int


class Block(msgspec.Struct, frozen=True):
    """What is proposed: bundles, the root after the block before, and the votes that committed that one."""

    height: int
    proposer: int
    app_hash: bytes
    bundles: tuple[bytes, ...]
    last_commit: tuple[Vote, ...]

    @property
    def id(self) -> bytes:
        """What votes are for."""
        return hashlib.sha256(msgspec.msgpack.encode(self)).digest()


class Proposal(msgspec.Struct, frozen=True):
    """A block in a round; `valid_round` is the round in which it had its prevotes before, or -1."""

    height: int
    round: int
    proposer: int
    valid_round: int
    block: Block


Message = Proposal | Vote


class Decided(msgspec.Struct, frozen=True):
    """A decided block, and precommits for it. Which ones count is said in the next block."""

    block: Block
    commit: tuple[Vote, ...]


class Host(Protocol):
    """What surrounds a validator: its network, its clock, its application."""

    def broadcast(self, message: Message) -> None:
        """Send to all others."""

    def timer(self, seconds: float, height: int, round_: int, step: Step) -> None:
        """Call `timed_out` with these later."""

    def now(self) -> int:
        """This validator's clock, in seconds."""

    def propose(self, height: int, time: int) -> tuple[bytes, ...]:
        """The bundles of a new block."""

    def accepts(self, block: Block, time: int) -> bool:
        """Whether the application would have this block."""

    def decided(self, block: Block, time: int) -> bytes:
        """Run and commit a block; the root after it."""


class Consensus:
    """One validator of `count`, of which fewer than a third may lie."""

    def __init__(self, me: int, count: int, genesis: int, root: bytes, host: Host) -> None:
        self.me, self.count, self.genesis = me, count, genesis
        self.host = host
        self.chain: list[Decided] = []
        self.app_hash = root
        self._new_height()

    @property
    def height(self) -> int:
        """The height that is being decided."""
        return len(self.chain) + 1

    def time_of(self, last_commit: tuple[Vote, ...]) -> int:
        """The time of a block: the median of what the voters of the one before said (all have equal power)."""
        times = sorted(one.time for one in last_commit)
        return times[len(times) // 2] if times else self.genesis

    def proposer(self, round_: int) -> int:
        """Whose turn it is."""
        return (self.height + round_) % self.count

    def _new_height(self) -> None:
        self.round = 0
        self.step: Step = "commit"
        self.locked: Block | None = None
        self.locked_round = -1
        self.valid: Block | None = None
        self.valid_round = -1
        self.proposals: dict[int, Proposal] = {}
        self.votes: dict[tuple[str, int, int, bytes], Vote] = {}
        self._judged: dict[bytes, bool] = {}
        self._waiting: set[tuple[int, Step]] = set()

    # ------------------------------------------------------------------------------------------------------ driving

    def start(self) -> None:
        """Begin, or go on where it was: timers do not survive."""
        self._waiting.clear()
        if self.step in ("commit", "propose"):
            self._start_round(self.round)
        self._wait(self.step)
        self._progress()

    def tell(self, message: Message) -> None:
        """A message arrived, perhaps for the third time."""
        if message.height != self.height:
            return
        if isinstance(message, Proposal):
            if message.proposer == self.proposer(message.round):
                self.proposals.setdefault(message.round, message)
        else:
            self._count(message)
        self._progress()

    def timed_out(self, height: int, round_: int, step: Step) -> None:
        """A timer rang."""
        if (height, round_) != (self.height, self.round):
            return
        if step == "commit" and self.step == "commit":
            self._start_round(0)
        elif step == "propose" and self.step == "propose":
            self._vote("prevote", b"")
        elif step == "prevote" and self.step == "prevote":
            self._vote("precommit", b"")
        elif step == "precommit":
            self._start_round(self.round + 1)
        self._progress()

    def catch_up(self, found: Decided) -> None:
        """A block that others decided, with its commit."""
        if found.block.height == self.height and self._is_commit(found):
            self._decide(found)

    def known(self) -> list[Message]:
        """All it knows of this height, for those who missed it."""
        return [*self.proposals.values(), *self.votes.values()]

    def _is_commit(self, found: Decided) -> bool:
        voters = {one.voter for one in found.commit if one.kind == "precommit" and one.block == found.block.id}
        return 3 * len(voters) > 2 * self.count

    # -------------------------------------------------------------------------------------------------- the algorithm

    def _start_round(self, round_: int) -> None:
        self.round, self.step = round_, "propose"
        if self.proposer(round_) == self.me and round_ not in self.proposals:
            block = self.valid or self._new_block()
            self._send(Proposal(self.height, round_, self.me, self.valid_round, block))
        self._wait("propose")

    def _new_block(self) -> Block:
        last = self.chain[-1].commit if self.chain else ()
        return Block(self.height, self.me, self.app_hash, self.host.propose(self.height, self.time_of(last)), last)

    def _progress(self) -> None:
        while self._advance():
            pass

    def _advance(self) -> bool:
        """One rule of the algorithm, if any applies."""
        later = {one.round for one in self.votes.values() if one.round > self.round}
        for round_ in sorted(later, reverse=True):
            if 3 * len({one.voter for one in self.votes.values() if one.round == round_}) > self.count:
                self._start_round(round_)
                return True
        for round_, proposal in sorted(self.proposals.items()):
            commit = self._for("precommit", round_, proposal.block.id)
            if self._quorum(commit) and self._is_valid(proposal.block):
                self._decide(Decided(proposal.block, tuple(commit)))
                return True
        return self._advance_step(self.proposals.get(self.round))

    def _advance_step(self, proposal: Proposal | None) -> bool:
        if self.step in ("commit", "propose") and proposal is not None:
            block, seen = proposal.block, proposal.valid_round
            if seen == -1 or (seen < self.round and self._quorum(self._for("prevote", seen, block.id))):
                free = self.locked_round <= seen or (self.locked is not None and self.locked.id == block.id)
                self._vote("prevote", block.id if free and self._is_valid(block) else b"")
                return True
        if self.step in ("prevote", "precommit") and proposal is not None and self.valid_round < self.round:
            block = proposal.block
            if self._quorum(self._for("prevote", self.round, block.id)) and self._is_valid(block):
                self.valid, self.valid_round = block, self.round
                if self.step == "prevote":
                    self.locked, self.locked_round = block, self.round
                    self._vote("precommit", block.id)
                return True
        if self.step == "prevote" and self._quorum(self._for("prevote", self.round, b"")):
            self._vote("precommit", b"")
            return True
        if self.step == "prevote" and self._quorum(self._all("prevote")):
            self._wait("prevote")
        if self._quorum(self._all("precommit")):
            self._wait("precommit")
        return False

    def _decide(self, found: Decided) -> None:
        # The block is on disk before the application runs it: after a crash the host runs it again.
        self.chain.append(found)
        self._new_height()
        self.app_hash = self.host.decided(found.block, self.time_of(found.block.last_commit))
        self.host.timer(PAUSE, self.height, 0, "commit")

    def _is_valid(self, block: Block) -> bool:
        """The header by itself, then the application; asked once a block, as CometBFT does in a round."""
        if block.id not in self._judged:
            last = self.chain[-1].block.id if self.chain else b""
            commits = {one.voter for one in block.last_commit if one.kind == "precommit" and one.block == last}
            header = block.app_hash == self.app_hash and block.height == self.height
            committed = not self.chain or 3 * len(commits) > 2 * self.count
            self._judged[block.id] = header and committed and self.host.accepts(block, self.time_of(block.last_commit))
        return self._judged[block.id]

    # ------------------------------------------------------------------------------------------------------- votes

    def _vote(self, kind: Literal["prevote", "precommit"], block: bytes) -> None:
        self.step = kind
        if not any(one.voter == self.me for one in self._all(kind)):
            proposal = self.proposals.get(self.round)
            # A vote is never before the block it is for, so that time does not run backwards.
            time = max(self.host.now(), self.time_of(proposal.block.last_commit) if proposal else 0)
            self._send(Vote(kind, self.me, self.height, self.round, block, time))
        self._waiting.discard((self.round, kind))

    def _send(self, message: Message) -> None:
        if isinstance(message, Proposal):
            self.proposals.setdefault(message.round, message)
        else:
            self._count(message)
        self.host.broadcast(message)

    def _count(self, vote: Vote) -> None:
        # Who votes twice counts for both: if others saw a majority for one of them, everybody must be able to see it.
        self.votes.setdefault((vote.kind, vote.round, vote.voter, vote.block), vote)

    def _all(self, kind: str) -> list[Vote]:
        return [one for one in self.votes.values() if one.kind == kind and one.round == self.round]

    def _for(self, kind: str, round_: int, block: bytes) -> list[Vote]:
        return [one for one in self.votes.values() if one.kind == kind and one.round == round_ and one.block == block]

    def _quorum(self, votes: list[Vote]) -> bool:
        return 3 * len({one.voter for one in votes}) > 2 * self.count

    def _wait(self, step: Step) -> None:
        if (self.round, step) not in self._waiting:
            self._waiting.add((self.round, step))
            self.host.timer(TIMEOUTS.get(step, PAUSE) + 0.5 * self.round, self.height, self.round, step)


def equivocate(message: Proposal, other: tuple[bytes, ...]) -> Proposal:
    """The same proposal with another block in it: what a liar shows to some."""
    block = msgspec.structs.replace(message.block, bundles=other)
    return msgspec.structs.replace(message, block=block)


def votes_for(voter: int, height: int, round_: int, block: bytes, time: int) -> list[Any]:
    """Both votes for a block, whatever else was voted for."""
    kinds: tuple[Literal["prevote", "precommit"], ...] = ("prevote", "precommit")
    return [Vote(kind, voter, height, round_, block, time) for kind in kinds]
