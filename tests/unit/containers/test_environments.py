import sys
from pathlib import Path

import pytest

from flyweight.containers.environments import Environments, find_program
from flyweight.errors import NotFound
from tests.unit.executors.jobs import template

CONFIGURED = Environments({"flyweight": "/own", "ghcr.io/me/*": "/mine", "exact:1": "/exact", "default": "/any"})


@pytest.mark.parametrize(
    ("image", "interpreter"), [("exact:1", "/exact"), ("ghcr.io/me/x:2", "/mine"), ("flyweight-like", "/any")]
)
def test_an_image_finds_its_environment(image: str, interpreter: str) -> None:
    assert CONFIGURED.for_image(image) == interpreter


def test_without_a_default_an_unknown_image_is_refused_with_the_line_to_add() -> None:
    with pytest.raises(NotFound, match=r"'other:1': /path/to/environment/bin/python"):
        Environments({"flyweight": "/own"}).for_image("other:1")


def test_our_own_tasks_find_their_workers_interpreter() -> None:
    task = template("echo")
    assert CONFIGURED.for_worker(task) == "/own"
    task.container.image = "ghcr.io/me/train:3"
    assert CONFIGURED.for_worker(task) == "/mine"
    both = Environments({"flyweight": "/own", "ghcr.io/*": "/any", task.container.image: "/exact"})
    assert both.for_worker(task) == both.named(task.container.image) == "/exact"
    assert Environments({}).for_worker(task) is None
    assert CONFIGURED.for_worker(template("echo", flavor="python")) is None


def test_programs_come_from_the_environment_first(tmp_path: Path) -> None:
    own = tmp_path / "bin" / "cat"
    own.parent.mkdir()
    own.write_text("#!/bin/sh\n")
    own.chmod(0o700)
    interpreter = str(tmp_path / "bin" / "python")
    assert find_program("cat", interpreter, "/bin:/usr/bin") == str(own)
    assert find_program("python", interpreter, "/bin") == interpreter
    assert find_program("sh", interpreter, "/bin:/usr/bin") in {"/bin/sh", "/usr/bin/sh"}
    with pytest.raises(NotFound, match="'no-such-program'"):
        find_program("no-such-program", sys.executable, "/bin")
