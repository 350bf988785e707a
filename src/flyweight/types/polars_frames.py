"""Polars' dataframes, whole and lazy, as files in a folder. Loaded when an annotation first names polars."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from flyweight.types.frames import CSV, CSV_FILE, PARQUET_FILE, FrameHandler, frame_files

BATCH = 65_536
"""Rows of a part when a dataframe is read part by part."""


class PolarsFrames(FrameHandler):
    """``polars.DataFrame``."""

    def write(self, frame: Any, folder: Path, file_format: str) -> None:
        """Write one file."""
        if file_format == CSV:
            frame.write_csv(folder / CSV_FILE)
        else:
            frame.write_parquet(folder / PARQUET_FILE)

    def read(self, source: Path, file_format: str, columns: Sequence[str] | None) -> Any:
        """Read all files of the folder as one dataframe."""
        return LazyPolarsFrames().read(source, file_format, columns).collect()

    def iterate(self, source: Path, file_format: str, columns: Sequence[str] | None) -> Iterator[Any]:
        """Give a dataframe for each batch of rows."""
        yield from self.read(source, file_format, columns).iter_slices(BATCH)

    def to_html(self, frame: Any) -> str:
        """Show what polars says of each column."""
        return str(frame.describe()._repr_html_())


class LazyPolarsFrames(FrameHandler):
    """``polars.LazyFrame``: scanned, so that only what a query needs is read."""

    def write(self, frame: Any, folder: Path, file_format: str) -> None:
        """Run the query and write one file."""
        PolarsFrames().write(frame.collect(), folder, file_format)

    def read(self, source: Path, file_format: str, columns: Sequence[str] | None) -> Any:
        """Scan all files of the folder."""
        polars = import_module("polars")
        files = frame_files(source)
        scanned = polars.scan_csv(files) if file_format == CSV else polars.scan_parquet(files)
        return scanned.select(list(columns)) if columns else scanned

    def iterate(self, source: Path, file_format: str, columns: Sequence[str] | None) -> Iterator[Any]:
        """Give the whole, which is read in parts anyway."""
        yield self.read(source, file_format, columns)

    def to_html(self, frame: Any) -> str:
        """Show the query's plan, without running it."""
        return f"<pre>{frame.explain()}</pre>"


HANDLERS = {("polars", "DataFrame"): PolarsFrames(), ("polars", "LazyFrame"): LazyPolarsFrames()}
