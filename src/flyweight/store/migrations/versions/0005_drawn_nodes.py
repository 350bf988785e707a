"""Nodes that a dynamic task drew belong to the attempt that drew them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("node_executions", sa.Column("parent_attempt", sa.BigInteger(), server_default="0", nullable=False))
