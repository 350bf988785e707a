"""The tables: what is kept of entities, executions and the platform itself.

Columns of ``executions``, ``node_executions`` and ``attempts`` bear the names of the fields of ``engine/records.py``,
so that a record is a row and a row a record. Times are microseconds since the epoch, phases Flyte's numbers, messages
bytes. A change here needs a migration in ``migrations/versions`` and a new ``HEAD``.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.sqlite import INTEGER

HEAD = "0006"
"""The newest migration's revision. Revisions are numbers, so that a newer database can be told from a broken one."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_KEY = BigInteger().with_variant(INTEGER(), "sqlite")
"""SQLite stores a table by its integer primary key only if the type is spelt INTEGER."""


def _text(name: str) -> Column[str]:
    return Column(name, String, nullable=False, server_default="")


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def _bytes(name: str) -> Column[bytes]:
    # No default: one that is binary in every database cannot be spelt, and whoever writes a row gives every message.
    return Column(name, LargeBinary, nullable=False)


def _required(name: str) -> Column[str]:
    return Column(name, String, nullable=False)


def _entity_columns() -> list[Column[int] | Column[str] | Column[bytes]]:
    return [
        Column("id", _KEY, primary_key=True),
        _required("project"),
        _required("domain"),
        _required("name"),
        _required("version"),
        _required("digest"),
        _bytes("spec"),
        _number("created_at"),
        _number("updated_at"),
    ]


