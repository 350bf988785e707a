"""Brings a database's tables up to date, and loads Alembic only when there are old tables to change."""

from sqlalchemy import Connection, Engine, inspect, text

from flyweight.errors import PreconditionFailed, StorageFailed
from flyweight.store.tables import HEAD, metadata

_REVISION_TABLE = "alembic_version"


def bring_up_to_date(engine: Engine, place: str) -> None:
    """Make the tables, or apply the migrations that are missing.

    Raises ``PreconditionFailed`` if a newer version has been here, ``StorageFailed`` if the tables are not ours.
    """
    with engine.connect() as connection, connection.begin():
        names = inspect(connection).get_table_names()
        if not names:
            # The tables as they are now: a test keeps them equal to what the migrations give.
            _create(connection)
            return
        if _REVISION_TABLE not in names:
            raise StorageFailed(f"The database {place} holds tables of another program: give another --data-dir.")
        revision = connection.execute(text(f"SELECT version_num FROM {_REVISION_TABLE}")).scalar()  # noqa: S608  # our own constant
        if revision == HEAD:
            return
        if revision is None or revision > HEAD:
            raise PreconditionFailed(
                f"The database {place} was written by a newer Flyweight (its schema is {revision}, this version knows"
                f" up to {HEAD}). Upgrade with 'pip install -U flyweight', or give another folder with --data-dir."
            )
        from flyweight.store import migrations  # noqa: PLC0415  # Alembic costs half a second, and is rarely needed

        migrations.upgrade(connection)


def _create(connection: Connection) -> None:
    metadata.create_all(connection)
    connection.execute(
        text(
            f"CREATE TABLE {_REVISION_TABLE} (version_num VARCHAR(32) NOT NULL,"
            f" CONSTRAINT {_REVISION_TABLE}_pkc PRIMARY KEY (version_num))"
        )
    )
    connection.execute(text(f"INSERT INTO {_REVISION_TABLE} VALUES (:head)"), {"head": HEAD})  # noqa: S608  # our own constant
