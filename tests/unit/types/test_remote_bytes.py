"""Bytes that lie elsewhere: fetched once, on the first use, through the data access of who runs the task."""

import io
import pickle
from pathlib import Path
from typing import IO, Any

import pytest

from flyweight.types import DataAccess, FlyteFile, Registry, use_data


class Shelf:
    """An object store in memory that counts what is fetched."""

    def __init__(self, scratch: Path) -> None:
        self.objects: dict[str, bytes] = {}
        self.fetched: list[str] = []
        self._scratch = scratch

    def new_uri(self, name: str = "") -> str:
        return f"shelf://{len(self.objects)}/{name or 'object'}"

    def put(self, path: str | Path, uri: str) -> None:
        self.objects[uri] = Path(path).read_bytes()

    def put_bytes(self, data: bytes, uri: str) -> None:
        self.objects[uri] = data

    def draft(self) -> Path:
        return self.local_path()

    def store(self, path: str | Path, name: str = "") -> str:
        uri = self.new_uri(name)
        self.put(path, uri)
        return uri

    def get(self, uri: str, path: str | Path) -> None:
        self.fetched.append(uri)
        Path(path).write_bytes(self.objects[uri])

    def get_bytes(self, uri: str) -> bytes:
        return self.objects[uri]

    def open(self, uri: str, mode: str = "rb") -> IO[Any]:
        return io.BytesIO(self.objects[uri]) if "b" in mode else io.StringIO(self.objects[uri].decode())

    def is_local(self, uri: str) -> bool:
        return "://" not in uri

    def local_path(self, name: str = "") -> Path:
        return self._scratch / (name or "object")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_a_shelf_is_a_data_access(shelf: Shelf):
    access: DataAccess = shelf
    assert access is shelf


def test_a_file_is_fetched_once_and_only_when_its_path_is_used(registry: Registry, shelf: Shelf):
    shelf.objects["shelf://a/x.txt"] = b"hello"
    with use_data(shelf):
        file = registry.to_python(registry.to_literal("shelf://a/x.txt", FlyteFile), FlyteFile)
        with file.open("r") as stream:
            assert stream.read() == "hello"
        assert (str(file), shelf.fetched, file.downloaded) == ("shelf://a/x.txt", [], False)
        assert Path(file).read_bytes() == b"hello"
        assert Path(file).name == "x.txt"
        assert (shelf.fetched, file.downloaded) == (["shelf://a/x.txt"], True)
        assert registry.to_literal(file, FlyteFile).scalar.blob.uri == "shelf://a/x.txt"


def test_a_result_is_fetched_through_the_access_it_came_by(registry: Registry, shelf: Shelf):
    shelf.objects["shelf://a/x.txt"] = b"hello"
    with use_data(shelf):
        file = registry.to_python(registry.to_literal("shelf://a/x.txt", FlyteFile), FlyteFile)
    copied = pickle.loads(pickle.dumps(file))
    assert (copied.remote_source, copied.path) == (file.remote_source, file.path)
    assert Path(file).read_bytes() == b"hello"


def test_a_local_file_goes_to_the_store_of_the_task(registry: Registry, shelf: Shelf, tmp_path: Path):
    (tmp_path / "a.txt").write_text("hello")
    with use_data(shelf):
        uri = registry.to_literal(tmp_path / "a.txt", FlyteFile).scalar.blob.uri
    assert shelf.objects == {uri: b"hello"}


def test_dataframes_travel_as_a_folder_of_files(registry: Registry, tmp_path: Path):
    pd = pytest.importorskip("pandas")

    class Folders(Shelf):
        def put(self, path: str | Path, uri: str) -> None:
            self.objects.update({f"{uri}/{file.name}": file.read_bytes() for file in Path(path).iterdir()})

        def get(self, uri: str, path: str | Path) -> None:
            Path(path).mkdir()
            for name, content in self.objects.items():
                (Path(path) / name.removeprefix(f"{uri}/")).write_bytes(content)

        def local_path(self, name: str = "") -> Path:
            return tmp_path / f"{len(list(tmp_path.iterdir()))}"

    shelf = Folders(tmp_path)
    with use_data(shelf):
        literal = registry.to_literal(pd.DataFrame({"a": [1, 2]}), pd.DataFrame)
        assert list(shelf.objects) == [f"{literal.scalar.structured_dataset.uri}/00000"]
        assert registry.to_python(literal, pd.DataFrame)["a"].tolist() == [1, 2]
