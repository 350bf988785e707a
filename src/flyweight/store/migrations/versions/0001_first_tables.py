"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "attempts",
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
        sa.Column("queued_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("started_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("ended_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("execution", "node", "attempt", name=op.f("pk_attempts")),
    )
    op.create_table(
        "closures",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_closures")),
    )
    op.create_table(
        "execution_tags",
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("execution", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tag", "execution", name=op.f("pk_execution_tags")),
    )
    op.create_table(
        "executions",
        sa.Column("key", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("closure_digest", sa.String(), nullable=False),
        sa.Column("spec", sa.LargeBinary(), nullable=False),
        sa.Column("inputs", sa.LargeBinary(), nullable=False),
        sa.Column("inputs_uri", sa.String(), server_default="", nullable=False),
        sa.Column("user_inputs", sa.LargeBinary(), nullable=False),
        sa.Column("launch_plan", sa.String(), server_default="", nullable=False),
        sa.Column("workflow", sa.String(), server_default="", nullable=False),
        sa.Column("task", sa.String(), server_default="", nullable=False),
        sa.Column("mode", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("principal", sa.String(), server_default="", nullable=False),
        sa.Column("parent_execution", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("parent_node", sa.String(), server_default="", nullable=False),
        sa.Column("reference_execution", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("phase", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("started_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("ended_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("outputs", sa.LargeBinary(), nullable=False),
        sa.Column("outputs_uri", sa.String(), server_default="", nullable=False),
        sa.Column("error", sa.LargeBinary(), nullable=False),
        sa.Column("abort_cause", sa.String(), server_default="", nullable=False),
        sa.Column("abort_principal", sa.String(), server_default="", nullable=False),
        sa.Column("ended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("state", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("launch_plan_name", sa.String(), server_default="", nullable=False),
        sa.Column("launch_plan_version", sa.String(), server_default="", nullable=False),
        sa.Column("workflow_name", sa.String(), server_default="", nullable=False),
        sa.Column("workflow_version", sa.String(), server_default="", nullable=False),
        sa.Column("task_name", sa.String(), server_default="", nullable=False),
        sa.Column("task_version", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_executions")),
        sa.UniqueConstraint("project", "domain", "name", name=op.f("uq_executions_project_domain_name")),
    )
    op.create_index("ix_executions_parent", "executions", ["parent_execution", "parent_node"], unique=False)
    op.create_index("ix_executions_phase", "executions", ["project", "domain", "phase", "created_at"], unique=False)
    op.create_index("ix_executions_recent", "executions", ["project", "domain", "created_at"], unique=False)
    op.create_index(
        "ix_executions_unfinished",
        "executions",
        ["key"],
        unique=False,
        sqlite_where=sa.text("ended = 0"),
    )
    op.create_table(
        "launch_plans",
        sa.Column("id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("spec", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("closure", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("workflow_project", sa.String(), server_default="", nullable=False),
        sa.Column("workflow_domain", sa.String(), server_default="", nullable=False),
        sa.Column("workflow_name", sa.String(), server_default="", nullable=False),
        sa.Column("workflow_version", sa.String(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_launch_plans")),
        sa.UniqueConstraint(
            "project", "domain", "name", "version", name=op.f("uq_launch_plans_project_domain_name_version")
        ),
    )
    op.create_index("ix_launch_plans_active", "launch_plans", ["project", "domain", "state", "name"], unique=False)
    op.create_table(
        "named_entities",
        sa.Column("kind", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), server_default="", nullable=False),
        sa.Column("state", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("kind", "project", "domain", "name", name=op.f("pk_named_entities")),
    )
    op.create_table(
        "node_executions",
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
        sa.PrimaryKeyConstraint("execution", "node", name=op.f("pk_node_executions")),
    )
    op.create_index("ix_node_executions_parent", "node_executions", ["execution", "parent", "created_at"], unique=False)
    op.create_table(
        "platform",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_platform")),
    )
    op.create_table(
        "projects",
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("name", sa.String(), server_default="", nullable=False),
        sa.Column("description", sa.String(), server_default="", nullable=False),
        sa.Column("labels", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("identifier", name=op.f("pk_projects")),
    )
    op.create_table(
        "tasks",
        sa.Column("id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("spec", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("closure", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("project", "domain", "name", "version", name=op.f("uq_tasks_project_domain_name_version")),
    )
    op.create_table(
        "workflows",
        sa.Column("id", sa.BigInteger().with_variant(sa.INTEGER(), "sqlite"), nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("spec", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("closure_digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflows")),
        sa.UniqueConstraint(
            "project", "domain", "name", "version", name=op.f("uq_workflows_project_domain_name_version")
        ),
    )
