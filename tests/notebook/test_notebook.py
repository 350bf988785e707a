"""The notebook of the examples in a real kernel, against a real platform."""

import os
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tests.live import ROOT, LivePlatform

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180), pytest.mark.filterwarnings("ignore::DeprecationWarning")]

PREAMBLE = """
import time
from flyweight import Config, FlyteRemote, task, workflow
remote = FlyteRemote(config=Config.auto(), interactive_mode_enabled=True)
"""


def run(platform: LivePlatform, *cells: str, folder: Path = ROOT / "examples") -> list[str]:
    """Run cells in a new kernel and give the text of each cell's output."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    return execute(platform, notebook, folder)


def execute(platform: LivePlatform, notebook: nbformat.NotebookNode, folder: Path) -> list[str]:
    client = NotebookClient(notebook, timeout=90, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
    client.create_kernel_manager()
    client.execute(env={**os.environ, **platform.environment})
    return [text_of(cell) for cell in notebook.cells if cell.cell_type == "code"]


def text_of(cell: nbformat.NotebookNode) -> str:
    return "".join(
        output.get("text", "") + str(output.get("data", {}).get("text/plain", "")) for output in cell.outputs
    )


def test_the_article_runs_as_written(platform: LivePlatform) -> None:
    notebook = nbformat.read(ROOT / "examples/notebook.ipynb", as_version=4)
    outputs = execute(platform, notebook, ROOT / "examples")
    assert "mean" in outputs[3], outputs


def test_execute_returns_at_once_and_callbacks_fire(platform: LivePlatform, tmp_path: Path) -> None:
    # The task ends once a file is there that the notebook writes after `execute` has returned.
    gate = tmp_path / "go"
    outputs = run(
        platform,
        PREAMBLE,
        "from pathlib import Path\n@task\ndef wait(x: int, gate: str) -> int:\n    import time\n"
        "    while not Path(gate).exists():\n        time.sleep(0.01)\n    return x + 1",
        f"result = remote.execute(wait, inputs={{'x': 41, 'gate': {str(gate)!r}}})\n"
        "seen = []\nresult.add_done_callback(lambda done: seen.append(done.phase))\nprint(result.is_done)",
        f"Path({str(gate)!r}).touch()\nprint(result + 0)",
        "for _ in range(500):\n    if seen: break\n    time.sleep(0.02)\nprint(seen)",
    )
    assert outputs[2:] == ["False\n", "42\n", "['SUCCEEDED']\n"]


def test_versions_are_the_same_in_every_kernel_until_code_is_edited(platform: LivePlatform) -> None:
    cells = (
        PREAMBLE,
        "FACTOR = 2\ndef helper(x):\n    return x * FACTOR\n@task\ndef scale(x: int) -> int:\n    return helper(x)",
        "print(remote.derive_version(entity=scale))\nprint(remote.execute(scale, inputs={'x': 4}) + 0)",
        "FACTOR = 3\nprint(remote.derive_version(entity=scale))\nprint(remote.execute(scale, inputs={'x': 4}) + 0)",
    )
    first, second = run(platform, *cells), run(platform, *cells)
    assert first == second
    before, eight = first[2].split()
    after, twelve = first[3].split()
    assert before != after
    assert (eight, twelve) == ("8", "12")


def test_a_failure_is_the_tasks_own_words(platform: LivePlatform) -> None:
    outputs = run(
        platform,
        PREAMBLE,
        "@task\ndef fails(x: int) -> float:\n    return 1 / x",
        "try:\n    remote.execute(fails, inputs={'x': 0}) + 1\nexcept Exception as error:\n    print(error)",
    )
    assert "ZeroDivisionError: division by zero" in outputs[2]
    assert "in fails" in outputs[2]


def test_one_result_is_the_input_of_the_next(platform: LivePlatform) -> None:
    outputs = run(
        platform,
        PREAMBLE,
        "@task\ndef double(x: int) -> int:\n    return 2 * x",
        "print(remote.execute(double, inputs={'x': remote.execute(double, inputs={'x': 5})}) + 0)",
    )
    assert outputs[2] == "20\n"


def test_the_drop_in_works_in_a_kernel(platform: LivePlatform) -> None:
    outputs = run(
        platform,
        "import flyweight.compat\nflyweight.compat.install()",
        "from flytekit import task\nfrom flytekit.remote import FlyteRemote\nfrom flytekit.configuration import Config\n"
        "remote = FlyteRemote(config=Config.auto(), interactive_mode_enabled=True)\n"
        "@task\ndef hello(name: str) -> str:\n    return f'hello {name}'",
        "print(remote.execute(hello, inputs={'name': 'you'}))",
    )
    assert outputs[2] == "hello you\n"


def test_an_eager_task_of_the_notebook_launches_the_notebooks_tasks(platform: LivePlatform, tmp_path: Path) -> None:
    outputs = run(
        platform,
        PREAMBLE,
        "from flyweight import eager\n@task\ndef twice(x: int) -> int:\n    return 2 * x\n"
        "@eager\nasync def both(x: int) -> int:\n    return twice(x=x) + twice(x=x + 1)",
        "print(remote.execute(both, inputs={'x': 4}) + 0)",
        folder=tmp_path,
    )
    assert outputs[-1] == "18\n"


def test_a_dynamic_task_of_the_notebook_draws_the_notebooks_tasks(platform: LivePlatform, tmp_path: Path) -> None:
    outputs = run(
        platform,
        PREAMBLE,
        "from flyweight import dynamic\n@task\ndef twice(x: int) -> int:\n    return 2 * x\n"
        "@dynamic\ndef each(xs: list[int]) -> list[int]:\n    return [twice(x=x) for x in xs]",
        "print(list(remote.execute(each, inputs={'xs': [4, 5]})))",
        folder=tmp_path,
    )
    assert outputs[-1] == "[8, 10]\n"


def test_an_error_shows_the_users_lines_and_none_of_ours(platform: LivePlatform, tmp_path: Path) -> None:
    task = "@task\ndef fails(x: int) -> int:\n    return x // 0"
    cells = (PREAMBLE, task, "def deeper(x):\n    return remote.execute(fails, inputs={'x': x}) + 1")
    for last, says in (("deeper(3)", "TaskFailed"), ("fails(x=3)", "ZeroDivisionError")):
        with pytest.raises(CellExecutionError) as raised:
            run(platform, *cells, last, folder=tmp_path)
        shown = re.sub(r"\x1b\[[0-9;]*m", "", raised.value.traceback)
        assert says in shown
        assert "/flyweight/" not in shown
        assert last in shown
        assert "x // 0" in shown
