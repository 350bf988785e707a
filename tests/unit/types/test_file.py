"""Files and folders: uploaded when they leave, fetched when they are used, and never sent twice."""

# ruff: noqa: UP007 - the older spellings of unions are cases too

import contextlib
import os
from pathlib import Path
from typing import TypeVar, Union

import pytest
from flyteidl.core.types_pb2 import BlobType

from flyweight.errors import InvalidInput, NotFound, TypeMismatch
from flyweight.types import BlobData, FlyteDirectory, FlyteFile, Registry, use_data
from tests.unit.types.wire import text


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "deep" / "x.txt").write_text("x")
    return tmp_path / "in"


def uri_of(registry: Registry, value: object, python_type: object = FlyteFile) -> str:
    return registry.to_literal(value, python_type).scalar.blob.uri


def path_of(uri: str) -> Path:
    return Path(uri.removeprefix("file://"))


def test_types(registry: Registry):
    assert text(registry.literal_type(FlyteFile)) == "blob { }"
    assert text(registry.literal_type(FlyteFile["csv"])) == 'blob { format: "csv" }'
    assert text(registry.literal_type(os.PathLike)) == "blob { }"
    assert text(registry.literal_type(FlyteDirectory["png"])) == 'blob { format: "png" dimensionality: MULTIPART }'


def test_a_format_is_one_class_each_time():
    assert FlyteFile["csv"] is FlyteFile[".csv"]
    assert FlyteFile[TypeVar("csv")] is FlyteFile["csv"]
    assert FlyteFile["csv"] is not FlyteDirectory["csv"]
    assert FlyteFile["csv"].extension() == "csv"
    assert FlyteFile.extension() == ""


@pytest.mark.parametrize("given", [str, Path, FlyteFile])
def test_a_local_file_is_uploaded_under_its_name(registry: Registry, data: BlobData, csv: Path, given: type):
    uri = uri_of(registry, given(csv))
    assert uri.startswith(data.raw_prefix)
    assert uri.endswith("/a.csv")
    assert path_of(uri).read_text() == "a,b\n"
    assert uri_of(registry, given(csv)) != uri


def test_what_came_from_elsewhere_is_passed_on_as_it_is(registry: Registry, data: BlobData, csv: Path):
    literal = registry.to_literal(FlyteFile(csv, metadata={"k": "v"}), FlyteFile)
    back = registry.to_python(literal, FlyteFile)
    assert registry.to_literal(back, FlyteFile) == literal
    for uri in ("s3://x/y.csv", "https://x/y.csv"):
        assert uri_of(registry, uri) == uri
        assert uri_of(registry, FlyteFile(uri)) == uri
        assert not FlyteFile(uri).downloaded


def test_the_user_may_choose_the_place(registry: Registry, data: BlobData, csv: Path, tmp_path: Path):
    place = (tmp_path / "chosen.csv").as_uri()
    assert uri_of(registry, FlyteFile(csv, remote_path=place)) == place
    assert path_of(place).read_text() == "a,b\n"
    assert uri_of(registry, FlyteFile(csv, remote_path=False)) == str(csv)


def test_a_stored_file_is_a_path(registry: Registry, data: BlobData, csv: Path):
    back = registry.to_python(registry.to_literal(csv, FlyteFile), FlyteFile["csv"])
    assert isinstance(back, FlyteFile["csv"])
    assert Path(back).read_text() == "a,b\n"
    assert str(back) == back.path == os.fspath(back)
    assert back.remote_source is not None
    with back.open() as stream:
        assert stream.read() == "a,b\n"


def test_a_new_remote_file_is_written_in_its_place(registry: Registry, data: BlobData):
    file = FlyteFile.new_remote_file("out.txt")
    with file.open("w") as stream:
        stream.write("written")
    uri = uri_of(registry, file)
    assert uri == file.remote_source
    assert uri.endswith("/out.txt")
    assert path_of(uri).read_text() == "written"


def test_a_new_local_file_is_uploaded_when_it_leaves(registry: Registry, data: BlobData):
    file = FlyteFile.new("out.txt")
    Path(file.path).write_text("written")
    assert path_of(uri_of(registry, file)).read_text() == "written"


def test_a_name_with_spaces_survives(registry: Registry, data: BlobData, tmp_path: Path):
    path = tmp_path / "two words %.txt"
    path.write_text("x")
    back = registry.to_python(registry.to_literal(path, FlyteFile), FlyteFile)
    assert Path(back).read_text() == "x"


@pytest.mark.parametrize(
    ("name", "python_type", "message"),
    [
        ("nowhere", FlyteFile, "nowhere' (str), which does not exist"),
        (".", FlyteFile, "which is a folder; annotate it as FlyteDirectory"),
        ("nowhere", FlyteDirectory, "which does not exist"),
        ("a.csv", FlyteDirectory, "which is a file; annotate it as FlyteFile"),
    ],
)
def test_what_is_not_there_is_refused(
    registry: Registry, data: BlobData, csv: Path, name: str, python_type: type, message: str
):
    with pytest.raises(TypeMismatch) as caught:
        registry.to_literal(os.path.relpath(csv.parent / name), python_type)
    assert message in str(caught.value)


def test_what_is_no_path_is_refused(registry: Registry):
    with pytest.raises(TypeMismatch, match=r"expected FlyteFile, got 3 \(int\); give a path or a FlyteFile"):
        registry.to_literal(3, FlyteFile)


