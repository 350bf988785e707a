"""All that is special to SQLite: how a connection is opened, what is asked of it, and how a transaction begins."""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from flyweight.store import driven

PRIVATE = 0o600
BUSY_TIMEOUT_MS = 5_000
"""How long a statement waits for another process (a backup, a curious ``sqlite3`` shell) before it gives up."""

_HEADER = b"SQLite format 3\x00"

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    # FULL: what was committed survives a power cut, not just a crash of ours.
    "PRAGMA synchronous=FULL",
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    # 4 MB: the operating system keeps the file's pages, too; with 16 MB writing cost no less time, and each connection
    # came to hold as much.
    "PRAGMA cache_size=-4000",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA journal_size_limit=67108864",
)


def url(path: Path) -> URL:
    """Give the address of a database file."""
    return URL.create("sqlite", database=str(path))


def writing_engine(address: URL) -> Engine:
    """Open for the writer: its transactions take the write lock when they begin, so that they cannot fail half-way."""
    return _engine(address, begin="BEGIN IMMEDIATE", pragmas=_PRAGMAS)


def reading_engine(address: URL, size: int) -> Engine:
    """Open for readers, which see the last commit and cannot write."""
    return _engine(address, begin="BEGIN", pragmas=(*_PRAGMAS[2:], "PRAGMA query_only=ON"), size=size)


def looks_foreign(path: Path) -> bool:
    """Tell whether a file is there that is no SQLite database."""
    if not path.exists() or path.stat().st_size == 0:
        return False
    with path.open("rb") as file:
        return file.read(len(_HEADER)) != _HEADER


def keep_private(path: Path) -> None:
    """Make the file if it is not there, for its owner alone: SQLite gives the files beside it the same mode.

    It holds the secret that links are signed with, and what users pass to their tasks.
    """
    with suppress(OSError):  # what is wrong with the place, SQLite will say
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
        try:
            os.fchmod(descriptor, PRIVATE)
        finally:
            os.close(descriptor)


def _engine(address: URL, *, begin: str, pragmas: tuple[str, ...], size: int = 1) -> Engine:
    engine = create_engine(
        address,
        pool_size=size,
        max_overflow=0,
        pool_reset_on_return=None,
        connect_args={"check_same_thread": False},
    )

    def connected(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver is not to begin transactions by itself: see `begun`
        for pragma in pragmas:
            connection.execute(pragma).close()

    def begun(connection: Connection) -> None:
        driven.execute(connection, begin)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine
