"""What a call sends lies where its content says: the same input has the same address, in every process."""

from pathlib import Path

import pytest
from flyteidl.core.interface_pb2 import Variable
from flyteidl.core.literals_pb2 import Literal
from flyteidl.core.types_pb2 import LiteralType, SimpleType

from flyweight import FlyteDirectory, FlyteFile, literals
from flyweight.client.data import ClientData
from flyweight.client.inputs import input_literals
from flyweight.client.remote import FlyteRemote
from flyweight.errors import NotFound
from flyweight.types.data import use_data
from flyweight.types.registry import default_registry
from tests.unit.client.registry import Registry


def address(remote: FlyteRemote, value: object, python_type: type) -> str:
    """Convert a value for a new call, and give where it went."""
    with use_data(ClientData(remote, "p", "d")):
        return default_registry().to_literal(value, python_type).scalar.blob.uri


def test_a_file_has_the_address_of_its_content(registry: Registry, remote: FlyteRemote, tmp_path: Path) -> None:
    for folder, content in (("a", "one"), ("b", "one"), ("c", "two")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.txt").write_text(content)
    same, again, other = (address(remote, tmp_path / folder / "x.txt", FlyteFile) for folder in "abc")
    assert same == again != other
    assert same.endswith("/x.txt")
    assert sorted(registry.uploads.values()) == [b"one", b"two"]


def test_a_folder_has_the_address_of_all_it_holds(registry: Registry, remote: FlyteRemote, tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.txt").write_text("a")
    (tmp_path / "in" / "deep" / "b.txt").write_text("b")
    first = address(remote, tmp_path / "in", FlyteDirectory)
    assert address(remote, tmp_path / "in", FlyteDirectory) == first
    root = first.removeprefix("file:///nowhere")
    assert registry.uploads == {f"{root}/a.txt": b"a", f"{root}/deep/b.txt": b"b"}
    (tmp_path / "in" / "a.txt").rename(tmp_path / "in" / "c.txt")
    assert address(remote, tmp_path / "in", FlyteDirectory) != first


def test_a_pickle_is_sent_whole(registry: Registry, remote: FlyteRemote) -> None:
    uri = address(remote, {1, 2}, set)
    assert list(registry.uploads) == [uri.removeprefix("file:///nowhere")]


def test_an_empty_folder_is_refused(registry: Registry, remote: FlyteRemote, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no file to upload"):
        address(remote, tmp_path, FlyteDirectory)


def test_a_large_input_is_uploaded_and_what_points_at_it_is_sent(registry: Registry, remote: FlyteRemote) -> None:
    kind = LiteralType(simple=SimpleType.STRING)
    variables = {name: Variable(type=kind) for name in ("text", "name")}
    given = {"text": "x" * (10 * 1024 * 1024), "name": "small"}
    made = input_literals(given, variables, {"text": str, "name": str}, ClientData(remote, "p", "d"))
    assert made["name"] == literals.primitive("small")
    pointer = made["text"].offloaded_metadata
    assert (pointer.inferred_type, pointer.uri.rpartition("/")[2]) == (kind, "text_offloaded_metadata.pb")
    [(address, content)] = registry.uploads.items()
    assert pointer.uri.endswith(address)
    assert Literal.FromString(content) == literals.primitive(given["text"])
