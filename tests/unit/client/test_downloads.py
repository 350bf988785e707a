"""What values of an execution point at, written below a local folder."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from flyweight import FlyteDirectory, FlyteFile, literals
from flyweight.client.downloads import download
from flyweight.client.remote import FlyteRemote
from flyweight.errors import InvalidInput
from flyweight.literals import literal_map, to_bytes
from flyweight.semantics.offloading import pointer
from flyweight.types.data import use_data
from flyweight.types.registry import default_registry
from flyweight.types.storage import BlobData


@dataclass
class Report:
    rows: int
    names: list[str]


def test_files_folders_and_dataframes_are_written_as_they_are_and_structures_as_json(tmp_path: Path) -> None:
    data, registry = BlobData(str(tmp_path / "raw"), tmp_path / "scratch"), default_registry()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("a")
    with use_data(data):
        values = {
            "file": registry.to_literal(FlyteFile(str(tmp_path / "in" / "a.txt")), FlyteFile),
            "folder": registry.to_literal(FlyteDirectory(str(tmp_path / "in")), FlyteDirectory),
            "files": registry.to_literal([FlyteFile(str(tmp_path / "in" / "a.txt"))], list[FlyteFile]),
            "table": registry.to_literal(pd.DataFrame({"x": [1, 2]}), pd.DataFrame),
            "report": registry.to_literal(Report(2, ["b"]), Report),
            "maybe": registry.to_literal(Report(3, []), Report | None),
            "number": literals.primitive(3),
        }
        kept = values["files"]
        uri = data.new_uri("files")
        data.put_bytes(to_bytes(kept), uri)
        values["files"] = pointer(kept, uri, kept.ByteSize(), registry.literal_type(list[FlyteFile]))
    out = tmp_path / "out"
    written = dict(download(values, out, data))
    assert set(written) == {"file", "folder", "files[0]", "table", "report", "maybe"}
    assert written["file"].read_text() == written["files[0]"].read_text() == "a"
    assert written["file"].parent == out / "file"
    assert (out / "folder" / "a.txt").read_text() == "a"
    assert pd.read_parquet(out / "table")["x"].tolist() == [1, 2]
    assert '"rows": 2' in (out / "report.json").read_text()
    assert '"rows": 3' in written["maybe"].read_text()


@pytest.mark.parametrize("key", ["../out", "/out", "a/../../out", ""])
def test_nothing_is_written_outside_of_the_folder(tmp_path: Path, key: str) -> None:
    data, told = BlobData(str(tmp_path / "raw"), tmp_path / "scratch"), literals.binary(b"\x81\xa1a\x01")
    with pytest.raises(InvalidInput, match="cannot be a path below"):
        dict(download({"values": literals.mapping({key: told})}, tmp_path / "to", data))
    inside = dict(download({"values": literals.mapping({"a/b": told})}, tmp_path / "to", data))
    assert inside == {"values.a/b": tmp_path / "to/values/a/b.json"}


def test_several_values_are_asked_for_by_name(remote: FlyteRemote, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="recursive=True"):
        remote.download(literal_map({"a": literals.primitive(1)}), tmp_path, recursive=False)
    assert remote.download(literals.primitive(1), tmp_path, recursive=False) == {}
