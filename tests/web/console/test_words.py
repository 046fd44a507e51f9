"""The area's words: what officers sign is never shown under a name of the code alone."""

from pathlib import Path

import msgspec

from madang.app import MODULES
from madang.kernel.transaction import type_name
from madang.web import console
from madang.web.site.words import Words

WORDS = Words({"console": Path(console.__file__).parent / "words.yaml"})
QUORUM = [act for module in MODULES for act in module.rules if act.quorum is True]


def test_every_act_that_officers_agree_on_has_words():
    assert [type_name(act) for act in QUORUM if f"console.acts.{type_name(act)}" not in WORDS] == []


def test_every_field_of_such_an_act_has_words():
    fields = {field.name for act in QUORUM for field in msgspec.structs.fields(act)} - {"by"}
    assert sorted(name for name in fields if f"console.fields.{name}" not in WORDS) == []


def test_refusals_are_of_codes_that_there_are():
    codes = {f"{module.name}.{code}" for module in MODULES for code in module.refusals}
    named = [key.removeprefix("console.refusals.") for key in WORDS.keys() if key.startswith("console.refusals.")]  # noqa: SIM118
    ours = [code for code in named if not code.startswith(("authority.", "kernel.", "site.", "console."))]
    assert [code for code in ours if code not in codes] == []
