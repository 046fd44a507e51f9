"""Lists of offices, shops, and what was spent where and when."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def words(length: int) -> sa.String:
    """Text sorted by its bytes in both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def texts(**lengths: int) -> list[sa.Column[str]]:
    """Columns of text."""
    return [sa.Column(name, words(length), nullable=False) for name, length in lengths.items()]


def numbers(*names: str) -> list[sa.Column[int]]:
    """Columns of large whole numbers."""
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def upgrade() -> None:
    """Make their tables."""
    op.create_table(
        "application",
        *texts(number=22, programme=48),
        sa.Column("instalment", sa.Integer, nullable=False),
        *texts(ground=24, applicant=43, holder=43, channel=16, status=16, authority=43),
        sa.Column("evidence", sa.Integer, nullable=False),
        *numbers("entered_at", "deadline", "closed_at"),
        *texts(reference=64, declined=24),
        sa.PrimaryKeyConstraint("number", name="pk_application"),
    )
    listed = ["programme", "deadline", "number", "status", "ground", "channel"]
    op.create_index("ix_application_list", "application", listed)
    op.create_table(
        "deciding",
        *texts(programme=48, office=43, role=16),
        sa.PrimaryKeyConstraint("programme", "office", "role", name="pk_deciding"),
    )
    op.create_index("ix_deciding_office", "deciding", ["office"])
    op.create_table(
        "flag",
        *texts(number=32, programme=48, sort=16, subject=43, reason=24, source=16, raised_by=43),
        *numbers("raised_at"),
        *texts(case=32, standing=16),
        sa.PrimaryKeyConstraint("number", name="pk_flag"),
    )
    op.create_index("ix_flag_list", "flag", ["programme", "number", "standing", "reason", "sort", "source"])
    op.create_table(
        "dispute",
        *texts(case=32, handler=43, programme=48, holder=43, payee=43, ground=24),
        *numbers("amount", "filed_at", "answer_by", "decide_by"),
        *texts(answered=8, standing=16),
        *numbers("decided_at", "credited", "charged"),
        sa.PrimaryKeyConstraint("case", name="pk_dispute"),
    )
    listed = ["handler", "decide_by", "case", "standing", "ground", "answered", "programme"]
    op.create_index("ix_dispute_list", "dispute", listed)
    op.create_table(
        "shop",
        *texts(merchant=43, region=10, industry=6, category=4, sales_class=16, standing=16),
        sa.PrimaryKeyConstraint("merchant", name="pk_shop"),
    )
    op.create_index("ix_shop_standing_region_merchant", "shop", ["standing", "region", "merchant"])
    op.create_table(
        "shop_name", *texts(merchant=43, name=100), sa.PrimaryKeyConstraint("merchant", name="pk_shop_name")
    )
    op.create_table(
        "spending",
        *texts(programme=48, day=10),
        sa.Column("hour", sa.Integer, nullable=False, autoincrement=False),
        *texts(region=5, industry=2),
        *numbers("payments", "amount", "refunded"),
        sa.PrimaryKeyConstraint("programme", "day", "hour", "region", "industry", name="pk_spending"),
    )
    op.create_table(
        "spent_part",
        sa.Column("part", sa.LargeBinary(32), nullable=False),
        *texts(region=5, industry=2),
        *numbers("refunded"),
        sa.PrimaryKeyConstraint("part", name="pk_spent_part"),
    )
