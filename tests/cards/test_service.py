"""A person chooses a PIN and pays; whoever attacks the card, the pad or the database does not."""

import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from madang.base.cards.transactions import Block, NewPin, Present, ResetTries
from madang.base.parties.ledger import party_of_card
from madang.cards import CardService, Store, Vault
from madang.cards.service import MAX_NEW, PAD_TRIES, check_pin
from madang.cards.store import MAX_TRIES
from madang.kernel.errors import MadangError
from tests.base.cards.scene import DESK, FIRST, TAKEN, WITH_ALICE, Take
from tests.cards.scene import MASTER, PIN, WRONG, Scene
from tests.support.cast import ALICE, BAKERY

ROOT = Path(__file__).parents[2]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path / "cards")


def refused(code: str, call, *arguments, **named) -> MadangError:
    with pytest.raises(MadangError) as error:
        call(*arguments, **named)
    assert error.value.code == code
    return error.value


def test_card_and_pin_pay_at_a_till(scene: Scene):
    code = scene.present()
    scene.world.accept(Take(by="bakery", code=code, programme="coupon", amount=8_000), by=BAKERY)
    assert TAKEN[-1] == ALICE.party
    assert scene.service.name_of(scene.card.number) == scene.card.name
    scene.world.check()


def test_what_is_signed_is_one_act_that_shows_a_code(scene: Scene):
    code = scene.present()
    (signed,) = scene.ledger.submitted
    (act,) = scene.world.machine.read(signed).payload.acts
    assert isinstance(act, Present)
    assert act.by == party_of_card(scene.card.name)
    assert code.encode() not in signed
    assert PIN.encode() not in signed
    assert scene.card.number.encode() not in signed


def test_the_ledgers_limits_are_told_to_whoever_has_the_pin(scene: Scene):
    refused("cards.per_payment", scene.present, limit=10_001)


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "48026a", "４８０２６６", "480266\n", " 480266"])
def test_a_pin_has_six_digits(pin: str):
    refused("card.pin_form", check_pin, pin)


@pytest.mark.parametrize(
    "pin", ["000000", "123456", "654321", "890123", "121212", "123123", "770712", "010203", "000229", "991231"]
)
def test_pins_that_are_guessed_first_are_refused(pin: str):
    refused("card.pin_weak", check_pin, pin)


@pytest.mark.parametrize("pin", ["480266", "991331", "135790", "000230", "112233"])
def test_others_are_not(pin: str):
    check_pin(pin)


def test_a_pin_is_chosen_once_for_each_time_that_the_desk_allows_it(scene: Scene):
    refused("card.pin_not_allowed", scene.service.choose_pin, scene.card.number, WRONG, scene.ledger)
    scene.world.accept(NewPin(by="desk", card=scene.card.name), by=WITH_ALICE)
    scene.service.choose_pin(scene.card.number, WRONG, scene.ledger)
    refused("card.refused", scene.present)
    assert scene.present(WRONG)


def test_nobody_chooses_a_pin_for_a_blank_blocked_or_unknown_card(scene: Scene):
    (blank,) = scene.service.make(1)
    refused("card.pin_not_allowed", scene.service.choose_pin, blank.number, PIN, scene.ledger)
    scene.world.accept(NewPin(by="desk", card=scene.card.name), by=DESK)
    scene.world.accept(Block(by="desk", card=scene.card.name), by=FIRST)
    refused("card.pin_not_allowed", scene.service.choose_pin, scene.card.number, PIN, scene.ledger)
    for number in ("A" * 22, "", "x" * 500, "' OR 1=1 --"):
        refused("card.unknown", scene.service.choose_pin, number, PIN, scene.ledger)
        refused("card.unknown", scene.service.name_of, number)


def test_an_officer_who_resets_tries_learns_no_pin_and_sets_none(scene: Scene):
    for _ in range(MAX_TRIES):
        refused("card.refused", scene.present, WRONG)
    scene.world.accept(ResetTries(by="desk", card=scene.card.name), by=FIRST)
    refused("card.pin_not_allowed", scene.service.choose_pin, scene.card.number, WRONG, scene.ledger)
    assert scene.present()


def test_five_tries_then_the_right_pin_is_refused_too_until_a_desk_resets_them(scene: Scene):
    for _ in range(MAX_TRIES):
        refused("card.refused", scene.present, WRONG)
    for _ in range(3):
        refused("card.refused", scene.present)
    scene.world.accept(ResetTries(by="desk", card=scene.card.name), by=FIRST)
    for _ in range(MAX_TRIES):
        refused("card.refused", scene.present, WRONG)
    refused("card.refused", scene.present)


def test_a_right_pin_gives_all_tries_back(scene: Scene):
    for _ in range(2):
        for _ in range(MAX_TRIES - 1):
            refused("card.refused", scene.present, WRONG)
        assert scene.present()


