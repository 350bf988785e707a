"""One attempt as a worker runs it: from a Start message to a Result, with real bundles and real files."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flyteidl.core import errors_pb2, execution_pb2, identifier_pb2, literals_pb2, types_pb2

from flyweight import blob, literals
from flyweight.compile.bundle import CopyStyle, pack
from flyweight.protocol import worker_pb2
from flyweight.runtime.assignment import Assignment
from flyweight.runtime.attempt import _Attempt, run_attempt
from flyweight.runtime.interruption import AttemptInterrupted
from flyweight.sdk.task import task

MODULE = """
import sys
import threading
from pathlib import Path
import flyweight as fl
from attempt_probe.inner import deep
from flyweight.sdk.tracking import TrackedInstance
from flyweight.runtime.interruption import AttemptInterrupted
from flyweight.types.data import current_data

@fl.task
def double(x: int) -> int:
    return 2 * x

@fl.task
def raises(x: int) -> int:
    return deep(x)

@fl.task(retries=1)
def again(x: int) -> int:
    raise fl.FlyteRecoverableException("come back")

@fl.task
def lies(x: int) -> int:
    return "no"

@fl.task
def wide(x: int) -> list[int]:
    return list(range(x))

@fl.task
def where(x: int) -> list[str]:
    context = fl.current_context()
    ids = [context.execution_id.name, context.task_id.name, str(context.attempt), Path("data.txt").read_text()]
    in_thread(lambda: ids.append(fl.current_context().execution_id.name))
    in_thread(lambda: ids.append(current_data().new_uri().rpartition("/")[0]))
    return ids

def in_thread(do):
    thread = threading.Thread(target=do)
    thread.start()
    thread.join()

@fl.task(enable_deck=True)
def shows(x: int) -> int:
    in_thread(lambda: fl.Deck("metrics", f"<p>loss {x}</p>"))
    in_thread(fl.Deck.publish)
    page = Path(fl.current_context().output_metadata_prefix.removeprefix("file://"), "deck.html")
    while not page.exists():
        pass
    if x < 0:
        raise ValueError("diverged")
    if x == 0:
        raise AttemptInterrupted
    return x

class Prepared(fl.PythonFunctionTask):
    def pre_execute(self, user_params):
        if self.task_config == "bad":
            raise ValueError("no session")
        return user_params.builder().add_attr("SESSION", "warm").build()
    def execute(self, **inputs):
        return super().execute(**inputs) + fl.current_context().session

def raw(x: int) -> str:
    return str(x)

class ByWord(TrackedInstance, fl.TaskResolverMixin):
    def load_task(self, loader_args):
        return {"fine": fine, "bad": bad}[loader_args[0]]

by_word = ByWord()
fine = Prepared("fine", raw, task_resolver=by_word)
bad = Prepared("bad", raw, task_resolver=by_word)
"""
THREE = literals.to_bytes(literals.literal_map({"x": literals.primitive("three")}))
INNER = "def deep(x):\n    raise KeyError(f'nothing at {x}')\n"


@pytest.fixture(scope="module")
def bundle_uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    root = tmp_path_factory.mktemp("source")
    files = {"__init__.py": "", "tasks.py": MODULE, "inner.py": INNER, "broken.py": "import nowhere_at_all\n"}
    for name, text in files.items():
        (root / "attempt_probe").mkdir(exist_ok=True)
        (root / "attempt_probe" / name).write_text(text)
    (root / "data.txt").write_text("from the bundle")
    bundle = pack(root, CopyStyle.ALL)
    uri = blob.file_uri(root.parent / bundle.name)
    blob.put(uri, bundle.content)
    return uri


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A working directory, left again afterwards with ``sys.path`` as it was."""
    home, path = Path.cwd(), list(sys.path)
    (tmp_path / "work").mkdir()
    os.chdir(tmp_path / "work")
    yield tmp_path
    os.chdir(home)
    sys.path[:] = [*path, *(entry for entry in sys.path if entry not in path)]


