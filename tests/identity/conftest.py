"""Proofs are made where the library is published for; elsewhere each test of them is named as not run."""

import pytest

from madang.identity.zk.running import ensure_available
from madang.kernel.errors import MadangError


@pytest.fixture(scope="session")
def longfellow() -> None:
    """That proofs can be made here."""
    try:
        ensure_available()
    except MadangError as error:
        pytest.skip(error.message)
