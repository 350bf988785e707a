"""Projects that ``flyweight init`` makes: each runs as its README says."""

import sys
from pathlib import Path

import pytest

from flyweight import LaunchPlan, compat
from flyweight.cli.main import main

TOLD = {
    "basic": (["workflows/example.py", "greet_all", "--names", '["Alan"]'], "Hello, Alan!"),
    "flytekit": (["workflows/example.py", "of_the_house"], "Hello, Ada! Hello, Alan!"),
    "training": (["workflows/training.py", "search", "--rates", "[0.001, 0.3]"], "rate=0.3"),
}


@pytest.mark.parametrize("template", sorted(TOLD))
def test_each_template_makes_a_project_that_runs(
    template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    assert main(["init", "mine", "--template", template]) == 0
    made = {str(path.relative_to("mine")) for path in Path("mine").rglob("*") if path.is_file()}
    assert {"README.md", "pyproject.toml", ".gitignore", "workflows/__init__.py"} < made
    assert 'name = "mine"' in Path("mine/pyproject.toml").read_text()
    monkeypatch.chdir(tmp_path / "mine")
    asked, says = TOLD[template]
    try:
        assert main(["run", *asked]) == 0
    finally:
        compat.uninstall()
        LaunchPlan.CACHE.pop("of_the_house", None)
        for name in [name for name in sys.modules if name.partition(".")[0] == "workflows"]:
            del sys.modules[name]
    assert says in capsys.readouterr().out


def test_what_is_there_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "mine", "--template", "basic-template-imagespec"]) == 0
    assert main(["init", "mine"]) == 2
    assert "mine is there already" in capsys.readouterr().err
    assert main(["init", 'my "own"']) == 0
    assert 'name = "my-own-"' in Path('my "own"/pyproject.toml').read_text()
    assert main(["init", "other", "--template", "nothing"]) == 2
    assert "There are: basic, flytekit, training." in capsys.readouterr().err
