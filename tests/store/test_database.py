"""The database: one transaction for all that waits, nothing half-written, and clear words for what is wrong."""

import asyncio
import sqlite3
import threading

import pytest
from sqlalchemy import insert, select, text

from flyweight.errors import InvalidInput, PreconditionFailed, StorageFailed, TryAgain, Unsupported
from flyweight.store.database import Database
from flyweight.store.tables import platform


def put(key, value=b"x"):
    return lambda connection: connection.execute(insert(platform).values(key=key, value=value)).rowcount


def keys(connection):
    return sorted(connection.execute(select(platform.c.key)).scalars())


def hold(database):
    """Keep the writer busy until the event is set; returns when it is."""
    holding, release = threading.Event(), threading.Event()

    def work(_connection):
        holding.set()
        assert release.wait(20)

    held = asyncio.ensure_future(database.write(work))
    return held, holding, release


async def test_what_was_written_can_be_read(database):
    assert await database.write(put("a")) == 1
    assert await database.read(keys) == ["a"]


async def test_all_that_waits_shares_a_commit(database):
    held, holding, release = hold(database)
    await asyncio.to_thread(holding.wait, 20)
    seen = []

    def work(connection):
        seen.append(connection.get_transaction())
        return put(f"k{len(seen)}")(connection)

    writes = asyncio.gather(*(database.write(work) for _ in range(20)))
    await asyncio.sleep(0)
    release.set()
    assert await writes == [1] * 20
    await held
    assert len({id(transaction) for transaction in seen}) == 1
    assert len(await database.read(keys)) == 20


async def test_one_that_fails_does_not_undo_the_others(database):
    held, holding, release = hold(database)
    await asyncio.to_thread(holding.wait, 20)

    def broken(connection):
        put("half")(connection)
        raise KeyError("its own")

    writes = asyncio.gather(
        database.write(put("a")), database.write(broken), database.write(put("b")), return_exceptions=True
    )
    await asyncio.sleep(0)
    release.set()
    first, second, third = await writes
    await held
    assert (first, third) == (1, 1)
    assert isinstance(second, KeyError)
    assert await database.read(keys) == ["a", "b"]


async def test_one_alone_that_fails_leaves_nothing(database):
    def broken(connection):
        put("half")(connection)
        raise KeyError("its own")

    with pytest.raises(KeyError):
        await database.write(broken)
    assert await database.read(keys) == []


async def test_a_caller_that_gave_up_before_its_turn_is_not_served(database):
    held, holding, release = hold(database)
    await asyncio.to_thread(holding.wait, 20)
    given_up = asyncio.ensure_future(database.write(put("given up")))
    await asyncio.sleep(0)
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    release.set()
    await held
    await database.write(put("a"))
    assert await database.read(keys) == ["a"]


async def test_readers_see_the_last_commit_while_a_write_is_under_way(database):
    await database.write(put("before"))
    writing, release = threading.Event(), threading.Event()

    def work(connection):
        put("during")(connection)
        writing.set()
        assert release.wait(20)

    write = asyncio.ensure_future(database.write(work))
    await asyncio.to_thread(writing.wait, 20)
    assert await database.read(keys) == ["before"]
    release.set()
    await write
    assert await database.read(keys) == ["before", "during"]


async def test_readers_cannot_write(database):
    with pytest.raises(StorageFailed):
        await database.read(put("a"))


async def test_a_full_disk_writes_nothing_and_asks_to_try_again(database):
    await database.write(put("a"))
    pages = await database.write(lambda connection: connection.execute(text("PRAGMA page_count")).scalar())
    await database.write(lambda connection: connection.execute(text(f"PRAGMA max_page_count={pages + 2}")).scalar())
    held, holding, release = hold(database)
    await asyncio.to_thread(holding.wait, 20)
    writes = asyncio.gather(
        database.write(put("b")), database.write(put("big", b"x" * 100_000)), return_exceptions=True
    )
    await asyncio.sleep(0)
    release.set()
    results = await writes
    await held
    assert all(isinstance(result, TryAgain) and "No space is left" in str(result) for result in results)
    assert await database.read(keys) == ["a"]
    await database.write(lambda connection: connection.execute(text("PRAGMA max_page_count=100000")).scalar())
    await database.write(put("big", b"x" * 100_000))
    assert await database.read(keys) == ["a", "big"]


async def test_a_database_that_somebody_else_holds_is_busy(database, tmp_path):
    def impatient(connection):
        connection.exec_driver_sql("PRAGMA busy_timeout=0").close()

    await database.write(impatient)
    other = sqlite3.connect(tmp_path / "flyweight.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(TryAgain, match="busy"):
        await database.write(put("a"))
    other.execute("ROLLBACK")
    other.close()
    await database.write(put("b"))
    assert await database.read(keys) == ["b"]


async def test_what_waits_is_written_before_it_closes_and_nothing_after(database_url):
    database = Database.open(database_url)
    writes = [asyncio.ensure_future(database.write(put(f"k{number}"))) for number in range(50)]
    await asyncio.sleep(0)
    await asyncio.to_thread(database.close)
    assert await asyncio.gather(*writes) == [1] * 50
    with pytest.raises(PreconditionFailed, match="closed"):
        await database.write(put("late"))
    database.close()
    reopened = Database.open(database_url)
    assert len(reopened.read_now(keys)) == 50
    reopened.close()


def test_a_committed_write_survives_without_closing(database, tmp_path):
    database.write_now(put("a"))
    other = sqlite3.connect(f"file:{tmp_path}/flyweight.db?mode=ro", uri=True)
    assert other.execute("SELECT key FROM platform").fetchall() == [("a",)]
    other.close()


async def test_the_pragmas_make_commits_durable(database):
    def pragmas(connection):
        return [connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")]

    assert await database.write(pragmas) == ["wal", 2]


@pytest.mark.parametrize("content", [b"this is no database" * 100, b"\x00" * 4096])
def test_a_file_that_is_no_database_is_named_with_a_remedy(tmp_path, content):
    path = tmp_path / "flyweight.db"
    path.write_bytes(content)
    with pytest.raises(StorageFailed, match=r"flyweight\.db is broken.*--data-dir"):
        Database.open(path)
    assert path.read_bytes() == content


def test_a_torn_database_is_named_with_a_remedy(tmp_path):
    path = tmp_path / "flyweight.db"
    Database.open(path).close()
    content = bytearray(path.read_bytes())
    content[100:4096] = b"\xff" * (4096 - 100)
    path.write_bytes(bytes(content))
    with pytest.raises(StorageFailed, match=r"flyweight\.db is broken.*\.recover"):
        Database.open(path)


def test_a_path_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(StorageFailed, match="cannot be opened"):
        Database.open(tmp_path / "no" / "such" / "folder" / "flyweight.db")


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("postgresql://localhost/x", Unsupported),
        ("nonsense://", Unsupported),
        ("://", InvalidInput),
        ("sqlite://", InvalidInput),
        ("sqlite:///:memory:", InvalidInput),
    ],
)
def test_other_databases_are_refused_in_words(target, kind):
    with pytest.raises(kind):
        Database.open(target)


def test_the_file_and_those_beside_it_are_their_owners_alone(tmp_path):
    file = tmp_path / "db"
    file.touch(mode=0o644)
    database = Database.open(file)
    try:
        assert {path.stat().st_mode & 0o777 for path in (file, *tmp_path.glob("db-*"))} == {0o600}
        assert len(list(tmp_path.iterdir())) == 3
    finally:
        database.close()
