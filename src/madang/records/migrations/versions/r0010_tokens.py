"""Who was given a token, and how many were signed."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def words(length: int) -> sa.String:
    """Text sorted by its bytes in both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    """Make their tables."""
    op.create_table(
        "eligibility_offer",
        sa.Column("programme", words(48), nullable=False),
        sa.Column("offer", words(48), nullable=False),
        sa.Column("issued", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("programme", "offer", name="pk_eligibility_offer"),
    )
    op.create_table(
        "eligibility_issue",
        sa.Column("request", words(64), nullable=False),
        sa.Column("programme", words(48), nullable=False),
        sa.Column("offer", words(48), nullable=False),
        sa.Column("batch", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("request", name="pk_eligibility_issue"),
    )
    columns = ["programme", "offer", "batch"]
    op.create_index("ix_eligibility_issue_programme_offer_batch", "eligibility_issue", columns)
    op.create_table(
        "eligibility_subject",
        sa.Column("purpose", words(128), nullable=False),
        sa.Column("instalment", sa.Integer, nullable=False),
        sa.Column("subject", words(64), nullable=False),
        sa.Column("request", words(64), nullable=False),
        sa.PrimaryKeyConstraint("purpose", "instalment", "subject", name="pk_eligibility_subject"),
    )
