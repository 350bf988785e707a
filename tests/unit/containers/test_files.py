"""Inputs as files in a folder, outputs out of one: what a program finds, and what it may leave."""

import json
import os
from pathlib import Path, PurePosixPath

import msgpack
import pytest
import yaml
from flyteidl.core import interface_pb2, literals_pb2, tasks_pb2, types_pb2

from flyweight import blob, literals
from flyweight.containers.inputs import lay_out
from flyweight.containers.outputs import LARGEST_TEXT, OutputFolder
from flyweight.errors import InvalidInput, NotFound, RecoverableError, TooLarge, TypeMismatch, UserError

Loading = tasks_pb2.DataLoadingConfig
Strategy = tasks_pb2.IOStrategy
BlobType = types_pb2.BlobType
SEEN = PurePosixPath("/var/inputs")
INTEGER = types_pb2.LiteralType(simple=types_pb2.SimpleType.INTEGER)
FILE = types_pb2.LiteralType(blob=BlobType(dimensionality=BlobType.SINGLE))
FOLDER = types_pb2.LiteralType(blob=BlobType(dimensionality=BlobType.MULTIPART))
FRAME = types_pb2.LiteralType(structured_dataset_type=types_pb2.StructuredDatasetType())


def stored(path: Path, kind: types_pb2.LiteralType) -> literals_pb2.Literal:
    metadata = literals_pb2.BlobMetadata(type=kind.blob)
    return literals_pb2.Literal(
        scalar=literals_pb2.Scalar(blob=literals_pb2.Blob(uri=blob.file_uri(path), metadata=metadata))
    )


def variables(**kinds: types_pb2.LiteralType) -> dict[str, interface_pb2.Variable]:
    return {name: interface_pb2.Variable(type=kind) for name, kind in kinds.items()}


def test_each_input_is_a_file_and_a_list_of_all_is_beside_them(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "part").write_text("told")
    inputs = literals.literal_map(
        {
            "n": literals.primitive(7),
            "f": stored(tmp_path / "data" / "part", FILE),
            "d": stored(tmp_path / "data", FOLDER),
            "xs": literals.collection([literals.primitive("a"), literals.primitive("b")]),
            "m": literals.mapping({"k": literals.union(literals.primitive(2.5), INTEGER)}),
            "nothing": literals.none(),
            "record": literals.binary(msgpack.packb({"a": [1]})),
        }
    )
    place = tmp_path / "in"
    lay_out(inputs, place, SEEN, Loading(format=Loading.JSON))
    assert (place / "n").read_text() == "7"
    assert (place / "f").read_text() == (place / "d" / "part").read_text() == "told"
    assert [(place / "xs" / index).read_text() for index in "01"] == ["a", "b"]
    assert (place / "m" / "k").read_text() == "2.5"
    assert (place / "nothing").read_text() == "null"
    assert json.loads((place / "inputs.json").read_text()) == {
        "n": 7,
        "f": "/var/inputs/f",
        "d": "/var/inputs/d",
        "xs": ["a", "b"],
        "m": {"k": 2.5},
        "nothing": None,
        "record": {"a": [1]},
    }
    told = literals.map_from_bytes((place / "inputs.pb").read_bytes())
    assert told.literals["f"].scalar.blob.uri == "/var/inputs/f"


def test_the_list_is_in_the_format_that_the_task_asks_for(tmp_path: Path) -> None:
    inputs = literals.literal_map({"n": literals.primitive(7)})
    lay_out(inputs, tmp_path / "yaml", SEEN, Loading(format=Loading.YAML))
    assert yaml.safe_load((tmp_path / "yaml" / "inputs.yaml").read_text()) == {"n": 7}
    lay_out(inputs, tmp_path / "pb", SEEN, Loading(format=Loading.PROTO))
    assert sorted(path.name for path in (tmp_path / "pb").iterdir()) == ["inputs.pb", "n"]


def test_large_inputs_stay_where_they_are_when_the_task_wants_references(tmp_path: Path) -> None:
    inputs = literals.literal_map({"f": stored(tmp_path / "no such", FILE)})
    loading = Loading(io_strategy=Strategy(download_mode=Strategy.DO_NOT_DOWNLOAD))
    lay_out(inputs, tmp_path / "in", SEEN, loading)
    assert json.loads((tmp_path / "in" / "inputs.json").read_text()) == {"f": inputs.literals["f"].scalar.blob.uri}
    with pytest.raises(NotFound, match="no such"):
        lay_out(inputs, tmp_path / "again", SEEN, Loading())