def attempt(
    bundle_uri: str, place: Path, name: str, x: Any = 3, /, folder: str | None = None, **fields: Any
) -> Assignment:
    task_id = identifier_pb2.Identifier(resource_type=identifier_pb2.TASK, name=f"attempt_probe.tasks.{name}")
    start = worker_pb2.Start(
        **{
            "id": 5,
            "bundle_uri": bundle_uri,
            "execution": "run1",
            "attempt": 2,
            "task_id": task_id.SerializeToString(),
            "resolver": "flyweight.runtime.resolver.default",
            "loader_args": ["task-module", "attempt_probe.tasks", "task-name", name],
            "inputs": literals.to_bytes(literals.literal_map({"x": literals.primitive(x)})),
            "output_prefix": blob.file_uri(place / "out"),
            "raw_output_prefix": blob.file_uri(place / "raw"),
            "inline_limit": 1000,
            **fields,
        }
    )
    return Assignment(start, folder=str(place / "work") if folder is None else folder)


def output(result: worker_pb2.Result) -> Any:
    return literals.map_from_bytes(result.outputs).literals["o0"]


def error(result: worker_pb2.Result) -> errors_pb2.ContainerError:
    assert result.HasField("error")
    return errors_pb2.ContainerError.FromString(result.error)


def test_a_resolver_of_ones_own_finds_a_task_that_prepares_itself(bundle_uri: str, place: Path) -> None:
    found_by = {"resolver": "attempt_probe.tasks.by_word", "loader_args": ["fine"]}
    assert (
        literals.primitive_value(output(run_attempt(attempt(bundle_uri, place, "fine", **found_by), print))) == "3warm"
    )
    unprepared = attempt(bundle_uri, place, "bad", **{**found_by, "loader_args": ["bad"]}, folder="")
    failed = error(run_attempt(unprepared, print))
    assert failed.code == "USER:RuntimeError"
    assert "no session" in failed.message


def test_outputs_come_back_inline(bundle_uri: str, place: Path) -> None:
    told: list[worker_pb2.FromWorker] = []
    result = run_attempt(attempt(bundle_uri, place, "double"), told.append)
    assert literals.primitive_value(output(result)) == 6
    assert result.started_at > 0
    assert not told


def test_inputs_may_lie_in_the_store_and_large_outputs_go_there(bundle_uri: str, place: Path) -> None:
    uri = blob.file_uri(place / "inputs.pb")
    blob.put(uri, literals.to_bytes(literals.literal_map({"x": literals.primitive(1000)})))
    result = run_attempt(attempt(bundle_uri, place, "wide", inputs=b"", inputs_uri=uri), lambda _: None)
    assert result.outputs_uri == blob.file_uri(place / "out" / "outputs.pb")
    assert len(literals.map_from_bytes(blob.get(result.outputs_uri)).literals["o0"].collection.literals) == 1000


def test_large_values_stand_apart_where_the_engine_wants_that(bundle_uri: str, place: Path) -> None:
    limits = {"_F_L_MIN_SIZE_MB": "0", "_F_L_MAX_SIZE_MB": "1"}
    made = output(run_attempt(attempt(bundle_uri, place, "wide", environment=limits), print))
    told = made.offloaded_metadata
    assert told.uri == blob.file_uri(place / "out" / "o0_offloaded_metadata.pb")
    kept = literals_pb2.Literal.FromString(blob.get(told.uri))
    assert [literals.primitive_value(one) for one in kept.collection.literals] == [0, 1, 2]
    assert (told.size_bytes, literals.kind(made)) == (kept.ByteSize(), "offloaded_metadata")
    assert told.inferred_type.collection_type.simple == types_pb2.INTEGER
    nothing = limits | {"_F_L_MAX_SIZE_MB": "0"}
    failed = error(run_attempt(attempt(bundle_uri, place, "wide", environment=nothing, folder=""), print))
    assert failed.code == "USER:BadOutput"
    assert "`o0` takes 0.0 MB, and a value may take less than 0 MB" in failed.message


def test_the_task_is_told_where_it_runs_in_every_thread(bundle_uri: str, place: Path) -> None:
    found = output(run_attempt(attempt(bundle_uri, place, "where"), lambda _: None)).collection.literals
    assert [literals.primitive_value(one) for one in found] == [
        *("run1", "attempt_probe.tasks.where", "2", "from the bundle", "run1", blob.file_uri(place / "raw")),
    ]


def test_threads_that_ask_first_at_once_are_told_by_the_same() -> None:
    run = _Attempt(Assignment(worker_pb2.Start()), task(lone), print)
    told = _Attempt.parameters.func  # from Python 3.12 on it may be called for both
    assert told(run) is told(run) is run.parameters


def lone() -> int:
    return 1


def test_without_a_folder_of_its_own_the_task_works_where_the_code_is(bundle_uri: str, place: Path) -> None:
    result = run_attempt(attempt(bundle_uri, place, "where", folder=""), lambda _: None)
    assert literals.primitive_value(output(result).collection.literals[3]) == "from the bundle"
    assert Path.cwd() == place / "work"


def test_an_error_shows_the_users_frames_and_not_ours(bundle_uri: str, place: Path) -> None:
    found = error(run_attempt(attempt(bundle_uri, place, "raises"), lambda _: None))
    assert found.code == "USER:RuntimeError"
    assert found.kind == errors_pb2.ContainerError.NON_RECOVERABLE
    assert found.origin == execution_pb2.ExecutionError.USER
    assert found.message.startswith("KeyError: 'nothing at 3'\n")
    assert 'File "attempt_probe/inner.py", line 2, in deep' in found.message
    assert "runtime/attempt.py" not in found.message


def test_a_recoverable_error_asks_for_another_attempt(bundle_uri: str, place: Path) -> None:
    found = error(run_attempt(attempt(bundle_uri, place, "again"), lambda _: None))
    assert found.kind == errors_pb2.ContainerError.RECOVERABLE
    assert "come back" in found.message


@pytest.mark.parametrize(
    ("name", "fields", "code", "says"),
    [
        ("lies", {}, "USER:BadOutput", "o0: expected int, got 'no'"),
        ("double", {"inputs": THREE}, "USER:BadInput", "x: expected int"),
        ("doubl", {}, "USER:ImportError", "Did you mean `double`?"),
        (
            "x",
            {"loader_args": ["task-module", "attempt_probe.broken", "task-name", "x"]},
            "USER:ImportError",
            "No module named 'nowhere_at_all'",
        ),
        ("double", {"resolver": "flyweight.errors.Code"}, "USER:ImportError", "not a task resolver"),
        ("double", {"bundle_uri": "file:///nowhere/fast.tar.gz"}, "USER:ImportError", "could not be fetched"),
    ],
)
def test_what_goes_wrong_around_the_code_is_said(
    bundle_uri: str, place: Path, name: str, fields: dict[str, Any], code: str, says: str
) -> None:
    found = error(run_attempt(attempt(bundle_uri, place, name, **fields), lambda _: None))
    assert found.code == code
    assert says in found.message
    assert found.kind == errors_pb2.ContainerError.NON_RECOVERABLE


@pytest.mark.parametrize(("x", "state"), [(3, "succeeded"), (-1, "failed")])
def test_the_deck_is_there_at_the_end_and_says_how_it_went(bundle_uri: str, place: Path, x: int, state: str) -> None:
    told: list[worker_pb2.FromWorker] = []
    run_attempt(attempt(bundle_uri, place, "shows", x, deck=True), told.append)
    page = (place / "out" / "deck.html").read_text()
    assert f"loss {x}" in page
    assert f'content="{state}"' in page
    assert "Source Code" in page
    revisions = [message.deck.revision for message in told if message.HasField("deck")]
    assert revisions == list(range(1, len(revisions) + 1))
    assert len(revisions) > 1


def test_an_interruption_goes_through_and_the_deck_says_stopped(bundle_uri: str, place: Path) -> None:
    with pytest.raises(AttemptInterrupted):
        run_attempt(attempt(bundle_uri, place, "shows", 0, deck=True), lambda _: None)
    page = (place / "out" / "deck.html").read_text()
    assert "loss 0" in page
    assert 'content="stopped"' in page


def test_a_store_that_refuses_decks_does_not_hurt_the_task(bundle_uri: str, place: Path) -> None:
    (place / "out").write_text("a file where the folder should be")
    result = run_attempt(attempt(bundle_uri, place, "double", deck=False), lambda _: None)
    assert literals.primitive_value(output(result)) == 6
