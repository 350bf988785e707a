"""Running a recorded task here: what cannot be run so says what to do."""

import pytest
from flyteidl.core import literals_pb2, tasks_pb2

from flyweight.errors import Unsupported
from flyweight.runtime.debugging import run_recorded


def test_a_stock_task_says_what_to_do_instead() -> None:
    template = tasks_pb2.TaskTemplate()
    template.id.name = "score.add"
    template.container.args.extend(["pyflyte-execute", "--inputs", "{{.input}}"])
    with pytest.raises(Unsupported, match=r"score\.add was not registered by Flyweight.*`flyweight register`"):
        run_recorded(template, literals_pb2.LiteralMap(), element=None, debugger=False)
