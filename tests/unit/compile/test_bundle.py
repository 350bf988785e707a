"""Code bundles: what is in them, and that equal trees give equal bytes."""

import gzip
import io
import os
import tarfile
from pathlib import Path

import pytest

from flyweight.compile.bundle import CopyStyle, is_project_file, pack
from flyweight.compile.ignore import is_ignored, parse_rules
from flyweight.errors import InvalidInput


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


TREE = {
    "train.py": "x = 1\n",
    "pkg/__init__.py": "",
    "pkg/data.json": "{}",
    "pkg/__pycache__/m.pyc": "",
    "out/big.bin": "b",
    "notes.tmp": "n",
    "keep.tmp": "k",
    ".git/HEAD": "ref",
    ".gitignore": "*.tmp\n!keep.tmp\n",
    ".flyteignore": "/out/\n",
    "sub/.gitignore": "secret*\n",
    "sub/secret.txt": "s",
    "sub/open.txt": "o",
}


def test_what_is_ignored_stays_out(tmp_path: Path) -> None:
    bundle = pack(write(tmp_path, TREE), CopyStyle.ALL)
    assert set(bundle.files) == {
        *(".flyteignore", ".gitignore", "keep.tmp", "pkg/__init__.py", "pkg/data.json"),
        *("sub/.gitignore", "sub/open.txt", "train.py"),
    }


def test_equal_trees_give_equal_bytes_whenever_they_were_written(tmp_path: Path) -> None:
    first = pack(write(tmp_path / "a", TREE), CopyStyle.ALL)
    again = write(tmp_path / "b", dict(reversed(TREE.items())))
    os.utime(again / "train.py", (1, 1))
    second = pack(again, CopyStyle.ALL)
    assert first.content == second.content
    assert first.name == second.name


@pytest.mark.parametrize("change", [{"train.py": "x = 2\n"}, {"new.py": ""}])
def test_any_edit_changes_the_digest(tmp_path: Path, change: dict[str, str]) -> None:
    before = pack(write(tmp_path, TREE), CopyStyle.ALL)
    assert pack(write(tmp_path, change), CopyStyle.ALL).digest != before.digest


def test_the_archive_carries_no_time_and_no_owner(tmp_path: Path) -> None:
    bundle = pack(write(tmp_path, TREE), CopyStyle.ALL)
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(bundle.content))) as archive:
        assert {(entry.mtime, entry.uid, entry.uname) for entry in archive} == {(0, 0, "")}


def test_an_empty_folder_has_no_code_to_send(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no code below"):
        pack(tmp_path, CopyStyle.ALL)


def test_auto_takes_the_imported_modules_of_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"bundle_probe/__init__.py": "", "bundle_probe/used.py": "", "bundle_probe/unused.py": "", "readme.txt": ""}
    root = write(tmp_path, names)
    monkeypatch.syspath_prepend(root)
    __import__("bundle_probe.used")
    assert pack(root, CopyStyle.AUTO).files == ("bundle_probe/__init__.py", "bundle_probe/used.py")


def test_an_imported_link_counts_as_what_it_leads_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write(tmp_path / "project", {"bundle_linked.py": "", "bundle_folder/inside.py": ""})
    outside = write(tmp_path / "outside", {"bundle_foreign.py": ""})
    (outside / "bundle_link.py").symlink_to(root / "bundle_linked.py")
    (outside / "bundle_folder_link").symlink_to(root / "bundle_folder")
    (root / "bundle_foreign.py").symlink_to(outside / "bundle_foreign.py")
    monkeypatch.syspath_prepend(root)
    monkeypatch.syspath_prepend(outside)
    for name in ("bundle_link", "bundle_folder_link.inside", "bundle_foreign"):
        __import__(name)
    assert pack(root, CopyStyle.AUTO).files == ("bundle_folder/inside.py", "bundle_linked.py")


def test_installed_packages_are_no_project_files(tmp_path: Path) -> None:
    assert not is_project_file(Path(pytest.__file__), Path("/"))
    assert is_project_file(write(tmp_path, {"m.py": ""}) / "m.py", tmp_path)


@pytest.mark.parametrize(
    ("rule", "path", "ignored"),
    [
        ("*.log", "a/b/c.log", True),
        ("*.log", "a.logs", False),
        ("/top.txt", "top.txt", True),
        ("/top.txt", "a/top.txt", False),
        ("doc/*.txt", "doc/a.txt", True),
        ("doc/*.txt", "doc/b/a.txt", False),
        ("a/**/z", "a/z", True),
        ("a/**/z", "a/b/c/z", True),
        ("**/logs", "x/y/logs", True),
        ("temp/**", "temp/a/b", True),
        ("file?.py", "file1.py", True),
        ("file[0-9].py", "file7.py", True),
        ("file[!0-9].py", "file7.py", False),
        ("build/", "build", False),
        ("# build", "# build", False),
        ("\\#x", "#x", True),
    ],
)
def test_rules_mean_what_they_mean_to_git(rule: str, path: str, ignored: bool) -> None:
    assert is_ignored(path, parse_rules([rule], ""), is_folder=False) is ignored
