"""What the platform knows of itself: where its data folder stands, and the secret that its links are signed with."""

import secrets
from pathlib import Path

from sqlalchemy import Connection, select

from flyweight.errors import PreconditionFailed
from flyweight.store import tables
from flyweight.store.bulk import insert_new
from flyweight.store.database import Database

SECRET_BYTES = 32

_HOME = "data_dir"
_SECRET = "signing_secret"  # noqa: S105  # the name of a row


def settle(database: Database, data_dir: Path) -> bytes:
    """Note at first where the data folder stands, check it ever after, and give the signing secret; blocks, at start.

    Raises ``PreconditionFailed`` if the folder was moved: what is stored names files in it by their absolute path.
    """
    here = str(data_dir.resolve())

    def read(connection: Connection) -> dict[str, bytes]:
        return {row.key: row.value for row in connection.execute(select(tables.platform))}

    def write(connection: Connection) -> None:
        insert_new(connection, tables.platform, {"key": _HOME, "value": here.encode()})
        insert_new(connection, tables.platform, {"key": _SECRET, "value": secrets.token_bytes(SECRET_BYTES)})

    known = database.read_now(read)
    if not {_HOME, _SECRET} <= known.keys():
        database.write_now(write)
        known = database.read_now(read)
    home = known[_HOME].decode()
    if home != here:
        raise PreconditionFailed(
            f"The data folder {here} was made at {home} and moved. Stored results name their files by absolute path, so"
            f" it only works where it was: move it back (mv {here} {home}), or link it: ln -s {here} {home} and"
            f" give --data-dir {home}."
        )
    return known[_SECRET]
