"""What issuers of credentials remember."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def words(length: int) -> sa.String:
    """Text sorted by its bytes in both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    """Make their tables."""
    op.create_table(
        "issuer_kept",
        sa.Column("place", sa.LargeBinary(32), nullable=False),
        sa.Column("sort", words(8), nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("uses", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_issuer_kept"),
    )
    op.create_index("ix_issuer_kept_until", "issuer_kept", ["until"])
    op.create_table(
        "issuer_credential",
        sa.Column("number", words(22), nullable=False),
        sa.Column("institution", words(32), nullable=False),
        sa.Column("subject", words(22), nullable=False),
        sa.Column("type", words(48), nullable=False),
        sa.Column("format", words(16), nullable=False),
        sa.Column("holder", words(43), nullable=False),
        sa.Column("delivery", words(22), nullable=False),
        sa.Column("status_uri", words(200), nullable=False),
        sa.Column("status_index", sa.BigInteger, nullable=False),
        sa.Column("issued_at", sa.BigInteger, nullable=False),
        sa.Column("valid_until", sa.BigInteger, nullable=False),
        sa.Column("standing", words(12), nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_issuer_credential"),
    )
    columns = ["institution", "subject", "issued_at"]
    op.create_index("ix_issuer_credential_institution_subject_issued_at", "issuer_credential", columns)
    op.create_index("ix_issuer_credential_institution_delivery", "issuer_credential", ["institution", "delivery"])
