"""Four validators, founded as the runbook says, and the shell in which it is followed."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from madang.engine.genesis import write_genesis
from tests.docs.pages import ROOT
from tests.operations.runbook import DAMAGE, FOUNDING, LIMIT_FILES, PAY, Shell, sections
from tests.support import cast
from tests.support.signing import ORIGIN, SITE
from tests.web.serving import CHAIN


@pytest.fixture(scope="session")
def shell(needs) -> Iterator[Shell]:
    """A shell beside four running validators."""
    needs("cometbft")
    # A socket's name is short, and a folder of pytest's is not always.
    with tempfile.TemporaryDirectory(prefix="madang-") as name:
        folder = Path(name)
        acts = [*cast.genesis(), *cast.residents(), *cast.funds()]
        (folder / "base.json").write_bytes(write_genesis(CHAIN, int(time.time()) - 60, SITE, [ORIGIN], acts))
        (folder / "limit_files.py").write_text(LIMIT_FILES)
        (folder / "damage.py").write_text(DAMAGE)
        (folder / "pay.py").write_text(PAY.format(root=str(ROOT)))
        started = Shell(folder)
        try:
            started.follow(sections()[FOUNDING])
            yield started
        finally:
            started.close()
