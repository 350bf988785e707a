"""The schema: migrations give what the tables say, old databases come along, newer and foreign ones are refused."""

import sqlite3
import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from flyweight.errors import PreconditionFailed, StorageFailed
from flyweight.store import migrations, sqlite
from flyweight.store.database import Database
from flyweight.store.tables import HEAD, metadata


def schema_of(path):
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    connection.close()
    return {(kind, name, table, "".join(sql.replace(chr(34), "").split())) for kind, name, table, sql in rows}


def migrated(path):
    engine = sqlite.writing_engine(sqlite.url(path))
    with engine.connect() as connection, connection.begin():
        migrations.upgrade(connection)
    engine.dispose()


def test_migrations_give_the_tables(tmp_path):
    migrated(tmp_path / "migrated.db")
    Database.open(tmp_path / "made.db").close()
    assert schema_of(tmp_path / "migrated.db") == schema_of(tmp_path / "made.db")
    engine = create_engine(f"sqlite:///{tmp_path}/migrated.db")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_the_head_is_the_newest_migration(tmp_path):
    migrated(tmp_path / "migrated.db")
    connection = sqlite3.connect(tmp_path / "migrated.db")
    assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]
    connection.close()
    script = ScriptDirectory(next(iter(migrations.__path__)))
    assert script.get_heads() == [HEAD]


def test_a_migrated_database_opens(tmp_path):
    migrated(tmp_path / "flyweight.db")
    Database.open(tmp_path / "flyweight.db").close()


def test_rows_come_along(tmp_path):
    engine = sqlite.writing_engine(sqlite.url(tmp_path / "flyweight.db"))
    with engine.connect() as connection, connection.begin():
        migrations.upgrade(connection, "0002")
        connection.exec_driver_sql(
            "INSERT INTO node_executions (execution, node, spec_node, kind, inputs, outputs, error, detail)"
            " VALUES (1, 'n0', 'n0', 'task', x'01', x'02', x'', x'')"
        )
        connection.exec_driver_sql(
            "INSERT INTO attempts (execution, node, attempt, task, error) VALUES (1, 'n0', 0, 't', x'')"
        )
        migrations.upgrade(connection)
        tried = connection.exec_driver_sql("SELECT task, log_end, usage_series FROM attempts").all()
        found = connection.exec_driver_sql("SELECT node, inputs, outputs, cache, reason FROM node_executions").all()
    engine.dispose()
    assert found == [("n0", b"\1", b"\2", b"", "")]
    assert tried == [("t", -1, b"")]


def test_a_newer_database_is_refused(tmp_path):
    path = tmp_path / "flyweight.db"
    Database.open(path).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(PreconditionFailed, match=r"newer Flyweight.*9999.*pip install -U"):
        Database.open(path)


def test_another_programs_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "flyweight.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE mine (x)")
    connection.commit()
    connection.close()
    before = schema_of(path)
    with pytest.raises(StorageFailed, match="another program"):
        Database.open(path)
    assert schema_of(path) == before


@pytest.mark.slow
def test_a_start_does_not_load_alembic(tmp_path):
    code = (
        "import sys; from flyweight.store.database import Database;"
        f"Database.open({str(tmp_path / 'flyweight.db')!r}).close(); sys.exit('alembic' in sys.modules)"
    )
    for _ in ("new", "known"):
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
