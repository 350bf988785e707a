"""``flytekit.extras.sqlite3.task``: a query over a SQLite file that lies anywhere, as a task that gives a dataframe."""

import contextlib
import importlib
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from flyweight import blob
from flyweight.blob.uris import scheme
from flyweight.compat.shim_tasks import PythonCustomizedContainerTask, ShimTaskExecutor
from flyweight.compile.settings import DEFAULT_IMAGE, SerializationSettings
from flyweight.errors import InvalidInput, MissingExtra, NotFound, TypeMismatch
from flyweight.sdk.sql_task import SQLTask
from flyweight.types.schema import FlyteSchema

_WEB = ("http", "https")
_PATIENCE = 60
"""Seconds that a server may be silent."""


@dataclass
class SQLite3Config:
    """Which database is queried.

    Args:
        uri: where the file lies: a path, or a URI of a store or the web.
        compressed: whether it is an archive (zip, tar, with gzip, bzip2 or xz) that holds the one file.

    """

    uri: str
    compressed: bool = False


class SQLite3Task(PythonCustomizedContainerTask[SQLite3Config], SQLTask[SQLite3Config]):
    """A query over a SQLite file; gives the output ``results``.

    Args:
        name: the task's name; must be unique.
        query_template: the query; ``{{ .inputs.NAME }}`` stands for an input.
        inputs: types by name.
        task_config: which database.
        output_schema_type: the type of ``results``: a ``FlyteSchema``, or a class of dataframes.
        container_image: the image; Flyweight's by default.
        settings: see ``ClassSettings``.

    Raises:
        InvalidInput: no database is named.

    """

    def __init__(
        self,
        name: str,
        query_template: str,
        inputs: Mapping[str, Any] | None = None,
        task_config: SQLite3Config | None = None,
        output_schema_type: Any = None,
        container_image: Any = None,
        **settings: Any,
    ) -> None:
        if task_config is None or not task_config.uri:
            raise InvalidInput(f"{name}: name the database, as in task_config=SQLite3Config(uri=...).")
        self._config = task_config
        super().__init__(
            name,
            task_config,
            container_image or DEFAULT_IMAGE,
            SQLite3TaskExecutor,
            task_type="sqlite",
            query_template=query_template,
            inputs=inputs,
            outputs={"results": output_schema_type or FlyteSchema},
            **settings,
        )

    @property
    def output_columns(self) -> list[str] | None:
        """The columns that ``results`` is declared with; None without any."""
        declared = self.interface.outputs["results"]
        names = declared.column_names() if hasattr(declared, "column_names") else []
        return names or None

    def get_custom(self, settings: SerializationSettings) -> Mapping[str, Any] | None:
        """Give the query and the database."""
        del settings
        return {"query_template": self.query_template, "uri": self._config.uri, "compressed": self._config.compressed}


class SQLite3TaskExecutor(ShimTaskExecutor[SQLite3Task]):
    """Fetches the file, and runs the query."""

    def execute_from_model(self, tt: Any, **kwargs: Any) -> Any:
        """Give what the query selects, as a dataframe of pandas.

        Raises:
            NotFound: there is no such file.
            TypeMismatch: it is no database, or the query cannot be run; says why.
            MissingExtra: pandas is not installed.

        """
        try:
            pandas = importlib.import_module("pandas")
        except ImportError as error:
            raise MissingExtra("pandas", "dataframes") from error
        custom = tt.custom
        query = SQLite3Task.interpolate_query(custom["query_template"], **kwargs)
        with tempfile.TemporaryDirectory() as folder:
            path = _fetched(custom["uri"], Path(folder))
            if custom["compressed"]:
                path = Path(unarchive_file(str(path), folder))
            try:
                with contextlib.closing(sqlite3.connect(path)) as connection:
                    return pandas.read_sql_query(query, connection)
            except (sqlite3.Error, pandas.errors.DatabaseError) as error:
                raise TypeMismatch(f"{tt.id.name}: {custom['uri']} cannot be asked `{query}`: {error}") from error


def unarchive_file(local_path: str, to_dir: str) -> str:
    """Unpack an archive of one file below a folder, and give that file's path.

    Raises:
        RuntimeError: it holds none, or several, or one that would lie elsewhere.

    """
    folder = Path(to_dir) / "_arch"
    try:
        if tarfile.is_tarfile(local_path) and hasattr(tarfile, "data_filter"):  # it may come from the web
            shutil.unpack_archive(local_path, folder, filter="data")
        else:  # of zip files Python keeps to the folder by itself
            shutil.unpack_archive(local_path, folder)
    except tarfile.TarError as error:
        raise RuntimeError(f"{local_path} is not unpacked: {error}") from error
    files = [path for path in folder.iterdir() if path.is_file()]
    if len(files) != 1:
        raise RuntimeError(f"An archive of one database file is expected; {local_path} holds {len(files)} files.")
    return str(files[0])


def _fetched(uri: str, folder: Path) -> Path:
    path = folder / (uri.rstrip("/").rpartition("/")[2] or "database")
    if scheme(uri) in _WEB:
        try:
            with urlopen(uri, timeout=_PATIENCE) as answer, path.open("wb") as file:  # noqa: S310 - of the web, as was asked above
                shutil.copyfileobj(answer, file)
        except URLError as error:
            raise NotFound(f"The database {uri} cannot be fetched: {error.reason}.") from error
    else:
        blob.download(uri if "://" in uri else str(Path(uri).absolute()), path)
    return path
