"""A package of ours holds what the stock flytekit's holds: the same entities, in messages that agree, for flytectl."""

import re
import tarfile
from pathlib import Path

import pytest
from flyteidl.admin import launch_plan_pb2, task_pb2, workflow_pb2
from google.protobuf.message import Message

from tests.interop.spec_differences import differences
from tests.live import LivePlatform

pytestmark = [pytest.mark.slow, pytest.mark.interop, pytest.mark.timeout(120)]
KINDS = {"1": task_pb2.TaskSpec, "2": workflow_pb2.WorkflowSpec, "3": launch_plan_pb2.LaunchPlan}
FILE = re.compile(r"(\d+)_(.+)_([123])\.pb")
TASKS = "from flytekit import task\n" + "".join(
    f"@task(retries={n})\ndef t{n}(x: int) -> int:\n    '''Say {n}.'''\n    return x + {n}\n" for n in range(9)
)
FLOWS = """
from flytekit import LaunchPlan, task, workflow
from app.tasks import t1, t2
@task
def double(x: int) -> int:
    return 2 * x
@workflow
def inner(x: int) -> int:
    return t1(x=x)
@workflow
def pipeline(x: int = 1) -> int:
    return double(x=inner(x=t2(x=x)))
plan = LaunchPlan.get_or_create(pipeline, "my_plan", default_inputs={"x": 3})
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    (folder / "app").mkdir()
    for name, text in {"__init__": "", "tasks": TASKS, "flows": FLOWS}.items():
        (folder / f"app/{name}.py").write_text(text)
    return folder


def packed(package: Path) -> dict[str, bytes]:
    with tarfile.open(package) as archive:
        return {one.name: archive.extractfile(one).read() for one in archive}


def messages(files: dict[str, bytes]) -> dict[str, Message]:
    """Read a package's files by name and kind, in order."""
    read: list[tuple[int, str, Message]] = []
    for name, content in files.items():
        if found := FILE.fullmatch(name):
            read.append((int(found[1]), f"{found[2]}_{found[3]}", KINDS[found[3]].FromString(content)))
    return {name: message for _, name, message in sorted(read, key=lambda one: one[0])}


def test_the_same_package(app: Path, platform: LivePlatform, stock_python: Path) -> None:
    flags = ("--pkgs", "app", "package", "--image", "registry/img:v1", "--env", "A=1", "-f")
    platform.stock("pyflyte", *flags, "-o", "theirs.tgz", cwd=app)
    platform.run(*flags, "-o", "ours.tgz", cwd=app)
    ours, theirs = packed(app / "ours.tgz"), packed(app / "theirs.tgz")
    left, right = messages(ours), messages(theirs)
    assert left.keys() == right.keys()
    assert [found for name in left for found in differences(left[name], right[name])] == []
    assert len(ours) == len(theirs) == 15
    assert {name.partition("_")[0] for name in ours} == {name.partition("_")[0] for name in theirs}
    order = list(messages(ours))
    assert order.index("app.tasks.t1_1") < order.index("app.flows.inner_2") < order.index("app.flows.pipeline_2")
    assert order.index("app.flows.pipeline_2") < order.index("my_plan_3")


def test_code_goes_along(app: Path, platform: LivePlatform) -> None:
    platform.run("--pkgs", "app", "package", "--image", "i:v1", "--copy", "all", "-o", "fast.tgz", "-f", cwd=app)
    files = packed(app / "fast.tgz")
    archives = [name for name in files if re.fullmatch(r"fast[0-9a-f]{32}\.tar\.gz", name)]
    assert len(archives) == 1
    spec = task_pb2.TaskSpec.FromString(next(data for name, data in files.items() if name.endswith("t1_1.pb")))
    arguments = list(spec.template.container.args)
    assert arguments[arguments.index("--bundle") + 1] == "{{ .remote_package_path }}"
    assert arguments[arguments.index("--dest-dir") + 1] == "/root"
    assert (spec.template.id.project, spec.template.id.version) == ("", "")


def test_serialize_writes_the_files_into_a_folder(app: Path, platform: LivePlatform) -> None:
    platform.run("-k", "app", "serialize", "--image", "i:v1", "workflows", "-f", "out", cwd=app)
    platform.run("-k", "app", "serialize", "--image", "i:v1", "fast", "workflows", "-f", "fast", cwd=app)
    assert len(list((app / "out").glob("*.pb"))) == 15
    assert len(list((app / "fast").glob("*.tar.gz"))) == 1
    code = task_pb2.TaskSpec.FromString(next((app / "fast").glob("*t1_1.pb")).read_bytes())
    assert "{{ .dest_dir }}" in code.template.container.args


def test_what_is_there_stays_and_packages_must_be_named(app: Path, platform: LivePlatform) -> None:
    (app / "kept.tgz").write_text("mine")
    refused = platform.run("-k", "app", "package", "-o", "kept.tgz", cwd=app, check=False)
    assert "Write over it with --force" in refused.stderr
    assert (app / "kept.tgz").read_text() == "mine"
    assert "flyweight --pkgs PACKAGE" in platform.run("package", cwd=app, check=False).stderr
