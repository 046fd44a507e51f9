"""What issuers remember is found by its end, to be forgotten, and counted by its sort."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the indexes."""
    op.create_index("ix_issuer_credential_valid_until", "issuer_credential", ["valid_until"])
    op.create_index("ix_issuer_kept_sort_until", "issuer_kept", ["sort", "until"])
