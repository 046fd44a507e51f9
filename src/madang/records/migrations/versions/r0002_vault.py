"""The vault of personal data."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def words(length: int) -> sa.String:
    """Text sorted by its bytes in both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def upgrade() -> None:
    """Make its tables."""
    op.create_table(
        "vault_key",
        sa.Column("name", words(16), nullable=False),
        sa.Column("master", words(16), nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_vault_key"),
    )
    op.create_table(
        "vault_person",
        sa.Column("person", words(22), nullable=False),
        sa.Column("master", words(16), nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("data_key", sa.LargeBinary, nullable=False),
        sa.Column("digest_key", sa.LargeBinary, nullable=False),
        sa.Column("head", sa.LargeBinary(32), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("erased_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_vault_person"),
    )
    op.create_table(
        "vault_alias",
        sa.Column("alias", words(64), nullable=False),
        sa.Column("person", words(22), nullable=False),
        sa.PrimaryKeyConstraint("alias", name="pk_vault_alias"),
        sa.ForeignKeyConstraint(["person"], ["vault_person.person"], name="fk_vault_alias_person"),
    )
    op.create_index("ix_vault_alias_person", "vault_alias", ["person"])
    op.create_table(
        "vault_item",
        sa.Column("item", words(22), nullable=False),
        sa.Column("person", words(22), nullable=False),
        sa.Column("purpose", words(16), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("keep_until", sa.BigInteger, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sealed_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("item", name="pk_vault_item"),
        sa.ForeignKeyConstraint(["person"], ["vault_person.person"], name="fk_vault_item_person"),
    )
    op.create_index("ix_vault_item_person", "vault_item", ["person"])
    op.create_index("ix_vault_item_keep_until", "vault_item", ["keep_until"])
    op.create_table(
        "vault_access",
        sa.Column("access", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("officer", words(43), nullable=False),
        sa.Column("why", words(16), nullable=False),
        sa.Column("what", words(16), nullable=False),
        sa.Column("person", words(22), nullable=False),
        sa.Column("item", words(22), nullable=False),
        sa.PrimaryKeyConstraint("access", name="pk_vault_access"),
    )
    op.create_index("ix_vault_access_person", "vault_access", ["person"])
