"""The data folder: private, held by one platform, and not moved."""

import os
import socket
import subprocess
import sys

import pytest

from flyweight.clock import Micros
from flyweight.compile.ignore import source_files
from flyweight.errors import InvalidInput, PreconditionFailed, StorageFailed
from flyweight.store.database import Database
from flyweight.store.folder import LONGEST_SOCKET_PATH, DataFolder
from flyweight.store.platform import settle


def test_everything_in_it_is_closed_to_others(tmp_path):
    (tmp_path / "data").mkdir(mode=0o755)
    folder = DataFolder.open(tmp_path / "data")
    places = (folder.path, folder.blobs, folder.run, folder.logs)
    assert [place.stat().st_mode & 0o777 for place in places] == [0o700] * 4
    assert folder.database.parent == folder.path
    folder.close()
    folder.close()


def test_it_stays_out_of_the_repository_and_bundles_of_a_project_that_it_lies_in(tmp_path):
    (tmp_path / "wf.py").write_text("")
    DataFolder.open(tmp_path / "data").close()
    assert list(source_files(tmp_path)) == [tmp_path / "wf.py"]


def test_the_next_platform_learns_when_the_last_one_was_seen_and_a_failed_start_changes_nothing(tmp_path):
    first = DataFolder.open(tmp_path)
    first.note_life(Micros(1_000_007))
    first.close()
    DataFolder.open(tmp_path).close()
    again = DataFolder.open(tmp_path)
    assert again.last_seen == 1_000_007
    again.close()


def test_a_second_platform_is_told_who_has_it(tmp_path):
    first = DataFolder.open(tmp_path)
    with pytest.raises(PreconditionFailed, match=rf"process {os.getpid()}.*flyweight down"):
        DataFolder.open(tmp_path)
    first.close()
    DataFolder.open(tmp_path).close()


@pytest.mark.slow
def test_a_killed_platform_leaves_the_folder_free(tmp_path):
    code = (
        "import sys, pathlib; from flyweight.store.folder import DataFolder;"
        "folder = DataFolder.open(pathlib.Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(PreconditionFailed, match=f"process {holder.pid}"):
            DataFolder.open(tmp_path)
        holder.kill()
    DataFolder.open(tmp_path).close()


def test_a_file_in_its_place_is_refused(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InvalidInput, match="is a file"):
        DataFolder.open(tmp_path / "file")
    with pytest.raises(StorageFailed, match="cannot be used"):
        DataFolder.open(tmp_path / "file" / "below")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no short path for an open folder")
def test_sockets_in_a_deep_folder_have_a_short_path(tmp_path):
    deep = tmp_path / ("x" * LONGEST_SOCKET_PATH)
    folder = DataFolder.open(deep)
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(folder.run / "some.sock"))
        server.listen()
        assert (deep / "run" / "some.sock").is_socket()
        client.connect(str(folder.run / "some.sock"))
    folder.close()


def test_the_secret_is_drawn_once(database, tmp_path):
    secret = settle(database, tmp_path)
    assert len(secret) == 32
    assert settle(database, tmp_path) == secret


def test_a_moved_folder_is_refused(tmp_path):
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    database = Database.open(home / "flyweight.db")
    secret = settle(database, home)
    database.close()
    home.rename(elsewhere)
    moved = Database.open(elsewhere / "flyweight.db")
    with pytest.raises(PreconditionFailed, match=rf"{home}.*mv {elsewhere} {home}"):
        settle(moved, elsewhere)
    moved.close()
    elsewhere.rename(home)
    back = Database.open(home / "flyweight.db")
    assert settle(back, home) == secret
    back.close()
