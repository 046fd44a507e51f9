"""Four validators, founded as the runbook says, and the shell in which it is followed."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from madang.engine.genesis import Genesis, write_genesis
from tests.docs.pages import ROOT
from tests.operations.runbook import DAMAGE, FOUNDING, LIMIT_FILES, PAY, Shell, sections
from tests.support import cast
from tests.support.signing import ORIGIN, SITE
from tests.web.serving import CHAIN


@contextmanager
def founded(interval: int, delay: int) -> Iterator[Shell]:
    """A shell beside four running validators, whose ledger has a snapshot every so many blocks."""
    # A socket's name is short, and a folder of pytest's is not always.
    with tempfile.TemporaryDirectory(prefix="madang-") as name:
        folder = Path(name)
        acts = [*cast.genesis(), *cast.residents(), *cast.funds()]
        document = write_genesis(CHAIN, int(time.time()) - 60, SITE, [ORIGIN], acts)
        content = msgspec.json.decode(document, type=Genesis)
        content = msgspec.structs.replace(content, snapshot_interval=interval, snapshot_delay=delay)
        (folder / "base.json").write_bytes(msgspec.json.encode(content))
        (folder / "limit_files.py").write_text(LIMIT_FILES)
        (folder / "damage.py").write_text(DAMAGE)
        (folder / "pay.py").write_text(PAY.format(root=str(ROOT)))
        shell = Shell(folder)
        try:
            shell.follow(sections()[FOUNDING])
            yield shell
        finally:
            shell.close()


@pytest.fixture(scope="session")
def shell(needs) -> Iterator[Shell]:
    """A shell beside four running validators."""
    needs("cometbft")
    with founded(10_000, 1_000) as started:
        yield started
