"""Dataframes as files in a folder: pandas and Arrow, parquet and CSV; the one home of both libraries.

A handler is found by the name of the dataframe's class, so that neither library is loaded before the user has.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from flyweight.errors import InvalidInput, MissingExtra

PARQUET = "parquet"
CSV = "csv"
PARQUET_FILE = "00000"
"""The name that flytekit gives to the one file of a dataframe."""
CSV_FILE = ".csv"

_EXTRA = "dataframes"


class Renderer(Protocol):
    """Shows dataframes of a class on decks, in the place of their handler."""

    def to_html(self, df: Any, /) -> str:
        """Give HTML."""
        ...


RENDERERS: dict[type, Renderer] = {}
"""By the dataframe's class."""


class FrameHandler(ABC):
    """Writes and reads dataframes of one library."""

    formats: tuple[str, ...] = (PARQUET, CSV)
    default_format: str = PARQUET

    @abstractmethod
    def write(self, frame: Any, folder: Path, file_format: str) -> None:
        """Write a dataframe into a folder that is there."""

    @abstractmethod
    def read(self, source: Path, file_format: str, columns: Sequence[str] | None) -> Any:
        """Read a dataframe from a folder or file; ``columns`` chooses some."""

    @abstractmethod
    def iterate(self, source: Path, file_format: str, columns: Sequence[str] | None) -> Iterator[Any]:
        """Read a dataframe part by part, so that it need not fit in memory."""

    def to_html(self, frame: Any) -> str:
        """Show a dataframe on a deck."""
        return f"<pre>{escape(repr(frame))}</pre>"


class ArrowFrames(FrameHandler):
    """``pyarrow.Table``."""

    def write(self, frame: Any, folder: Path, file_format: str) -> None:
        """Write one file."""
        if file_format == CSV:
            _arrow("csv").write_csv(frame, folder / CSV_FILE)
        else:
            _arrow("parquet").write_table(frame, folder / PARQUET_FILE)

    def read(self, source: Path, file_format: str, columns: Sequence[str] | None) -> Any:
        """Read all files of the folder as one table."""
        if file_format == CSV:
            table = _arrow("csv").read_csv(_csv_file(source))
            return table.select(list(columns)) if columns else table
        return _arrow("parquet").read_table(source, columns=list(columns) if columns else None)

    def iterate(self, source: Path, file_format: str, columns: Sequence[str] | None) -> Iterator[Any]:
        """Give a table for each batch of rows."""
        table_of = _arrow().Table.from_batches
        if file_format == CSV:
            for batch in _arrow("csv").open_csv(_csv_file(source)):
                part = table_of([batch])
                yield part.select(list(columns)) if columns else part
            return
        for path in frame_files(source):
            for batch in _arrow("parquet").ParquetFile(path).iter_batches(columns=list(columns) if columns else None):
                yield table_of([batch])

    def to_html(self, frame: Any) -> str:
        """Show the schema."""
        return f"<pre>{escape(frame.schema.to_string())}</pre>"


class PandasFrames(FrameHandler):
    """``pandas.DataFrame``."""

    def write(self, frame: Any, folder: Path, file_format: str) -> None:
        """Write one file; parquet keeps the index."""
        if file_format == CSV:
            frame.to_csv(folder / CSV_FILE, index=False)
            return
        _arrow("parquet")
        frame.to_parquet(folder / PARQUET_FILE, coerce_timestamps="us", allow_truncated_timestamps=False)

    def read(self, source: Path, file_format: str, columns: Sequence[str] | None) -> Any:
        """Read all files of the folder as one dataframe."""
        chosen = list(columns) if columns else None
        if file_format == CSV:
            return _pandas().read_csv(_csv_file(source), usecols=chosen)
        _arrow("parquet")
        return _pandas().read_parquet(source, columns=chosen)

    def iterate(self, source: Path, file_format: str, columns: Sequence[str] | None) -> Iterator[Any]:
        """Give a dataframe for each batch of rows."""
        for table in ArrowFrames().iterate(source, file_format, columns):
            yield table.to_pandas()

    def to_html(self, frame: Any) -> str:
        """Show what pandas says of each column."""
        return str(frame.describe(include="all").to_html())


_HANDLERS: dict[tuple[str, str], FrameHandler] = {
    ("pandas", "DataFrame"): PandasFrames(),
    ("pyarrow", "Table"): ArrowFrames(),
}


_HOMES = {"polars": "flyweight.types.polars_frames"}
"""Libraries whose handlers stand elsewhere, as ``HANDLERS``, and are loaded when one of their classes is met."""


def handler_for(frame_type: Any) -> FrameHandler | None:
    """Find the handler of a dataframe's class, or of a class that it extends."""
    if not isinstance(frame_type, type):
        return None
    for base in frame_type.__mro__:
        library = base.__module__.partition(".")[0]
        home = _HOMES.pop(library, None)
        if home is not None:
            _HANDLERS.update(import_module(home).HANDLERS)
        handler = _HANDLERS.get((library, base.__name__))
        if handler is not None:
            return handler
    return None


def is_frame_type(python_type: Any) -> bool:
    """Tell whether an annotation is a dataframe of a library we know."""
    return handler_for(python_type) is not None


def check_format(handler: FrameHandler, file_format: str) -> None:
    """Refuse a format that nobody here can write or read."""
    if file_format not in handler.formats:
        raise InvalidInput(f"the format '{file_format}' is not one of {', '.join(handler.formats)}")


def frame_files(source: Path) -> list[Path]:
    """List the files that a dataframe lies in: one, or those of a folder in their order."""
    return sorted(source.iterdir()) if source.is_dir() else [source]


def _csv_file(source: Path) -> Path:
    if source.is_file():
        return source
    files = sorted(source.iterdir())
    if len(files) != 1:
        raise InvalidInput(f"{source} holds {len(files)} files; a CSV dataframe is one file")
    return files[0]


def _pandas() -> Any:
    return _optional("pandas", "pandas")


def _arrow(part: str = "") -> Any:
    return _optional("pyarrow", f"pyarrow.{part}" if part else "pyarrow")


def _optional(library: str, module: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtra(library, _EXTRA) from error
