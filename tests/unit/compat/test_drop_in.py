"""``flytekit`` answered by us: every name of the table is there, and what is missing says so."""

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import flyweight
from flyweight import compat
from flyweight.sdk.drop_in_names import NAMES


@pytest.fixture(autouse=True)
def installed() -> Iterator[None]:
    compat.install()
    yield
    compat.uninstall()


@pytest.mark.parametrize("module", sorted(NAMES))
def test_every_promised_name_is_there(module: str) -> None:
    found = importlib.import_module(module)
    for name in NAMES[module]:
        assert getattr(found, name) is not None


def test_the_top_module_has_our_public_names() -> None:
    import flytekit

    assert flytekit.task is flyweight.task
    for name in flyweight.__all__:
        assert getattr(flytekit, name) is getattr(flyweight, name)


def test_its_version_is_the_one_whose_names_are_answered() -> None:
    import flytekit

    page = Path(__file__).parents[3] / "docs/flytekit-names.md"
    assert f"stock flytekit {flytekit.__version__}," in page.read_text()


def test_a_star_gives_them_all() -> None:
    names: dict[str, object] = {}
    exec("from flytekit import *", names)
    assert names["task"] is flyweight.task
    assert {*flyweight.__all__} <= {*names}


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module that is announced as a plugin of flytekit."""
    announced = tmp_path / "my_plugin-1.dist-info"
    announced.mkdir()
    (announced / "METADATA").write_text("Metadata-Version: 2.1\nName: my-plugin\nVersion: 1\n")
    (announced / "entry_points.txt").write_text("[flytekit.plugins]\nmine = my_plugin\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "my_plugin", raising=False)
    return tmp_path / "my_plugin.py"


def test_a_plugin_that_announces_itself_is_imported_with_the_top_module(plugin: Path) -> None:
    plugin.write_text("from flytekit.extend import TaskPlugins\nimport flytekit\ntask = flytekit.task\n")
    importlib.import_module("flytekit")
    assert sys.modules["my_plugin"].task is flyweight.task


def test_a_plugin_that_needs_what_is_not_here_is_told_and_left_out(
    plugin: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plugin.write_text("from flytekit import no_such_thing\n")
    assert importlib.import_module("flytekit").task is flyweight.task
    assert "The plugin mine (my_plugin) is left out" in caplog.text
    assert "no_such_thing" in caplog.text


@pytest.mark.parametrize(
    "statement",
    [
        "from flytekit import no_such_thing",
        "from flytekit.core.task import no_such_thing",
        "import flytekit.no_such_module",
        "from flytekit.core.no_such_module import anything",
    ],
)
def test_a_missing_name_says_so_and_where_to_look(statement: str) -> None:
    with pytest.raises(ImportError, match=r"no_such_.*Flyweight has none\. docs/compatibility\.md"):
        exec(statement, {})


def test_modules_are_attributes_of_those_above_them_without_an_import_of_their_own() -> None:
    import flytekit

    assert flytekit.core.type_engine.TypeEngine is flyweight.compat.type_engine.TypeEngine
    assert flytekit.task is flyweight.task, "a name that is both is what it was"
    with pytest.raises(AttributeError, match=r"Flyweight has no flytekit\.core\.no_such_thing\."):
        _ = flytekit.core.no_such_thing


def test_asking_whether_a_name_is_there_is_no_error() -> None:
    import flytekit

    assert not hasattr(flytekit, "no_such_thing")
    assert not hasattr(flytekit, "errors"), "our own modules are not flytekit's"


def test_the_real_one_loaded_before_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    import types

    compat.uninstall()
    monkeypatch.setitem(sys.modules, "flytekit", types.ModuleType("flytekit"))
    with pytest.raises(ImportError, match="before the first"):
        compat.install()
    monkeypatch.delitem(sys.modules, "flytekit")


@pytest.mark.slow
def test_a_script_runs_unmodified(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\nfrom flytekit import task, workflow\n"
        "@task\ndef double(x: int) -> int:\n    return 2 * x\n"
        "@workflow\ndef wf(x: int = 21) -> int:\n    return double(x=x)\n"
        "if __name__ == '__main__':\n    print(wf(), sys.argv[1:])\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "flyweight.compat", str(script), "a", "b"], capture_output=True, text=True, check=False
    )
    assert done.stdout == "42 ['a', 'b']\n", done.stderr


@pytest.mark.slow
def test_where_another_flytekit_is_installed_ours_wins_only_where_it_is_asked_for(tmp_path: Path) -> None:
    package = tmp_path / "site" / "flytekit"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("task = 'theirs'\n")
    script = tmp_path / "script.py"
    script.write_text("from flytekit import task\nprint(task if isinstance(task, str) else 'ours')\n")

    def printed(*command: str) -> str:
        environment = {**os.environ, "PYTHONPATH": str(package.parent)}
        done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=True, env=environment)
        return done.stdout.strip()

    assert printed(str(script)) == "theirs"
    assert printed("-c", f"import flyweight; exec(open({str(script)!r}).read())") == "theirs"
    assert printed("-m", "flyweight.compat", str(script)) == "ours"
    installed = f"import flyweight.compat as c; c.install(); exec(open({str(script)!r}).read())"
    assert printed("-c", installed) == "ours"
