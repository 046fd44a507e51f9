"""An index by which an institution reads what its officers did with people's data."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_vault_access_officer_access", "vault_access", ["officer", "access"])
