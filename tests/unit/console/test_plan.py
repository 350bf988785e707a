"""Steps of a workflow, in the order they can run."""

from flyweight.console.plan import single, steps
from flyweight.services.drawings import Drawn
from tests.unit.console.shapes import closure, identifier, sub_workflow, task, template


def test_steps_stand_behind_what_they_need():
    found = steps(closure(template("main", task("c", "b"), task("a"), task("b", "a"))))
    assert [step.node for step in found] == ["a", "b", "c"]
    assert found[0].title == "do a"
    assert found[0].entity is not None
    assert found[0].entity.name == "module.a"


def test_a_map_task_is_called_by_its_function_without_the_digest():
    mapped = task("m")
    mapped.metadata.name = "module.map_score_16318ca80b87ebf18c3d87a1d798ce59-arraynode"
    (step,) = steps(closure(template("main", mapped)))
    assert step.title == "map_score"


def test_those_of_a_sub_workflow_stand_below_their_own():
    found = steps(closure(template("main", sub_workflow("s", "inner"), task("z", "s")), template("inner", task("x"))))
    assert [(step.node, step.depth, step.kind) for step in found] == [
        ("s", 0, "workflow"),
        ("s-0-x", 1, "task"),
        ("z", 0, "task"),
    ]


def test_what_a_dynamic_task_drew_stands_below_it_with_its_attempt_in_the_ids():
    inner = closure(template("drawn", task("dn0"), sub_workflow("dn1", "sub")), template("sub", task("y")))
    found = steps(closure(template("main", task("d"))), {"d": Drawn(attempt=2, closure=inner)})
    assert [(step.node, step.depth) for step in found] == [("d", 0), ("d-2-dn0", 1), ("d-2-dn1", 1), ("d-2-dn1-0-y", 2)]


def test_a_task_that_runs_by_itself_is_called_by_its_function():
    step = single(identifier("training.train"))
    assert (step.node, step.title) == ("trainingtrain", "train")
