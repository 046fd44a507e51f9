"""What the migrations make is what the schema declares, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from madang.records.schema import metadata


def test_migrations_lead_to_the_declared_schema(database):
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
