"""The package's face: its names exist, agree with each other, and importing it loads nothing heavy."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import flyweight
from flyweight.compile import settings

HEAVY = ("grpc", "obstore", "pandas", "pyarrow", "sqlalchemy", "starlette", "uvicorn", "flyteidl", "google", "yaml")


def test_every_public_name_resolves_and_is_listed() -> None:
    for name in flyweight.__all__:
        assert getattr(flyweight, name) is not None
    assert set(flyweight.__all__) == set(flyweight._HOME_OF)


def test_the_version_stands_in_one_place() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert flyweight.__version__ == settings.PACKAGE_VERSION == project["version"]


def test_importing_it_loads_nothing_heavy() -> None:
    code = "import flyweight, json, sys; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
    assert not set(HEAVY) & set(loaded)


def test_writing_a_task_loads_neither_server_nor_data_libraries() -> None:
    code = (
        "import flyweight, json, sys; flyweight.task; flyweight.workflow; flyweight.LaunchPlan; flyweight.current_context()\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
    unwanted = ("grpc", "obstore", "pandas", "pyarrow", "sqlalchemy", "starlette", "flyteidl.service", "flyteidl.admin")
    assert [name for name in loaded if name.startswith(unwanted)] == []


def test_a_cold_local_run_loads_nothing_that_it_does_not_need() -> None:
    hello = Path(__file__).parents[2] / "examples/hello.py"
    code = (
        f"import json, sys; from flyweight.cli.main import main; main(['run', {str(hello)!r}, 'greet_all'])\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.splitlines()
    assert printed[0] == b"Hello, Ada! Hello, Grace!"
    unwanted = ("grpc", "obstore", "pandas", "pyarrow", "sqlalchemy", "flyteidl.service", "asyncio", "urllib.request")
    assert [name for name in json.loads(printed[-1]) if name.startswith(unwanted)] == []