platform = Table(
    "platform",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""What the platform knows of itself: where its data folder stands, and the secret that links are signed with."""

projects = Table(
    "projects",
    metadata,
    Column("identifier", String, primary_key=True),
    _text("name"),
    _text("description"),
    _bytes("labels"),
    _number("state"),
    _number("created_at"),
    _number("updated_at"),
)
"""``labels`` is a ``flyteidl.admin.Labels``, ``state`` a ``flyteidl.admin.Project.ProjectState``."""

tasks = Table(
    "tasks",
    metadata,
    *_entity_columns(),
    _bytes("closure"),
    UniqueConstraint("project", "domain", "name", "version"),
)

workflows = Table(
    "workflows",
    metadata,
    *_entity_columns(),
    _required("closure_digest"),
    UniqueConstraint("project", "domain", "name", "version"),
)
"""Their compiled closures stand in ``closures``."""

launch_plans = Table(
    "launch_plans",
    metadata,
    *_entity_columns(),
    _bytes("closure"),
    _number("state"),
    _text("workflow_project"),
    _text("workflow_domain"),
    _text("workflow_name"),
    _text("workflow_version"),
    UniqueConstraint("project", "domain", "name", "version"),
)
"""``state`` is a ``flyteidl.admin.LaunchPlanState``."""
Index(
    "ix_launch_plans_active", launch_plans.c.project, launch_plans.c.domain, launch_plans.c.state, launch_plans.c.name
)

named_entities = Table(
    "named_entities",
    metadata,
    Column("kind", Integer, primary_key=True, autoincrement=False),
    Column("project", String, primary_key=True),
    Column("domain", String, primary_key=True),
    Column("name", String, primary_key=True),
    _text("description"),
    _number("state"),
    _number("updated_at"),
)
"""What people said of a name, whatever its versions; one that nobody said anything of has no row."""

closures = Table(
    "closures",
    metadata,
    Column("digest", String, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
"""``flyteidl.core.CompiledWorkflowClosure`` by digest."""

executions = Table(
    "executions",
    metadata,
    Column("key", _KEY, primary_key=True, autoincrement=False),
    _required("project"),
    _required("domain"),
    _required("name"),
    _required("closure_digest"),
    _bytes("spec"),
    _bytes("inputs"),
    _text("inputs_uri"),
    _bytes("user_inputs"),
    _text("launch_plan"),
    _text("workflow"),
    _text("task"),
    _number("mode"),
    _text("principal"),
    _number("parent_execution"),
    _text("parent_node"),
    _number("reference_execution"),
    _number("created_at"),
    _number("phase"),
    _number("started_at"),
    _number("updated_at"),
    _number("ended_at"),
    _bytes("outputs"),
    _text("outputs_uri"),
    _bytes("error"),
    _text("abort_cause"),
    _text("abort_principal"),
    Column("ended", Boolean, nullable=False, server_default=text("false")),
    _number("state"),
    _text("launch_plan_name"),
    _text("launch_plan_version"),
    _text("workflow_name"),
    _text("workflow_version"),
    _text("task_name"),
    _text("task_version"),
    UniqueConstraint("project", "domain", "name"),
)
"""``state`` is a ``flyteidl.admin.ExecutionState``; names and versions are those of the entities, apart for filters."""
Index("ix_executions_recent", executions.c.project, executions.c.domain, executions.c.created_at)
Index("ix_executions_phase", executions.c.project, executions.c.domain, executions.c.phase, executions.c.created_at)
Index("ix_executions_unfinished", executions.c.key, sqlite_where=text("ended = 0"))
Index("ix_executions_parent", executions.c.parent_execution, executions.c.parent_node)

execution_tags = Table(
    "execution_tags",
    metadata,
    Column("tag", String, primary_key=True),
    Column("execution", BigInteger, primary_key=True, autoincrement=False),
)
"""The tags in executions' specs, apart for filters."""

node_executions = Table(
    "node_executions",
    metadata,
    Column("execution", BigInteger, primary_key=True, autoincrement=False),
    Column("node", String, primary_key=True),
    _required("spec_node"),
    _text("parent"),
    _required("kind"),
    _text("task"),
    _number("phase"),
    _number("attempt"),
    _bytes("inputs"),
    _text("inputs_uri"),
    _bytes("outputs"),
    _text("outputs_uri"),
    _bytes("error"),
    _text("deck_uri"),
    _number("created_at"),
    _number("started_at"),
    _number("updated_at"),
    _number("ended_at"),
    _bytes("detail"),
    _bytes("cache"),
    _text("reason"),
    _number("parent_attempt"),
)
Index("ix_node_executions_parent", node_executions.c.execution, node_executions.c.parent, node_executions.c.created_at)

signals = Table(
    "signals",
    metadata,
    Column("execution", BigInteger, primary_key=True, autoincrement=False),
    Column("signal", String, primary_key=True),
    _bytes("type"),
    _bytes("value"),
    _number("created_at"),
    _number("updated_at"),
)
"""What gates wait for: ``type`` is a ``flyteidl.core.LiteralType``, ``value`` a ``Literal``, empty until given."""

cache_entries = Table(
    "cache_entries",
    metadata,
    Column("digest", String, primary_key=True),
    _required("project"),
    _required("domain"),
    _required("task"),
    _text("version"),
    _required("interface"),
    _required("inputs"),
    _required("digests"),
    _bytes("outputs"),
    _text("outputs_uri"),
    _bytes("source"),
    _number("created_at"),
)
"""Outputs of cached tasks, by ``semantics.caching.CacheKey``: its digest and its parts; ``digests`` is JSON."""
Index(
    "ix_cache_entries_task",
    cache_entries.c.project,
    cache_entries.c.domain,
    cache_entries.c.task,
    cache_entries.c.created_at,
)

cache_claims = Table(
    "cache_claims",
    metadata,
    Column("digest", String, primary_key=True),
    _required("owner"),
    _number("expires_at"),
)
"""Who computes what a key stands for, and how long others wait for it."""
items = Table(
    "items",
    metadata,
    Column("execution", BigInteger, primary_key=True, autoincrement=False),
    Column("node", String, primary_key=True),
    Column("chunk", Integer, primary_key=True, autoincrement=False),
    _bytes("body"),
)
"""Items of nodes that map over lists, many a row: ``body`` is a ``flyweight.items.v1.ItemChunk``."""

attempts = Table(
    "attempts",
    metadata,
    Column("execution", BigInteger, primary_key=True, autoincrement=False),
    Column("node", String, primary_key=True),
    Column("attempt", Integer, primary_key=True, autoincrement=False),
    _required("task"),
    _number("phase"),
    _text("executor"),
    _text("worker"),
    _text("output_prefix"),
    _text("deck_uri"),
    _number("deck_revision"),
    _text("log_path"),
    _number("log_start"),
    Column("log_end", BigInteger, nullable=False, server_default="-1"),
    _bytes("error"),
    _text("cause"),
    Column("cpu_seconds", Float, nullable=False, server_default="0"),
    _number("peak_memory_bytes"),
    _bytes("usage_series"),
    _number("queued_at"),
    _number("started_at"),
    _number("updated_at"),
    _number("ended_at"),
)
