"""How an attempt's memory and processor time went while it ran."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    # A column that may not be empty and has no default can only come with a table of its own.
    op.create_table(
        "new_attempts",
        sa.Column("execution", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("phase", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("executor", sa.String(), server_default="", nullable=False),
        sa.Column("worker", sa.String(), server_default="", nullable=False),
        sa.Column("output_prefix", sa.String(), server_default="", nullable=False),
        sa.Column("deck_uri", sa.String(), server_default="", nullable=False),
        sa.Column("deck_revision", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("log_path", sa.String(), server_default="", nullable=False),
        sa.Column("log_start", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("log_end", sa.BigInteger(), server_default="-1", nullable=False),
        sa.Column("error", sa.LargeBinary(), nullable=False),
        sa.Column("cause", sa.String(), server_default="", nullable=False),
        sa.Column("cpu_seconds", sa.Float(), server_default="0", nullable=False),
        sa.Column("peak_memory_bytes", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("usage_series", sa.LargeBinary(), nullable=False),
        sa.Column("queued_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("started_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("ended_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("execution", "node", "attempt", name=op.f("pk_attempts")),
    )
    kept = (
        "execution, node, attempt, task, phase, executor, worker, output_prefix, deck_uri, deck_revision, log_path, "
        "log_start, log_end, error, cause, cpu_seconds, peak_memory_bytes, queued_at, started_at, updated_at, ended_at"
    )
    op.execute(f"INSERT INTO new_attempts ({kept}, usage_series) SELECT {kept}, x'' FROM attempts")  # noqa: S608
    op.drop_table("attempts")
    op.rename_table("new_attempts", "attempts")
