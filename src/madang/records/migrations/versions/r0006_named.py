"""Under what an item of the vault is found that the ledger names: a keyed digest of the digest that stands there.

Of what was put in before it is '': that is found by its own handle alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def words(length: int) -> sa.String:
    """Text sorted by its bytes in both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    """Add the column."""
    op.add_column("vault_item", sa.Column("named", words(64), nullable=False, server_default=""))