@pytest.mark.parametrize("name", ["../out", "/etc/passwd", "..", ""])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be the name of a file"):
        lay_out(literals.literal_map({name: literals.primitive(1)}), tmp_path / "in", SEEN, Loading())
    assert not (tmp_path / "out").exists()
    left = OutputFolder(path=tmp_path / "left", shown="/var/outputs", raw_prefix=f"{blob.file_uri(tmp_path)}/raw")
    with pytest.raises(InvalidInput, match="cannot be the name of a file"):
        left.collect(variables(**{name: FILE}), Loading())


@pytest.fixture
def left(tmp_path: Path) -> OutputFolder:
    folder = tmp_path / "left"
    folder.mkdir()
    return OutputFolder(path=folder, shown="/var/outputs", raw_prefix=f"{blob.file_uri(tmp_path)}/raw")


def test_outputs_are_read_by_name_and_files_are_brought_away(left: OutputFolder, tmp_path: Path) -> None:
    (left.path / "n").write_text("7\n")
    (left.path / "f").write_bytes(b"\xff")
    for folder in ("d", "t"):
        (left.path / folder).mkdir()
        (left.path / folder / "part").write_text("told")
    found = left.collect(variables(n=INTEGER, f=FILE, d=FOLDER, t=FRAME), Loading())
    assert found.literals["n"] == literals.primitive(7)
    assert found.literals["f"].scalar.blob.uri == f"{left.raw_prefix}/f"
    assert (tmp_path / "raw" / "f").read_bytes() == b"\xff"
    assert found.literals["d"].scalar.blob.metadata.type == FOLDER.blob
    assert (tmp_path / "raw" / "d" / "part").read_text() == "told"
    assert found.literals["t"].scalar.structured_dataset.metadata.structured_dataset_type.format == "parquet"


def test_a_file_may_hold_a_reference_when_the_task_says_so(left: OutputFolder) -> None:
    (left.path / "f").write_text("s3://bucket/key\n")
    loading = Loading(io_strategy=Strategy(upload_mode=Strategy.DO_NOT_UPLOAD))
    assert left.collect(variables(f=FILE), loading).literals["f"].scalar.blob.uri == "s3://bucket/key"


def test_what_a_program_did_not_leave_is_named(left: OutputFolder) -> None:
    (left.path / "other").write_text("")
    (left.path / "d").mkdir()
    for declared in (variables(n=INTEGER), variables(f=FILE), variables(d=FILE), variables(other=FOLDER)):
        (name,) = declared
        with pytest.raises(RecoverableError, match=rf"output '{name}'.*/var/outputs/{name} \(there: d, other\)"):
            left.collect(declared, Loading())


def test_garbage_is_no_output(left: OutputFolder) -> None:
    (left.path / "n").write_text("many")
    with pytest.raises(TypeMismatch, match="output 'n': /var/outputs/n holds the wrong thing: 'many' is not integer"):
        left.collect(variables(n=INTEGER), Loading())
    (left.path / "n").write_bytes(b"\xff\xfe")
    with pytest.raises(TypeMismatch, match="not text in UTF-8"):
        left.collect(variables(n=INTEGER), Loading())
    with (left.path / "n").open("wb") as sparse:
        sparse.truncate(LARGEST_TEXT + 1)
    with pytest.raises(TooLarge, match="as FlyteFile"):
        left.collect(variables(n=INTEGER), Loading())
    (left.path / "n").unlink()
    os.mkfifo(left.path / "n")  # to open one would wait for ever
    for kind in (INTEGER, FILE, FRAME):
        with pytest.raises(RecoverableError, match="left no"):
            left.collect(variables(n=kind), Loading())


def test_a_program_says_by_a_file_that_it_failed(left: OutputFolder) -> None:
    assert left.told_failure() is None
    (left.path / "_ERROR").write_text("no data\n")
    assert left.told_failure() == "the program left /var/outputs/_ERROR: no data"


def test_what_ran_in_an_image_leaves_no_link_to_files_of_this_machine(left: OutputFolder, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mine")
    isolated = OutputFolder(path=left.path, shown=left.shown, raw_prefix=left.raw_prefix, isolated=True)
    (left.path / "n").write_text("7")
    (left.path / "inside").symlink_to("n")
    assert isolated.collect(variables(inside=INTEGER), Loading()).literals["inside"] == literals.primitive(7)
    (left.path / "f").symlink_to(tmp_path / "secret")
    with pytest.raises(UserError, match="/var/outputs/f is a link that leads out"):
        isolated.collect(variables(f=FILE), Loading())
    (left.path / "_ERROR").symlink_to(tmp_path / "secret")
    assert isolated.told_failure() is None
