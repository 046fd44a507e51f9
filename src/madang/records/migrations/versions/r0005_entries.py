"""What parties asked of the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def words(length: int) -> sa.String:
    """Text sorted by its bytes in both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    """Make its table."""
    op.create_table(
        "entry",
        sa.Column("position", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("party", words(43), nullable=False),
        sa.Column("act", words(64), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("height", sa.BigInteger, nullable=False),
        sa.Column("id", words(32), nullable=False),
        sa.Column("outcome", words(8), nullable=False),
        sa.Column("code", words(64), nullable=False),
        sa.PrimaryKeyConstraint("position", "number", name="pk_entry"),
    )
    op.create_index("ix_entry_party_position_number", "entry", ["party", "position", "number"])
    op.create_index("ix_entry_at_position", "entry", ["at", "position"])
