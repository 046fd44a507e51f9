"""What a person takes along: everything, and a document that says what it is."""

import io
import json
import zipfile

from madang.records.vault import Kept, Logged
from madang.web.wallet.handedin import Remains
from madang.web.wallet.takeout import write_takeout
from tests.browser.papers import PDF

PERSON = "-" + "p" * 21
EVIDENCE = Kept("item-1", "evidence", 10, 20, 0, len(PDF))
CONTACT = Kept("item-2", "contact", 11, 0, 1, 2)


def test_everything_is_in_it_and_said_to_be():
    looked = Logged(12, "desk-1", "appeal", "read", PERSON, "item-1")
    remains = Remains("ab" * 32, "appeal", "n" * 22, 9)
    people = [(PERSON, [(EVIDENCE, PDF), (CONTACT, b"{}")], [looked], [remains])]
    with zipfile.ZipFile(io.BytesIO(write_takeout("town", 30, ("desk",), people))) as taken:
        said = json.loads(taken.read("data.json"))
        contents = {name: taken.read(name) for name in taken.namelist() if name != "data.json"}
    (person,) = said.pop("people")
    assert said == {"form": "madang.takeout.1", "chain": "town", "made_at": 30, "kept_by": ["desk"]}
    assert contents == {f"{PERSON}/evidence-item-1.pdf": PDF, f"{PERSON}/contact-item-2.json": b"{}"}
    assert {one["file"] for one in person["items"]} == set(contents)
    assert person["accesses"][0]["officer"] == "desk-1"
    assert person["on_the_ledger"] == [{"digest": "ab" * 32, "where": "appeal", "number": "n" * 22, "at": 9}]
