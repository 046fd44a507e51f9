"""Where a server gets status lists from: its own folder, the web, and this machine only while it is tried out."""

import time
from pathlib import Path

import pytest

from madang.identity.catalogue.types import Words
from madang.identity.institution import Description, Institution, make_institution, open_institution
from madang.kernel.errors import MadangError
from madang.web.institutions import lists_of
from tests.identity.test_fetching import answering, ok

PASSPHRASE = "of a test, twelve"
ACCEPT = "application/statuslist+jwt"


def institutions(folder: Path, *origins: str) -> dict[str, Institution]:
    found = {}
    for number, origin in enumerate(origins):
        name, description = f"office-{number}", Description(f"office-{number}", Words("기관", "Office"), origin)
        make_institution(folder, name, description, PASSPHRASE, int(time.time()) - 60)
        found[name] = open_institution(folder, name, PASSPHRASE)
    return found


def test_a_server_asks_for_its_own_lists_nowhere_but_in_its_folder(tmp_path):
    served = institutions(tmp_path, "https://office.example")
    published = tmp_path / "office-0" / "status" / "published"
    published.mkdir(parents=True)
    (published / "1.jwt").write_bytes(b"a.b.c")
    get = lists_of(served, tmp_path)
    assert get("https://office.example/identity/office-0/status/1", ACCEPT) == b"a.b.c"
    for name in ("2", "../1", ".1", ""):
        with pytest.raises(MadangError) as error:
            get(f"https://office.example/identity/office-0/status/{name}", ACCEPT)
        assert error.value.code in ("status.unavailable", "fetch.unavailable")


def test_a_server_that_is_tried_out_on_this_machine_asks_others_on_it(tmp_path):
    get = lists_of(institutions(tmp_path, "http://localhost:8000", "http://127.0.0.1:8000"), tmp_path)
    with answering(ok(b"a.b.c")) as (uri, _):
        assert get(uri, ACCEPT) == b"a.b.c"


@pytest.mark.parametrize("origins", [("https://office.example",), ("http://localhost:1", "https://office.example"), ()])
def test_any_other_server_asks_nobody_on_its_own_machine(tmp_path, origins):
    get = lists_of(institutions(tmp_path, *origins), tmp_path)
    with pytest.raises(MadangError) as error:
        get("http://127.0.0.1:9/status/1", ACCEPT)
    assert error.value.code == "fetch.unavailable"
    assert "public" in error.value.message
