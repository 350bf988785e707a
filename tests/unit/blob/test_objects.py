"""Objects by URI: the same behaviour for files and for an object store."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from flyweight import blob
from flyweight.blob.local import file_errors
from flyweight.errors import InvalidInput, NotFound, StorageFailed, TryAgain
from flyweight.settings import apply_environment


@pytest.fixture(params=["file", "memory"])
def root(request, tmp_path):
    yield blob.file_uri(tmp_path / "blobs") if request.param == "file" else f"memory://{tmp_path.name}"
    if request.param == "memory":
        blob.delete_prefix(f"memory://{tmp_path.name}")


def test_an_object_reads_back_as_it_was_written(root):
    uri = blob.join(root, "a/b.bin")
    blob.put(uri, b"first")
    blob.put(uri, b"second", "application/octet-stream")
    assert (blob.get(uri), blob.size(uri), blob.exists(uri)) == (b"second", 6, True)


@pytest.mark.parametrize("name", ["with space", "per%41cent", "MD5=====", "ünï", "#?&"])
def test_names_are_taken_literally(root, name):
    uri = blob.join(root, name)
    blob.put(uri, b"x")
    assert blob.list_objects(root) == [uri]
    assert blob.get(uri) == b"x"


@pytest.mark.parametrize("read", [blob.get, blob.size, blob.open_read, lambda uri: blob.download(uri, Path("never"))])
def test_what_is_missing_is_not_found_and_named(root, read):
    with pytest.raises(NotFound, match="nothing-here"):
        read(blob.join(root, "nothing-here"))


def test_a_folder_is_no_object(root):
    blob.put(blob.join(root, "folder/x"), b"")
    assert not blob.exists(blob.join(root, "folder"))


def test_lists_are_deep_and_sorted_and_keep_to_the_folder(root):
    for name in ("runs/b", "runs/a/deep", "runs-2/c"):
        blob.put(blob.join(root, name), b"x")
    assert blob.list_objects(blob.join(root, "runs")) == [blob.join(root, "runs/a/deep"), blob.join(root, "runs/b")]
    assert blob.list_objects(blob.join(root, "nothing")) == []


def test_removing_a_prefix_leaves_its_neighbours(root):
    for name in ("x/1", "x/2", "xy"):
        blob.put(blob.join(root, name), b"x")
    blob.delete_prefix(blob.join(root, "x"))
    blob.delete_prefix(blob.join(root, "x"))
    assert blob.list_objects(root) == [blob.join(root, "xy")]
    blob.delete_prefix(blob.join(root, "xy"))
    assert blob.list_objects(root) == []


def test_a_stream_becomes_an_object_when_it_is_closed(root):
    uri = blob.join(root, "stream")
    with blob.open_write(uri) as target:
        target.write(b"one\n")
        assert not blob.exists(uri)
        target.write(b"two\n")
    with blob.open_read(uri) as source:
        assert source.seek(2) == 2
        assert source.readlines() == [b"e\n", b"two\n"]


def test_a_stream_that_broke_off_leaves_what_was_there(root, tmp_path):
    uri = blob.join(root, "stream")
    blob.put(uri, b"whole")

    def break_off():
        with blob.open_write(uri) as target:
            target.write(b"half")
            raise KeyError

    with pytest.raises(KeyError):
        break_off()
    assert blob.get(uri) == b"whole"
    assert blob.list_objects(root) == [uri]
    assert not list(tmp_path.rglob(".part-*"))


def test_an_abandoned_stream_is_no_object(root):
    target = blob.open_write(blob.join(root, "stream"))
    target.write(b"half")
    del target
    assert blob.list_objects(root) == []


def test_a_folder_goes_up_and_comes_down_whole(root, tmp_path):
    source = tmp_path / "source"
    (source / "sub").mkdir(parents=True)
    (source / "top.txt").write_bytes(b"top")
    (source / "sub" / "below.txt").write_bytes(b"below")
    blob.upload(source, blob.join(root, "data"))
    blob.download(blob.join(root, "data"), tmp_path / "back")
    assert {
        str(path.relative_to(tmp_path / "back")): path.read_bytes()
        for path in (tmp_path / "back").rglob("*")
        if path.is_file()
    } == {"top.txt": b"top", "sub/below.txt": b"below"}


def test_a_folder_is_known_by_its_bare_path_too(tmp_path):
    (tmp_path / "from/deep").mkdir(parents=True)
    (tmp_path / "from/deep/x").write_text("told")
    blob.download(str(tmp_path / "from"), tmp_path / "to")
    assert (tmp_path / "to/deep/x").read_text() == "told"


def test_a_file_goes_up_and_comes_down(root, tmp_path):
    (tmp_path / "model.bin").write_bytes(b"weights" * 1000)
    blob.upload(tmp_path / "model.bin", blob.join(root, "model.bin"))
    blob.download(blob.join(root, "model.bin"), tmp_path / "new" / "copy.bin")
    assert (tmp_path / "new" / "copy.bin").read_bytes() == b"weights" * 1000


def test_a_file_copied_to_itself_stays(tmp_path):
    (tmp_path / "x").write_bytes(b"x")
    blob.upload(tmp_path / "x", blob.file_uri(tmp_path / "x"))
    assert (tmp_path / "x").read_bytes() == b"x"


def test_a_full_disk_is_named_and_leaves_nothing(tmp_path):
    # The kernel's own full device: every write to it fails with ENOSPC.
    uri = blob.file_uri(tmp_path / "big")
    with (
        pytest.raises(TryAgain, match="no space left on device"),
        file_errors(uri),
        Path("/dev/full").open("wb") as full,
    ):
        full.write(b"x" * 100_000)
    assert not blob.exists(uri)


@pytest.mark.parametrize(("number", "kind"), [(errno.EBUSY, TryAgain), (errno.EIO, StorageFailed)])
def test_the_systems_errors_are_told_apart(number, kind):
    with pytest.raises(kind, match=r"file:///x"), file_errors("file:///x"):
        raise OSError(number, os.strerror(number))


@pytest.mark.parametrize("part", ["..", "../x", "a/../../x", "/etc/passwd", "", "a//b", ".", "a\0b"])
def test_joined_parts_cannot_climb_out(part):
    with pytest.raises(InvalidInput):
        blob.join("file:///data", part)


@pytest.mark.parametrize(
    ("uri", "bare"), [("file:///a b/%20", "/a b/%20"), ("/a", "/a"), ("FILE:///a", "/a"), ("s3://b/k", "s3://b/k")]
)
def test_a_files_uri_is_known_by_its_path_too(uri: str, bare: str) -> None:
    assert blob.bare(uri) == bare


@pytest.mark.parametrize("uri", ["file://relative/x", "file://", "s3://bucket/key"])
def test_only_absolute_file_uris_have_a_path(uri):
    with pytest.raises(InvalidInput):
        blob.path_of(uri)


def test_a_bare_path_is_a_file(tmp_path):
    blob.put(str(tmp_path / "bare"), b"x")
    assert blob.get(f"file://{tmp_path}/bare") == b"x"


@pytest.mark.parametrize("uri", ["file:///", "file:///home", "memory://"])
def test_roots_are_not_removed(uri):
    with pytest.raises(InvalidInput):
        blob.delete_prefix(uri)


def test_an_unknown_scheme_is_refused_with_those_there_are():
    with pytest.raises(InvalidInput, match=r"ftp:// is no kind.*s3"):
        blob.get("ftp://host/x")


@pytest.mark.slow
def test_a_store_that_does_not_answer_asks_to_try_again_soon():
    variables = {
        "FLYTE_AWS_ENDPOINT": "http://127.0.0.1:9",  # the discard port: nobody listens
        "FLYTE_AWS_ACCESS_KEY_ID": "key",
        "FLYTE_AWS_SECRET_ACCESS_KEY": "secret",
    }
    with apply_environment(variables), pytest.raises(TryAgain, match=r"s3://nobody-there/x: the store did not answer"):
        blob.get("s3://nobody-there/x")


@pytest.mark.slow
def test_files_do_not_load_obstore(tmp_path):
    code = f"import sys; from flyweight import blob; blob.put({str(tmp_path / 'x')!r}, b''); sys.exit('obstore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
