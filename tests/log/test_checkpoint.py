"""Checkpoints and cosignatures: one spelling, the specification's bytes, and a policy that cannot be met twice by one
key.
"""

from __future__ import annotations

import pytest

from madang.log.checkpoint import (
    Checkpoint,
    Cosigner,
    attach,
    cosign,
    open_checkpoint,
    require,
    sign_checkpoint,
    verify_cosignature,
)
from madang.log.errors import LogError
from madang.log.note import COSIGNATURE, NOTE_SIGNATURE, Note, Signature, SignerKey, VerifierKey, parse_note, sign_note
from madang.log.tree import EMPTY_ROOT
from tests.log.reference import LOG_KEY, WITNESSES, cosigned

CHECKPOINT = Checkpoint(LOG_KEY.name, 20_852_163, b"r" * 32)
KEYS = [witness.verifier() for witness in WITNESSES]


def code_of(call, *arguments, **named) -> str:
    with pytest.raises(LogError) as caught:
        call(*arguments, **named)
    return caught.value.code


def test_the_text_of_the_specification():
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    checkpoint = Checkpoint.parse(text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert checkpoint.text() == text
    extended = Checkpoint.parse(text + "extension one\nextension two\n")
    assert extended.extensions == ("extension one", "extension two")
    assert extended.text() == text + "extension one\nextension two\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o\n1\n",
        "o\n1\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=",
        "\n1\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=\n",
        "o\n01\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=\n",
        "o\n-1\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=\n",
        "o\n+1\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=\n",
        "o\n1_0\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=\n",
        "o\n\u0661\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=\n",
        "o\n9223372036854775808\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=\n",
        "o\n99999999999999999999\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=\n",
        "o\n0\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=\n",
        "o\n1\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnJ=\n",
        "o\n1\ncnJy\n",
        "o\n1\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=\n\n",
        "o\n1\ncnJycnJycnJycnJycnJycnJycnJycnJycnJycnJycnI=\nx\n\ny\n",
    ],
)
def test_other_texts_are_refused(text: str):
    assert code_of(Checkpoint.parse, text) == "log.checkpoint.malformed"


def test_a_checkpoint_that_could_not_be_read_is_not_made():
    for arguments in (
        ("", 1, bytes(32)),
        ("a\nb", 1, bytes(32)),
        ("o", -1, bytes(32)),
        ("o", 1, b""),
        ("o", 0, bytes(32)),
    ):
        assert code_of(Checkpoint, *arguments) == "log.checkpoint.malformed"
    assert Checkpoint.parse(Checkpoint("o", 0, EMPTY_ROOT).text()).size == 0


def test_sign_and_open():
    note = sign_checkpoint(CHECKPOINT, LOG_KEY)
    assert open_checkpoint(note, LOG_KEY.verifier()) == CHECKPOINT
    assert code_of(open_checkpoint, note, KEYS[0]) == "log.key.algorithm"
    assert code_of(open_checkpoint, note, LOG_KEY.verifier(), "other.example") == "log.checkpoint.origin"
    stranger = SignerKey(LOG_KEY.name, NOTE_SIGNATURE, b"s" * 32)
    assert code_of(open_checkpoint, note, stranger.verifier()) == "log.signature.missing"
    assert (
        code_of(open_checkpoint, sign_note("no checkpoint\n", LOG_KEY), LOG_KEY.verifier())
        == "log.checkpoint.malformed"
    )


def test_what_a_witness_signs_is_what_the_specification_says():
    note = sign_checkpoint(CHECKPOINT, LOG_KEY)
    line = cosign(note, WITNESSES[0], 1_679_315_147).decode()
    (signature,) = parse_note(f"x\n\n{line}".encode()).signatures
    assert signature.key_id == KEYS[0].key_id
    assert signature.data[:8] == (1_679_315_147).to_bytes(8, "big")
    assert len(signature.data) == 72
    message = (
        "cosignature/v1\ntime 1679315147\nledger.madang.example\n20852163\n" + CHECKPOINT.text().split("\n")[2] + "\n"
    )
    KEYS[0].verify(message.encode(), signature.data[8:])


def test_cosignatures_round_trip():
    note = cosigned(CHECKPOINT, WITNESSES)
    opened = require(LOG_KEY.verifier(), KEYS, 4).open(note)
    assert opened.checkpoint == CHECKPOINT
    assert opened.cosigners == tuple(Cosigner(key.name, 1_800_000_000 + n) for n, key in enumerate(KEYS))
    assert open_checkpoint(note, LOG_KEY.verifier()) == CHECKPOINT


def test_the_threshold():
    log = LOG_KEY.verifier()
    two = cosigned(CHECKPOINT, WITNESSES[:2])
    assert [cosigner.name for cosigner in require(log, KEYS, 2).open(two).cosigners] == [KEYS[0].name, KEYS[1].name]
    assert code_of(require(log, KEYS, 3).open, two) == "log.signature.threshold"
    assert code_of(require(log, KEYS[2:], 1).open, two) == "log.signature.threshold"
    assert require(log, [], 0).open(two).cosigners == ()