def test_whatever_is_wrong_the_answer_is_the_same(scene: Scene):
    answers = [refused("card.refused", scene.present, WRONG), refused("card.refused", scene.present, number="B" * 22)]
    answers += [refused("card.refused", scene.present, pin) for pin in ("", "x" * 1_000, PIN + "0")]
    (blank,) = scene.service.make(1)
    answers.append(refused("card.refused", scene.present, number=blank.number))
    scene.world.accept(Block(by="desk", card=scene.card.name), by=FIRST)
    answers.append(refused("card.refused", scene.present))
    assert len({(one.code, one.message) for one in answers}) == 1


def test_the_same_work_is_done_whatever_is_wrong(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    done: list[int] = []
    true_hash = Vault.hash_pin

    def counted(vault: Vault, pin: str, salt: bytes) -> bytes:
        done.append(1)
        return true_hash(vault, pin, salt)

    monkeypatch.setattr(Vault, "hash_pin", counted)
    for _ in range(MAX_TRIES):
        refused("card.refused", scene.present, WRONG)
    refused("card.refused", scene.present)
    refused("card.refused", scene.present, number="B" * 22)
    assert len(done) == MAX_TRIES + 2


def test_guessing_across_cards_ends_at_the_pad(scene: Scene):
    """A thief of many card numbers tries one likely PIN on each: the pad stops, the cards keep their tries."""
    others = scene.service.make(PAD_TRIES)
    for one in others:
        refused("card.refused", scene.present, PIN, one.number, pad="a pad")
    refused("card.pad", scene.present, pad="a pad")
    assert scene.store.find(Vault(MASTER).digest(scene.card.number)).tries == 0
    assert scene.present(pad="another pad")
    scene.world.advance(3_601)
    assert scene.present(pad="a pad")


def test_right_pins_do_not_fill_a_pad(scene: Scene):
    for _ in range(PAD_TRIES + 1):
        assert scene.present(pad="a busy pad", limit=1)


CHILD = """
import os, signal, sys
from pathlib import Path
from madang.cards import CardService, Store, Vault
folder, number, pin = sys.argv[1:]
vault = Vault(bytes(range(32)))
true_check = Vault.is_pin
def killed(self, *rest):
    right = true_check(self, *rest)
    sys.stdout.write("right" if right else "wrong"); sys.stdout.flush()
    os.kill(os.getpid(), signal.SIGKILL)
Vault.is_pin = killed
CardService(Store(Path(folder), vault.mark), vault).present(number, pin, "coupon", 1, f"pad {os.getpid()}", None)
"""


def test_a_process_that_is_killed_between_counting_and_checking_has_used_its_try(scene: Scene):
    """Whoever pulls the plug once the answer is known, and before it is written, gets five tries all the same."""
    command = [sys.executable, "-c", CHILD, str(scene.folder), scene.card.number]
    for _ in range(MAX_TRIES):
        child = subprocess.run([*command, WRONG], capture_output=True, check=False, cwd=ROOT)
        assert (child.returncode, child.stdout) == (-signal.SIGKILL, b"wrong"), child.stderr
    refused("card.refused", scene.present)


def test_a_stolen_database_without_the_master_key_gives_nothing(scene: Scene, tmp_path: Path):
    scene.present()
    scene.store.close()
    stolen = tmp_path / "stolen"
    shutil.copytree(scene.folder, stolen)
    content = b"".join(path.read_bytes() for path in sorted(stolen.iterdir()))
    true = Vault(MASTER)
    row = Store(scene.folder, true.mark).find(true.digest(scene.card.number))
    scalar = true.open(row.name, row.sealed).key.private_numbers().private_value
    for secret in (scene.card.number.encode(), PIN.encode(), scalar.to_bytes(32, "big"), MASTER):
        assert secret not in content
    guessed = Vault(b"\xff" * 32)
    refused("card.other_master_key", Store, stolen, guessed.mark)
    # The thief passes over the mark, and knows a number and even the PIN.
    forged = Store(stolen, true.mark)
    service = CardService(forged, guessed, lambda: scene.world.time)
    refused("card.refused", service.present, scene.card.number, PIN, "coupon", 1, "pad", scene.ledger)
    refused("card.damaged", guessed.open, row.name, row.sealed)
    assert not guessed.is_pin(PIN, row.salt, row.pin)


def test_a_row_of_another_card_is_of_no_use(scene: Scene):
    """Whoever may write the database puts the own PIN and card beside the sealed key of another: the seal is bound."""
    mine = scene.issue(holder=None)
    scene.service.choose_pin(mine.number, WRONG, scene.ledger)
    digest = Vault(MASTER).digest
    theirs = scene.store.find(digest(scene.card.number))
    database = scene.store._database
    database.execute("UPDATE card SET sealed = ? WHERE number = ?", (theirs.sealed, digest(mine.number)))
    refused("card.damaged", scene.present, WRONG, mine.number)


def test_numbers_are_random_and_of_one_form(scene: Scene):
    made = scene.service.make(50)
    assert len({one.number for one in made}) == len({one.name for one in made}) == 50
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", one.number) for one in made)
    for count in (0, MAX_NEW + 1):
        refused("card.count", scene.service.make, count)
