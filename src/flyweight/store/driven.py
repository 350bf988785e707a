"""Gives statements to the database's driver as they are; its errors come out as SQLAlchemy's.

What SQLAlchemy puts around a statement costs more than SQLite takes to carry it out, and all of the engine's come by
here.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


def execute(connection: Connection, sql: str, rows: Sequence[Any] | None = None) -> None:
    """Carry a statement out, for each of the rows if there are any; raises as ``Connection.execute``."""
    driver = connection.dialect.loaded_dbapi
    cursor = connection.connection.cursor()
    try:
        if rows is None:
            cursor.execute(sql)
        else:
            cursor.executemany(sql, rows)
    except driver.Error as error:
        raise DBAPIError.instance(sql, None, error, driver.Error, dialect=connection.dialect) from error
    finally:
        cursor.close()
