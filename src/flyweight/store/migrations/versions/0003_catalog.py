"""The catalog of cached outputs, and what it had for each node."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "cache_entries",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("version", sa.String(), server_default="", nullable=False),
        sa.Column("interface", sa.String(), nullable=False),
        sa.Column("inputs", sa.String(), nullable=False),
        sa.Column("digests", sa.String(), nullable=False),
        sa.Column("outputs", sa.LargeBinary(), nullable=False),
        sa.Column("outputs_uri", sa.String(), server_default="", nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_cache_entries")),
    )
    op.create_index("ix_cache_entries_task", "cache_entries", ["project", "domain", "task", "created_at"])
    op.create_table(
        "cache_claims",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_cache_claims")),
    )
    # A column that may not be empty and has no default can only come with a table of its own.
    op.create_table(
        "new_node_executions",
        sa.Column("execution", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("spec_node", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), server_default="", nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("task", sa.String(), server_default="", nullable=False),
        sa.Column("phase", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("attempt", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("inputs", sa.LargeBinary(), nullable=False),
        sa.Column("inputs_uri", sa.String(), server_default="", nullable=False),
        sa.Column("outputs", sa.LargeBinary(), nullable=False),
        sa.Column("outputs_uri", sa.String(), server_default="", nullable=False),
        sa.Column("error", sa.LargeBinary(), nullable=False),
        sa.Column("deck_uri", sa.String(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("started_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("ended_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=False),
        sa.Column("cache", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("execution", "node", name=op.f("pk_node_executions")),
    )
    kept = (
        "execution, node, spec_node, parent, kind, task, phase, attempt, inputs, inputs_uri, outputs, outputs_uri, "
        "error, deck_uri, created_at, started_at, updated_at, ended_at, detail"
    )
    op.execute(f"INSERT INTO new_node_executions ({kept}, cache) SELECT {kept}, x'' FROM node_executions")  # noqa: S608
    op.drop_table("node_executions")
    op.rename_table("new_node_executions", "node_executions")
    op.create_index("ix_node_executions_parent", "node_executions", ["execution", "parent", "created_at"])
