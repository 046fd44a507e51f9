"""What every test may use: components of the machine and a private PostgreSQL."""

from __future__ import annotations

from tests.components import needs, pytest_terminal_summary
from tests.postgresql import postgresql

__all__ = ["needs", "postgresql", "pytest_terminal_summary"]
