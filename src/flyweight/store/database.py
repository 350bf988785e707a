"""The database: opened and migrated at start, written by one thread in shared transactions, read by a small pool."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlalchemy import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from flyweight.errors import InvalidInput, Unsupported
from flyweight.store import faults, schema, sqlite
from flyweight.store.writer import Writer

T = TypeVar("T")

READERS = 4
"""Threads that read, with a connection each (and one for ``read_now``); they never wait for the writer."""


class Database:
    """An open database. ``write`` and ``read`` take functions of a connection, which must not touch anything else."""

    def __init__(self, *, writing: Engine, reading: Engine, place: str) -> None:
        self.place = place
        """The file or server, for messages."""
        self._writing = writing
        self._reading = reading
        self._writer = Writer(writing, place)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")

    @classmethod
    def open(cls, target: str | Path) -> "Database":
        """Open a database file (made if it is not there) or URL, and bring its tables up to date.

        Raises ``StorageFailed`` for a broken file, ``PreconditionFailed`` for one written by a newer version,
        ``TryAgain`` when the disk is full, ``Unsupported`` for a kind of database that this version lacks.
        """
        address = _address(target)
        path = Path(address.database or "")
        if sqlite.looks_foreign(path):
            raise faults.broken(str(path), "it is not an SQLite file")
        sqlite.keep_private(path)
        writing = sqlite.writing_engine(address)
        try:
            schema.bring_up_to_date(writing, str(path))
        except SQLAlchemyError as error:
            writing.dispose()
            raise faults.translate(error, str(path)) from error
        except BaseException:
            writing.dispose()
            raise
        return cls(writing=writing, reading=sqlite.reading_engine(address, READERS + 1), place=str(path))

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run it in the writing thread; returns after the commit, raises what it raised (and then none of it stays).

        Raises ``TryAgain`` when the disk is full or the database busy; nothing was written then.
        """
        return await asyncio.wrap_future(self._writer.submit(work))

    def write_now(self, work: Callable[[Connection], T]) -> T:
        """Do the same, and block: for start-up, where no event loop runs."""
        return self._writer.submit(work).result()

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run it in a reading thread, on what was committed last."""
        future: Future[T] = self._readers.submit(self.read_now, work)
        return await asyncio.wrap_future(future)

    def read_now(self, work: Callable[[Connection], T]) -> T:
        """Do the same here, and block: for start-up, where no event loop runs."""
        try:
            with self._reading.connect() as connection, connection.begin():
                return work(connection)
        except SQLAlchemyError as error:
            raise faults.translate(error, self.place) from error

    def close(self) -> None:
        """Write what still waits, then let go of the file."""
        self._writer.close()
        self._readers.shutdown()
        self._reading.dispose()
        self._writing.dispose()


def _address(target: str | Path) -> URL:
    if isinstance(target, Path):
        return sqlite.url(target)
    if "://" not in target:
        return sqlite.url(Path(target))
    try:
        address = make_url(target)
    except ArgumentError as error:
        raise InvalidInput(f"{target!r} is no database address: give a file's path, or sqlite:///PATH.") from error
    if address.get_backend_name() != "sqlite":
        raise Unsupported(
            f"Databases of kind {address.get_backend_name()!r} are not supported yet: use sqlite:///PATH."
        )
    if not address.database or address.database == ":memory:":
        raise InvalidInput("A database in memory cannot be shared by threads: give a file's path.")
    return address
