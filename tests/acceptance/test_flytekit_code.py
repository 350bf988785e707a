"""Code written for flytekit, unmodified, with --remote: the same files as run here in tests/unit/compat, one platform."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flyweight.cli.main import main
from tests.live import FLYWEIGHT, ROOT, LivePlatform, live_platform
from tests.unit.cli.test_build import WITH_UV, wheel

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
CODE = ROOT / "tests/unit/compat/flytekit_code"
RUNS = json.loads((CODE / "runs.json").read_text())
HERE_ALONE = {
    "contexts": "looks at the mode of a run here",
    "gates": "waits for a person",
    "loggers_code": "the same as others, there",
    "module_config": "compiles by itself",
    "ordering": "keeps what it has seen in the process",
    "recoverable": "likewise",
    "references": "points to what no platform has",
    "testing_code": "tests run here",
}


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePlatform]:
    """A platform on which an environment stands for the images of raw containers."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FLYWEIGHT_ENVIRONMENTS", f"ghcr.io/flyteorg/*={sys.executable}")
        patch.setenv("SQL_PLUGIN_FOLDER", str(tmp_path_factory.mktemp("database")))
        with live_platform(tmp_path_factory.mktemp("platform")) as running:
            yield running


@pytest.mark.parametrize("program", sorted(RUNS.keys() - HERE_ALONE.keys()))
def test_it_runs_on_a_platform(
    program: str, platform: LivePlatform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in platform.environment.items():
        monkeypatch.setenv(name, value)
    run, expected = RUNS[program]
    # All of the folder: one bundle, which the workers that have run one program can take the next from.
    code = main(["run", "--remote", "--wait", "--copy", "all", str(CODE / f"{program}.py"), *run.split()])
    printed = capsys.readouterr()
    assert code == 0, printed.err
    # What tasks print is in their logs there.
    assert printed.out.splitlines()[-1] == expected.splitlines()[-1]


IN_AN_IMAGE = """
from flytekit import ImageSpec, task, workflow

image = ImageSpec(name="tiny", packages=[{wheel!r}])
if image.is_container():
    try:
        import tiny_package
    except ImportError:
        tiny_package = None


@task(container_image=image)
def sized() -> str:
    return f"{{tiny_package.SIZE}} {{image.is_container()}}"


@task
def elsewhere(text: str) -> str:
    return f"{{text}} {{image.is_container()}}"


@workflow
def wf() -> str:
    return elsewhere(text=sized())
"""


def test_an_image_that_is_described_is_an_environment_by_the_time_that_its_task_runs(
    platform: LivePlatform, tmp_path: Path
) -> None:
    (tmp_path / "in_an_image.py").write_text(IN_AN_IMAGE.format(wheel=str(wheel(tmp_path))))
    command = [*FLYWEIGHT, "run", "--remote", "--wait", "in_an_image.py", "wf"]
    done = platform.call(command, cwd=tmp_path, environment={"PATH": WITH_UV})
    assert done.stdout.splitlines()[-1] == "3 True False"
    assert "installing" in done.stderr
