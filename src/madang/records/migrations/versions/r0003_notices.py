"""Notices, and what is sent of them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def words(length: int) -> sa.String:
    """Text sorted by its bytes in both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    """Make their tables."""
    op.create_table(
        "notice",
        sa.Column("key", words(64), nullable=False),
        sa.Column("recipient", words(43), nullable=False),
        sa.Column("kind", words(24), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("programme", words(48), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("number", words(4), nullable=False),
        sa.Column("day", sa.BigInteger, nullable=False),
        sa.Column("detail", words(32), nullable=False),
        sa.Column("planned", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_notice"),
    )
    op.create_index("ix_notice_recipient_at_key", "notice", ["recipient", "at", "key"])
    op.create_index("ix_notice_planned_at", "notice", ["planned", "at"])
    op.create_table(
        "notice_delivery",
        sa.Column("key", words(64), nullable=False),
        sa.Column("channel", words(16), nullable=False),
        sa.Column("status", words(8), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("done_at", sa.BigInteger, nullable=False),
        sa.Column("error", words(48), nullable=False),
        sa.PrimaryKeyConstraint("key", "channel", name="pk_notice_delivery"),
        sa.ForeignKeyConstraint(["key"], ["notice.key"], name="fk_notice_delivery_key"),
    )
    op.create_index("ix_notice_delivery_status_due_at", "notice_delivery", ["status", "due_at"])
    op.create_table(
        "notice_voucher",
        sa.Column("programme", words(48), nullable=False),
        sa.Column("number", words(22), nullable=False),
        sa.Column("holder", words(43), nullable=False),
        sa.Column("granted_at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("usable", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("programme", "number", name="pk_notice_voucher"),
    )
    op.create_index("ix_notice_voucher_usable_until", "notice_voucher", ["usable", "until"])
    op.create_table(
        "notice_refund",
        sa.Column("part", sa.LargeBinary(32), nullable=False),
        sa.Column("refunded", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("part", name="pk_notice_refund"),
    )
    op.create_table(
        "notice_title",
        sa.Column("programme", words(48), nullable=False),
        sa.Column("language", words(2), nullable=False),
        sa.Column("title", words(200), nullable=False),
        sa.PrimaryKeyConstraint("programme", "language", name="pk_notice_title"),
    )
