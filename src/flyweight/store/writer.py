"""One thread that writes: everything that waits shares one transaction, so that the price of a commit is paid once.

``Writer.submit`` takes a function of a connection; the future it gives resolves after the COMMIT that made it durable.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Generic, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from flyweight.errors import PreconditionFailed
from flyweight.store import faults

T = TypeVar("T")

LARGEST_GROUP = 256
"""More than this in one transaction gains nothing, and lets the first wait for the last."""


class _Unit(Protocol):
    """A job whose result's type no longer matters."""

    def claim(self) -> bool: ...
    def run(self, connection: Connection) -> None: ...
    def refuse(self, error: Exception) -> None: ...
    def settle(self, failure: Exception | None) -> None: ...


class _Job(Generic[T]):
    __slots__ = ("_error", "_result", "_work", "future")

    def __init__(self, work: Callable[[Connection], T]) -> None:
        self.future: Future[T] = Future()
        self._work = work
        self._result: list[T] = []
        self._error: Exception | None = None

    def claim(self) -> bool:
        """Take it in hand; False if whoever asked has given up."""
        return self.future.set_running_or_notify_cancel()

    def run(self, connection: Connection) -> None:
        """Do the work, and keep what it gave until it is durable."""
        self._result.append(self._work(connection))

    def refuse(self, error: Exception) -> None:
        """Note that it failed by itself, and its part of the transaction was undone."""
        self._error = error

    def settle(self, failure: Exception | None) -> None:
        """Tell whoever asked; ``failure`` is what undid the whole transaction."""
        error = failure or self._error
        if error is None:
            self.future.set_result(self._result[0])
        else:
            self.future.set_exception(error)


class Writer:
    """Owns the writing thread and its connection."""

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine = engine
        self._place = place
        self._waiting: SimpleQueue[_Unit | None] = SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._connection: Connection | None = None
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Connection], T]) -> Future[T]:
        """Have it done in the next transaction; raises ``PreconditionFailed`` after ``close``."""
        job = _Job(work)
        with self._closing:
            if self._closed:
                raise PreconditionFailed(f"The database {self._place} is closed: the platform is stopping.")
            self._waiting.put(job)
        return job.future

    def close(self) -> None:
        """Write what still waits, then stop the thread."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        open_ = True
        while open_:
            group, open_ = self._gather()
            if group:
                self._settle(group, self._transact(group))
        self._disconnect()

    def _gather(self) -> tuple[list[_Unit], bool]:
        group: list[_Unit] = []
        job = self._waiting.get()
        while job is not None:
            if job.claim():
                group.append(job)
            if len(group) == LARGEST_GROUP:
                return group, True
            try:
                job = self._waiting.get_nowait()
            except Empty:
                return group, True
        return group, False

    def _transact(self, group: Sequence[_Unit]) -> Exception | None:
        """Run the group in one transaction; give what undid all of it, if anything did."""
        try:
            # Kept open from one transaction to the next: taking it from the engine costs as much as a small commit.
            connection = self._connection = self._connection or self._engine.connect()
            with connection.begin() as transaction:
                if len(group) == 1:
                    group[0].run(connection)
                else:
                    for job in group:
                        self._run_apart(job, connection)
                transaction.commit()
        except SQLAlchemyError as error:
            self._disconnect()
            return faults.translate(error, self._place)
        except Exception as error:  # a background loop that runs others' functions: the asker is told
            return error
        return None

    def _disconnect(self) -> None:
        """Give the connection back; after a fault, the next transaction takes one that is checked."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _run_apart(self, job: _Unit, connection: Connection) -> None:
        """Run one of several, so that its failure undoes only its own part, unless the whole transaction is lost."""
        savepoint = connection.begin_nested()
        try:
            job.run(connection)
        except SQLAlchemyError as error:
            if faults.spoils_transaction(error):
                raise
            savepoint.rollback()
            job.refuse(faults.translate(error, self._place))
        except Exception as error:  # as in _transact
            savepoint.rollback()
            job.refuse(error)
        else:
            savepoint.commit()

    def _settle(self, group: Sequence[_Unit], failure: Exception | None) -> None:
        for job in group:
            job.settle(failure)
