"""Both databases."""

from tests.records.conftest import address, database

__all__ = ["address", "database"]
