"""Turns what SQLAlchemy and SQLite raise into our errors: try again, or broken for good with the file and a remedy.

The only file that knows SQLite's error codes; called by ``database`` at its border.
"""

import sqlite3

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from flyweight.errors import FlyweightError, StorageFailed, TryAgain

_PRIMARY = 0xFF
"""SQLite keeps the kind of an error in the low byte; the rest tells where it arose."""

_FULL = {sqlite3.SQLITE_FULL}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM}
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_SHARED_MEMORY_GROWTH = sqlite3.SQLITE_IOERR_SHMSIZE


def spoils_transaction(error: SQLAlchemyError) -> bool:
    """Tell whether the whole transaction is lost by it, and not just the statement (SQLite may have rolled back)."""
    code = _sqlite_code(error)
    return code is not None and code & _PRIMARY not in {sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_ERROR}


def translate(error: SQLAlchemyError, place: str) -> FlyweightError:
    """Give the error of our tree for one of the database's (its cause); ``place`` names the file or server."""
    translated = _translated(error, place)
    translated.__cause__ = error
    return translated


def _translated(error: SQLAlchemyError, place: str) -> FlyweightError:
    code = _sqlite_code(error)
    reason = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    if code is None:
        return StorageFailed(f"The database {place} refused the request: {reason}")
    primary = code & _PRIMARY
    if primary in _FULL or code == _SHARED_MEMORY_GROWTH:
        return TryAgain(
            f"No space is left for the database {place}. Nothing was written: free some space and try again."
        )
    if primary in _BUSY:
        return TryAgain(f"The database {place} is busy ({reason}). Nothing was written: try again in a moment.")
    if primary in _BROKEN:
        return broken(place, reason)
    if primary in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY}:
        return StorageFailed(f"The database {place} cannot be opened for writing ({reason}): check its owner and mode.")
    return StorageFailed(f"The database {place} failed: {reason}")


def broken(place: str, reason: str) -> StorageFailed:
    """Say that a database file is no database any more, and what can be done."""
    return StorageFailed(
        f"The database {place} is broken ({reason}). Stop the platform, move the file away together with its -wal and"
        f" -shm, and put back a backup; or start with an empty one: flyweight up --data-dir OTHER_FOLDER."
        f" 'sqlite3 {place} .recover' may save what is left."
    )


def _sqlite_code(error: SQLAlchemyError) -> int | None:
    if not isinstance(error, DBAPIError) or not isinstance(error.orig, sqlite3.Error):
        return None
    return getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
