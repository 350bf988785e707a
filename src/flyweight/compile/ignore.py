"""Tells which files of a source tree stay out of a code bundle, by the rules of ``.gitignore`` and ``.flyteignore``.

Git itself is not needed. The rules known are those that such files use: comments, ``!``, ``/`` in front, inside and at
the end, ``*``, ``?``, ``[...]`` and ``**``; a file in a subfolder adds its own rules for what lies below it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

IGNORE_FILES = (".gitignore", ".flyteignore")
ALWAYS = (
    *(".git/", "__pycache__/", "*.py[cod]", ".venv*/", "venv/", ".ipynb_checkpoints/", ".idea/", ".vscode/"),
    *(".pytest_cache/", ".mypy_cache/", ".ruff_cache/", ".hypothesis/", "*.egg-info/", ".DS_Store", "node_modules/"),
)
"""What no task needs, whatever the ignore files say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of an ignore file."""

    matches: re.Pattern[str]
    """Against a path relative to the folder of the file."""
    base: str
    keeps: bool
    """The line began with ``!``: what it matches is kept after all."""
    only_folders: bool


def source_files(root: Path) -> Iterator[Path]:
    """Walk the files of a tree that are not ignored, in the order of their paths."""
    yield from _walk(root, root, parse_rules(ALWAYS, ""))


def parse_rules(lines: Iterable[str], base: str) -> list[Rule]:
    """Read the lines of an ignore file that lies in the folder ``base`` (relative to the root, empty for the root)."""
    rules: list[Rule] = []
    for line in lines:
        text = line.rstrip()
        if not text or text.startswith("#"):
            continue
        keeps = text.startswith("!")
        text = text.removeprefix("!").removeprefix("\\")
        only_folders = text.endswith("/")
        text = text.rstrip("/")
        if text:
            rules.append(Rule(matches=_pattern(text), base=base, keeps=keeps, only_folders=only_folders))
    return rules


def is_ignored(path: str, rules: Iterable[Rule], *, is_folder: bool) -> bool:
    """Tell whether a path (relative to the root, with ``/``) is ignored; the last rule that matches decides."""
    ignored = False
    for rule in rules:
        if rule.only_folders and not is_folder:
            continue
        inside = path.removeprefix(f"{rule.base}/") if rule.base else path
        if rule.matches.fullmatch(inside):
            ignored = not rule.keeps
    return ignored


def _walk(folder: Path, root: Path, rules: list[Rule]) -> Iterator[Path]:
    base = "" if folder == root else folder.relative_to(root).as_posix()
    rules = rules + [
        rule
        for name in IGNORE_FILES
        if (folder / name).is_file()
        for rule in parse_rules((folder / name).read_text(encoding="utf-8").splitlines(), base)
    ]
    for entry in sorted(folder.iterdir()):
        relative = PurePosixPath(entry.relative_to(root)).as_posix()
        if is_ignored(relative, rules, is_folder=entry.is_dir()):
            continue
        if entry.is_dir():
            if not entry.is_symlink():  # a link to a folder may lead in a circle, or out of the tree
                yield from _walk(entry, root, rules)
        elif entry.is_file():
            yield entry


def _pattern(text: str) -> re.Pattern[str]:
    """Turn a glob into a regular expression; a glob without an inner ``/`` matches at any depth."""
    anchored = "/" in text
    parts = text.removeprefix("/").split("/")
    expression = "" if anchored else "(?:.*/)?"
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part == "**":
            expression += ".*" if last else "(?:.*/)?"
        else:
            expression += _segment(part) + ("" if last else "/")
    return re.compile(expression)


def _segment(part: str) -> str:
    out, index = "", 0
    while index < len(part):
        character = part[index]
        close = part.find("]", index + 2) if character == "[" else -1
        if character == "*":
            out += "[^/]*"
        elif character == "?":
            out += "[^/]"
        elif close > 0:
            inner = part[index + 1 : close].replace("\\", "\\\\")
            out += "[" + ("^" + inner[1:] if inner[0] in "!^" else inner) + "]"
            index = close
        else:
            out += re.escape(character)
        index += 1
    return out