def test_a_folder_is_uploaded_whole_and_comes_back(registry: Registry, data: BlobData, folder: Path):
    literal = registry.to_literal(str(folder), FlyteDirectory)
    assert literal.scalar.blob.metadata.type.dimensionality == BlobType.MULTIPART
    back = registry.to_python(literal, FlyteDirectory)
    assert (Path(back) / "deep" / "x.txt").read_text() == "x"
    assert registry.to_literal(back, FlyteDirectory) == literal


def test_a_file_is_no_folder(registry: Registry, data: BlobData, csv: Path, folder: Path):
    with pytest.raises(TypeMismatch, match="annotate it as FlyteFile"):
        registry.to_python(registry.to_literal(csv, FlyteFile), FlyteDirectory)
    with pytest.raises(TypeMismatch, match="annotate it as FlyteDirectory"):
        registry.to_python(registry.to_literal(folder, FlyteDirectory), FlyteFile)


def test_a_remote_folder_is_filled_file_by_file(registry: Registry, data: BlobData):
    folder = FlyteDirectory.new_remote("out")
    with folder.new_file("a.txt").open("w") as stream:
        stream.write("a")
    with folder.new_dir("deep").new_file("b.txt").open("w") as stream:
        stream.write("b")
    stored = path_of(uri_of(registry, folder, FlyteDirectory))
    assert sorted(str(path.relative_to(stored)) for path in stored.rglob("*.txt")) == ["a.txt", "deep/b.txt"]


def test_a_path_of_a_union_with_str_is_a_str(registry: Registry, data: BlobData, csv: Path):
    literal = registry.to_literal(str(csv), Union[str, FlyteFile])
    assert literal.scalar.union.type.structure.tag == "str"
    literal = registry.to_literal(FlyteFile(csv), Union[str, FlyteFile])
    assert literal.scalar.union.type.structure.tag == "FlyteFilePath"


@pytest.mark.parametrize("prefix", ["{}", "file://{}"])
def test_uris_are_as_the_raw_prefix_is(registry: Registry, tmp_path: Path, csv: Path, prefix: str):
    raw = prefix.format(tmp_path / "raw")
    with use_data(BlobData(raw, tmp_path / "scratch")):
        uri = uri_of(registry, csv)
        assert uri.startswith(f"{raw}/")
        assert Path(registry.to_python(registry.to_literal(csv, FlyteFile), FlyteFile)).read_text() == "a,b\n"


def test_half_a_file_is_no_file(data: BlobData):
    file = FlyteFile.new_remote_file("out.txt")
    with contextlib.suppress(ZeroDivisionError), file.open("w") as stream:
        stream.write("half")
        raise ZeroDivisionError
    assert not Path(file.path).exists()


def test_a_mode_that_objects_do_not_have_is_refused(data: BlobData):
    with pytest.raises(InvalidInput, match="mode 'a'; use r, rb, w or wb"), FlyteFile("x.txt").open("a"):
        pass


def test_guessing(registry: Registry):
    assert registry.guess(registry.literal_type(FlyteFile["csv"])) is FlyteFile["csv"]
    assert registry.guess(registry.literal_type(FlyteDirectory)) is FlyteDirectory


def test_a_folder_lists_and_crawls_what_is_in_it(registry: Registry, data: BlobData, folder: Path):
    (folder / "top.csv").write_text("t")
    here = FlyteDirectory(folder)
    elsewhere = registry.to_python(registry.to_literal(here, FlyteDirectory), FlyteDirectory)
    for one in (here, elsewhere):
        root = (one.remote_source or one.path).rstrip("/")
        assert [type(inside) for inside in FlyteDirectory.listdir(one)] == [FlyteDirectory, FlyteFile]
        assert [str(inside.path) for inside in FlyteDirectory.listdir(one)] == [f"{root}/deep", f"{root}/top.csv"]
        assert list(one.crawl()) == [(root, "top.csv"), (root, "deep/x.txt")]
        assert list(one.crawl(topdown=False)) == [(root, "deep/x.txt"), (root, "top.csv")]
        assert list(one.crawl(maxdepth=1)) == [(root, "top.csv")]
    assert (elsewhere / "top.csv").read_text() == "t"
    [deep, _] = FlyteDirectory.listdir(elsewhere)
    assert deep.remote_source  # what is inside lies elsewhere too, and is not uploaded again


def test_listing_a_folder_that_is_not_here_says_so(tmp_path: Path):
    missing = FlyteDirectory(str(tmp_path / "nope"))
    for look in (FlyteDirectory.listdir, lambda one: list(one.crawl())):
        with pytest.raises(NotFound, match=r"There is no folder .*nope\."):
            look(missing)


def test_a_folder_with_a_downloader_is_fetched_before_it_is_listed(tmp_path: Path, folder: Path):
    lazy = FlyteDirectory(str(tmp_path / "later"), lambda: folder.rename(tmp_path / "later"))
    assert [Path(inside.path).name for inside in FlyteDirectory.listdir(lazy)] == ["deep"]


def test_a_downloader_is_asked_once_when_the_path_is_needed(tmp_path: Path):
    asked: list[int] = []
    file = FlyteFile(str(tmp_path / "made.txt"), lambda: asked.append((tmp_path / "made.txt").write_text("made")))
    assert not asked
    assert Path(file).read_text() == Path(file).read_text() == "made"
    assert asked == [4]


def test_new_places_in_a_folder_have_names_of_their_own(data: BlobData, tmp_path: Path):
    folder = FlyteDirectory.new_remote()
    assert folder.new_file().path != folder.new_file().path
    assert Path(folder.new_dir().path).is_dir()
    below = FlyteFile.new_remote_file("a.txt", alt=str(tmp_path / "chosen"))
    with below.open("w") as stream:
        stream.write("x")
    assert (tmp_path / "chosen" / "a.txt").read_text() == "x"
