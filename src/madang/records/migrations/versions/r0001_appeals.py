"""Projections, and the list of appeals."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def words(length: int) -> sa.String:
    """Text sorted by its bytes in both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "projection",
        sa.Column("name", words(48), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("chain", words(32), nullable=False),
        sa.Column("height", sa.BigInteger, nullable=False),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_projection"),
    )
    op.create_table(
        "appeal",
        sa.Column("number", words(22), nullable=False),
        sa.Column("programme", words(48), nullable=False),
        sa.Column("appellant", words(43), nullable=False),
        sa.Column("matter", words(24), nullable=False),
        sa.Column("ground", words(24), nullable=False),
        sa.Column("office", words(43), nullable=False),
        sa.Column("channel", words(16), nullable=False),
        sa.Column("status", words(16), nullable=False),
        sa.Column("handler", words(43), nullable=False),
        sa.Column("outcome", words(16), nullable=False),
        sa.Column("follows", words(64), nullable=False),
        sa.Column("evidence", sa.Integer, nullable=False),
        sa.Column("lodged_at", sa.BigInteger, nullable=False),
        sa.Column("deadline", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_appeal"),
    )
    listed = [
        "office",
        "deadline",
        "number",
        "status",
        "programme",
        "matter",
        "ground",
        "outcome",
        "handler",
        "lodged_at",
    ]
    op.create_index("ix_appeal_list", "appeal", listed)
    op.create_index("ix_appeal_appellant", "appeal", ["appellant"])
    op.create_index("ix_appeal_follows", "appeal", ["follows"])
