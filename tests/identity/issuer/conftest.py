"""An office that issues."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.identity.issuer.scene import Phone, Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """The office."""
    made = Scene(tmp_path)
    yield made
    made.close()


@pytest.fixture
def phone(scene: Scene) -> Phone:
    """A wallet that its provider vouches for."""
    return Phone(scene)


@pytest.fixture
def plain(scene: Scene) -> Phone:
    """A wallet that nobody vouches for."""
    return Phone(scene, attested=False)
