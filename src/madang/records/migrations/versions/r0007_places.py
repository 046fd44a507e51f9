"""Where in the log a notice's transaction stands, and what shops hold for deliveries.

Notices that were made before say -1 until they are made again, which the next following does.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def words(length: int) -> sa.String:
    """Text sorted by its bytes in both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    """Add the column, and make the table."""
    op.add_column("notice", sa.Column("position", sa.BigInteger, nullable=False, server_default="-1"))
    op.create_table(
        "held_part",
        sa.Column("programme", words(48), nullable=False),
        sa.Column("part", words(96), nullable=False),
        sa.Column("merchant", words(43), nullable=False),
        sa.Column("payment", words(48), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("held", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("programme", "part", name="pk_held_part"),
    )
    op.create_index("ix_held_part_merchant_at", "held_part", ["merchant", "at"])