def test_witnesses_do_not_replace_the_log():
    note = parse_note(cosigned(CHECKPOINT, WITNESSES))
    without_log = Note(note.text, note.signatures[1:]).encode()
    assert code_of(require(LOG_KEY.verifier(), KEYS, 1).open, without_log) == "log.signature.missing"


def test_a_wrong_cosignature_of_a_trusted_witness_spoils_the_note():
    note = parse_note(cosigned(CHECKPOINT, WITNESSES))
    for at in range(72):
        last = note.signatures[-1]
        data = last.data[:at] + bytes([last.data[at] ^ 1]) + last.data[at + 1 :]
        spoiled = Note(note.text, (*note.signatures[:-1], Signature(last.name, last.key_id, data))).encode()
        assert code_of(require(LOG_KEY.verifier(), KEYS, 1).open, spoiled) == "log.signature.wrong"
        assert len(require(LOG_KEY.verifier(), KEYS[:3], 3).open(spoiled).cosigners) == 3


def test_cosignatures_that_are_too_short_or_too_late():
    note = parse_note(sign_checkpoint(CHECKPOINT, LOG_KEY))
    for data in (b"1", b"\0" * 8, b"\0" * 71, b"\0" * 73):
        short = Note(note.text, (*note.signatures, Signature(KEYS[0].name, KEYS[0].key_id, data)))
        assert code_of(verify_cosignature, short, KEYS[0]) == "log.signature.wrong"
    late = 2**63
    signed = WITNESSES[0].sign(f"cosignature/v1\ntime {late}\n{note.text}".encode())
    signature = Signature(KEYS[0].name, KEYS[0].key_id, late.to_bytes(8, "big") + signed)
    assert code_of(verify_cosignature, Note(note.text, (signature,)), KEYS[0]) == "log.signature.wrong"
    assert code_of(cosign, note.encode(), WITNESSES[0], late) == "log.cosignature.time"
    assert code_of(cosign, note.encode(), LOG_KEY, 1) == "log.key.algorithm"


def test_the_latest_of_several_cosignatures_counts():
    note = sign_checkpoint(CHECKPOINT, LOG_KEY)
    for times in ((5, 9, 7), (9, 5)):
        several = note + b"".join(cosign(note, WITNESSES[0], time) for time in times)
        opened = require(LOG_KEY.verifier(), KEYS, 1).open(several)
        assert opened.cosigners == (Cosigner(KEYS[0].name, 9),)
        assert code_of(require(LOG_KEY.verifier(), KEYS, 2).open, several) == "log.signature.threshold"


def test_a_cosignature_is_of_one_checkpoint():
    other = Checkpoint(LOG_KEY.name, CHECKPOINT.size + 1, CHECKPOINT.root)
    line = cosign(sign_checkpoint(other, LOG_KEY), WITNESSES[0], 1)
    note = sign_checkpoint(CHECKPOINT, LOG_KEY)
    assert code_of(attach, note, line, KEYS[0]) == "log.signature.wrong"
    assert code_of(require(LOG_KEY.verifier(), KEYS, 1).open, note + line) == "log.signature.wrong"


def test_attach_takes_only_the_cosignature_that_was_asked_for():
    note = sign_checkpoint(CHECKPOINT, LOG_KEY)
    first, second = cosign(note, WITNESSES[0], 1), cosign(note, WITNESSES[1], 2)
    both = attach(note, second + first, KEYS[0])
    assert both == note + first
    later = attach(both, cosign(note, WITNESSES[0], 3), KEYS[0])
    assert require(LOG_KEY.verifier(), KEYS, 1).open(later).cosigners == (Cosigner(KEYS[0].name, 3),)
    assert code_of(attach, note, second, KEYS[0]) == "log.signature.missing"
    assert code_of(attach, note, b"", KEYS[0]) == "log.note.malformed"
    assert code_of(attach, note, b"\xff\n", KEYS[0]) == "log.note.malformed"


def test_policies_that_count_one_key_twice_are_refused():
    log = LOG_KEY.verifier()
    renamed = VerifierKey("renamed.example", COSIGNATURE, KEYS[0].public)
    itself = VerifierKey("itself.example", COSIGNATURE, log.public)
    namesake = SignerKey(KEYS[0].name, COSIGNATURE, b"n" * 32).verifier()
    for witnesses in ([KEYS[0], KEYS[0]], [KEYS[0], renamed], [itself], [KEYS[0], namesake]):
        assert code_of(require, log, witnesses, 1) == "log.policy.keys"
    assert code_of(require, log, KEYS, 5) == "log.policy.threshold"
    assert code_of(require, log, KEYS, -1) == "log.policy.threshold"
    assert code_of(require, KEYS[0], [], 0) == "log.key.algorithm"
    assert code_of(require, log, [log], 1) == "log.key.algorithm"
