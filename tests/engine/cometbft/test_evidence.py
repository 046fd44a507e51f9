"""What CometBFT caught becomes a report that the ledger's own rule accepts."""

import copy
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from madang.base.validators.ed25519 import verify
from madang.base.validators.transactions import ReportEquivocation
from madang.base.validators.votes import sign_bytes
from madang.cli.root import app
from madang.engine.cometbft import evidence
from madang.engine.cometbft.evidence import NOTHING, find_reports, report
from madang.engine.cometbft.rpc import Rpc
from madang.kernel.codec import from_base64url
from madang.kernel.errors import MadangError
from tests.engine.cometbft.conftest import running
from tests.engine.toy import genesis, sign

VECTOR = json.loads((Path(__file__).parent / "vectors" / "equivocation.json").read_bytes())
KEYS = {one["address"]: one["pub_key"]["value"] for one in VECTOR["validators"]}


def test_both_votes_are_what_the_validator_signed():
    found = report(VECTOR["evidence"], KEYS)
    act = msgspec.convert({"type": "validators.report_equivocation", "by": "anybody", **found}, ReportEquivocation)
    assert (act.vote, act.height, act.round) == ("prevote", 6, 0)
    key = from_base64url(act.consensus_key, "the key")
    for vote in (act.first, act.second):
        message = sign_bytes(VECTOR["chain"], act.vote, act.height, act.round, vote)
        assert verify(key, message, from_base64url(vote.signature, "the signature"))
    assert act.first.block != act.second.block


def test_a_vote_for_no_block_has_none():
    changed = copy.deepcopy(VECTOR["evidence"])
    changed["vote_b"]["block_id"] = {"hash": "", "parts": {"total": 0, "hash": ""}}
    changed["vote_b"]["timestamp"] = "2026-11-22T07:21:24Z"
    second = report(changed, KEYS)["second"]
    assert "block" not in second
    assert second["nanoseconds"] == 0


class Answers:
    """An RPC that has 45 blocks, of which block 8 holds the evidence and block 30 an attack on light clients."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def call(self, method: str, **parameters: Any) -> Any:
        self.asked.append(method)
        if method == "status":
            return {"sync_info": {"latest_block_height": "45", "earliest_block_height": "3"}}
        if method == "blockchain":
            heights = range(int(parameters["minHeight"]), int(parameters["maxHeight"]) + 1)
            full = {8: "AB" * 32, 30: "CD" * 32}
            return {
                "block_metas": [
                    {"header": {"height": str(one), "evidence_hash": full.get(one, NOTHING)}} for one in heights
                ]
            }
        if method == "block":
            kind = evidence.DUPLICATE_VOTE if parameters["height"] == "8" else "tendermint/LightClientAttackEvidence"
            return {"block": {"evidence": {"evidence": [{"type": kind, "value": VECTOR["evidence"]}]}}}
        return {"validators": VECTOR["validators"]}


def test_only_blocks_with_evidence_are_read():
    rpc: Any = Answers()
    assert find_reports(rpc, 0) == [report(VECTOR["evidence"], KEYS)]
    assert rpc.asked.count("block") == 2
    assert rpc.asked.count("blockchain") == 3
    assert find_reports(rpc, 9) == []


def test_an_answer_of_another_form_is_told():
    rpc: Any = Answers()
    rpc.call = lambda method, **parameters: {}
    with pytest.raises(MadangError) as caught:
        find_reports(rpc, 0)
    assert caught.value.code == "cometbft.answer"


def test_a_real_chain_of_honest_validators_has_none(needs, tmp_path):
    with running(needs("cometbft"), "toy", genesis()) as cluster:
        cluster.submit(0, sign(1))
        member = cluster.members[0]
        rpc = Rpc(*member.rpc)
        assert find_reports(rpc, 0) == []
        rpc.close()
        done = CliRunner().invoke(app, ["node", "evidence", str(member.folder), "--output", str(tmp_path), "--json"])
        assert (done.exit_code, json.loads(done.stdout)) == (0, {"reports": []})
