"""Alembic environment: runs on the connection that `Ledger.migrate` hands over."""

from alembic import context

configuration = context.config
connection = configuration.attributes["connection"]
tables = configuration.attributes["tables"]
context.configure(
    connection=connection,
    target_metadata=tables.metadata,
    version_table=configuration.attributes["version_table"],
    version_table_schema=tables.metadata.schema,
    include_schemas=tables.metadata.schema is not None,
)
with context.begin_transaction():
    context.run_migrations()
