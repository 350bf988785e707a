"""Interactive mode: what is checked before anything runs, and what a version is made of."""

from collections.abc import Iterator

import pytest
from flyteidl.admin import version_pb2

from flyweight import task, workflow
from flyweight.client import rpcs
from flyweight.client.config import Config
from flyweight.client.remote import FlyteRemote
from flyweight.client.result import ExecutionResult
from flyweight.compile.pickle_format import python_version
from flyweight.errors import InvalidInput, PreconditionFailed
from tests.unit.client.registry import Registry
from tests.unit.client.scripted import ScriptedServer

OFFSET = 1


def helper(number: int) -> int:
    return number + OFFSET


@task
def step(number: int) -> int:
    return helper(number)


@workflow
def steps(number: int) -> int:
    return step(number=step(number=number))


def platform_of(python: str) -> version_pb2.GetVersionResponse:
    build = f"flyweight python{python}" if python else "v1.16.8"
    return version_pb2.GetVersionResponse(control_plane_version=version_pb2.Version(Build=build))


@pytest.fixture
def notebook(server: ScriptedServer) -> Iterator[FlyteRemote]:
    server.answer(rpcs.GET_VERSION, lambda _: platform_of(python_version()))
    made = FlyteRemote(Config.for_endpoint(server.address, insecure=True), interactive_mode_enabled=True)
    yield made
    made.close()


def test_another_python_is_refused_before_anything_is_sent(
    server: ScriptedServer, registry: Registry, notebook: FlyteRemote
) -> None:
    server.answer(rpcs.GET_VERSION, lambda _: platform_of("3.7"))
    with pytest.raises(PreconditionFailed, match=r"workers run Python 3\.7"):
        notebook.execute(steps, {"number": 1})
    assert server.names() == ["GetVersion"]
    assert not registry.uploads


@pytest.mark.slow
def test_a_platform_that_does_not_tell_its_python_is_believed(
    server: ScriptedServer, registry: Registry, notebook: FlyteRemote
) -> None:
    server.answer(rpcs.GET_VERSION, lambda _: platform_of(""))
    assert isinstance(notebook.execute(steps, {"number": 1}), ExecutionResult)


@pytest.mark.slow
def test_the_code_goes_as_a_pickle_once(server: ScriptedServer, registry: Registry, notebook: FlyteRemote) -> None:
    notebook.execute(steps, {"number": 1})
    assert [path.rpartition("/")[2] for path in registry.uploads] == ["pkl.gz"]
    server.calls.clear()
    notebook.execute(steps, {"number": 2})
    assert [name for name in server.names() if name != "Watch"] == ["GetLaunchPlan", "CreateExecution"]


def test_an_edit_of_what_the_code_uses_is_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    remote = FlyteRemote(Config.for_endpoint("nowhere:1", insecure=True), interactive_mode_enabled=True)
    before = remote.derive_version(entity=steps)
    assert remote.derive_version(entity=steps) == before
    monkeypatch.setitem(globals(), "OFFSET", 2)
    assert remote.derive_version(entity=steps) != before


@pytest.mark.parametrize("version", ["v1", "2026.1.0+build-7", "a_b"])
def test_a_users_version_is_given_back(version: str) -> None:
    remote = FlyteRemote(Config.for_endpoint("nowhere:1", insecure=True), interactive_mode_enabled=True)
    assert remote.derive_version(version) == version


@pytest.mark.parametrize("version", ["", "a b", "a/b", "-v", "x" * 101])
def test_a_users_version_that_cannot_be_one_is_refused(version: str) -> None:
    remote = FlyteRemote(Config.for_endpoint("nowhere:1", insecure=True), interactive_mode_enabled=True)
    with pytest.raises(InvalidInput, match="cannot be a version"):
        remote.derive_version(version)


def test_outside_of_a_notebook_nothing_is_interactive_by_itself() -> None:
    assert not FlyteRemote(Config.for_endpoint("nowhere:1", insecure=True)).interactive_mode_enabled
