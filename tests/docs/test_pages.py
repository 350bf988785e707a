"""Every page of the docs is run as it stands: its Python, its commands, and what it says that they print.

A block of Python whose first line names a file (`# hello.py`) stands in that file; later blocks go on with it. Of the
commands, those of `flyweight` run, against a real platform where the page needs one. A block of text after a block that
prints is what must be printed; `...` stands for anything.
"""

import contextlib
import doctest
import io
import os
import re
import shlex
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, SkipParser

from flyweight import compat
from flyweight.cli.main import main
from tests.live import ROOT, LivePlatform, live_platform

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs/guides").glob("[!R]*.md"))]
STANDS_ALREADY = ("flyweight up", "flyweight down", "flyweight demo")
"""Commands that start and stop the platform, which the tests do themselves."""


@dataclass
class Reader:
    """Somebody who follows a page in a folder of their own."""

    folder: Path
    module: ModuleType | None = None
    printed: str = ""
    failed: str = ""
    """The command that failed last; the text that follows it must say how."""
    modules: list[str] = field(default_factory=list)

    def python(self, example: Example) -> None:
        """Run a block in the file that it belongs to."""
        self.settle()
        source = str(example.parsed)
        if named := re.match(r"# (\w+)\.py\n", source):
            self.open(named[1])
        elif self.module is None:
            self.open("guide")
        assert self.module is not None
        path = Path(str(self.module.__file__))
        path.write_text((path.read_text() if path.exists() else "") + source + "\n")
        lines = "\n" * (path.read_text().count("\n") - source.count("\n") - 1)
        with self.printing():
            exec(compile(lines + source, str(path), "exec"), vars(self.module))

    def open(self, name: str) -> None:
        """Go on in another file."""
        spec = spec_from_file_location(name, self.folder / f"{name}.py")
        assert spec is not None
        self.module = module_from_spec(spec)
        sys.modules[name] = self.module
        self.modules.append(name)

    def shell(self, example: Example) -> None:
        """Run the commands that are ours."""
        self.settle()
        for line in str(example.parsed).replace("\\\n", " ").splitlines():
            if line.startswith("cd "):
                os.chdir(ROOT / line.removeprefix("cd "))
            if not line.startswith("flyweight ") or line.startswith(STANDS_ALREADY):
                continue
            with self.printing():
                code = main(shlex.split(line, comments=True)[1:])
            if code:
                self.failed = f"{line}\n{self.printed}"

    def text(self, example: Example) -> None:
        """Compare with what was printed last."""
        expected = str(example.parsed)
        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        assert doctest.OutputChecker().check_output(expected, self.printed, flags), (expected, self.printed)
        self.failed = ""

    def settle(self) -> None:
        """Refuse a failure that the page does not show."""
        assert not self.failed, self.failed

    @contextlib.contextmanager
    def printing(self) -> Iterator[None]:
        """Keep what is printed inside the block."""
        kept = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)  # logs are written as bytes
        with contextlib.redirect_stdout(kept), contextlib.redirect_stderr(kept):
            yield
        kept.seek(0)
        self.printed = kept.read()


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePlatform]:
    with live_platform(tmp_path_factory.mktemp("docs")) as running:
        yield running


def follow(page: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """Do all that a page says."""
    reader = Reader(folder)
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("FLYTE_LOCAL_CACHE_ENABLED", "true")
    before = dict(os.environ)
    compat.install()
    parsers = [
        SkipParser(),
        CodeBlockParser("python", reader.python),
        CodeBlockParser("bash", reader.shell),
        CodeBlockParser("text", reader.text),
    ]
    try:
        with warnings.catch_warnings():
            for example in Sybil(parsers=parsers).parse(page).examples():
                example.evaluate()
        reader.settle()
    finally:
        compat.uninstall()
        os.environ.clear()
        os.environ.update(before)
        for name in reader.modules:
            sys.modules.pop(name, None)
    return reader


def needs_platform(page: Path) -> bool:
    """Tell whether a page speaks to a platform."""
    return bool(re.search(r"--remote|FlyteRemote\(|flyweight register", page.read_text()))


@pytest.mark.parametrize("page", [page for page in PAGES if not needs_platform(page)], ids=lambda page: page.stem)
def test_a_page_does_what_it_says(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLYWEIGHT_DATA_DIR", str(tmp_path / "data"))
    assert follow(page, tmp_path, monkeypatch).modules


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if needs_platform(page)], ids=lambda page: page.stem)
def test_a_page_about_the_platform_does_what_it_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live: LivePlatform
) -> None:
    for name in ("FLYWEIGHT_DATA_DIR", "FLYTE_PLATFORM_URL", "FLYTE_PLATFORM_INSECURE"):
        monkeypatch.setenv(name, live.environment[name])
    follow(page, tmp_path, monkeypatch)


def test_the_index_names_every_guide() -> None:
    index = (ROOT / "docs/guides/README.md").read_text()
    guides = {page.name for page in (ROOT / "docs/guides").glob("*.md")} - {"README.md"}
    assert set(re.findall(r"\]\(([\w-]+\.md)\)", index)) == guides
