"""Steps of a workflow, in the order they can run."""

from flyteidl.admin import node_execution_pb2
from flyteidl.core import catalog_pb2, execution_pb2

from flyweight.semantics.nesting import Drawn
from flyweight.semantics.steps import following, reason_of, single, steps, unbegun
from tests.unit.console.shapes import branch, closure, identifier, sub_workflow, task, template


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


def test_failure_nodes_stand_last_in_their_workflows_with_what_is_inside_them():
    main, inner = template("main", sub_workflow("s", "inner")), template("inner", task("x"))
    main.failure_node.CopyFrom(sub_workflow("fn0", "cleaning"))
    inner.failure_node.CopyFrom(task("fn0"))
    found = steps(closure(main, inner, template("cleaning", task("y"))))
    assert [(step.node, step.depth) for step in found] == [
        ("s", 0),
        ("s-0-x", 1),
        ("s-0-fn0", 1),
        ("fn0", 0),
        ("fn0-0-y", 1),
    ]


def test_what_a_dynamic_task_drew_stands_below_it_with_its_attempt_in_the_ids():
    inner = closure(template("drawn", task("dn0"), sub_workflow("dn1", "sub")), template("sub", task("y")))
    found = steps(closure(template("main", task("d"))), {"d": Drawn(attempt=2, closure=inner)})
    assert [(step.node, step.depth) for step in found] == [("d", 0), ("d-2-dn0", 1), ("d-2-dn1", 1), ("d-2-dn1-0-y", 2)]


def test_a_task_that_runs_by_itself_is_called_by_its_function():
    step = single(identifier("training.train"))
    assert (step.node, step.title) == ("trainingtrain", "train")


def test_cases_of_a_conditional_stand_below_it_with_what_is_inside_them_and_when_they_run():
    main = template("main", branch("b", sub_workflow("n0", "inner"), task("n1")), task("z", "b"))
    found = steps(closure(main, template("inner", branch("c", task("n0"), task("n1")))))
    assert [(step.node, step.title, step.depth, step.case) for step in found] == [
        ("b", "choose b", 0, ""),
        ("b-0-n0", "inner", 1, "if x > 3 and (n0.o0 == 'left' or y)"),
        ("b-0-n0-0-c", "choose c", 2, ""),
        ("b-0-n0-0-c-0-n0", "do n0", 3, "if x > 3 and (n0.o0 == 'left' or y)"),
        ("b-0-n0-0-c-0-n1", "do n1", 3, "else"),
        ("b-0-n1", "do n1", 1, "else"),
        ("z", "do z", 0, ""),
    ]
    assert found[-1].needs == ("b",)


def test_what_never_began_stands_as_what_it_is_inside_of_lets_it():
    main = template("main", branch("b", sub_workflow("n0", "inner"), task("n1")), task("z", "b"))
    planned = steps(closure(main, template("inner", task("x"))))
    phase = execution_pb2.NodeExecution
    assert unbegun(planned, {"b": phase.RUNNING, "b-0-n0": phase.SKIPPED, "b-0-n1": phase.RUNNING}, ended=False) == {
        "b-0-n0-0-x": "skipped",
        "z": "waiting",
    }
    assert set(unbegun(planned, {"b": phase.FAILED}, ended=True).values()) == {"not_started"}
    assert unbegun(planned, {"b": phase.RECOVERED, "z": phase.QUEUED}, ended=False).keys() == {
        "b-0-n0",
        "b-0-n0-0-x",
        "b-0-n1",
    }


def test_what_follows_a_node_follows_the_outermost_one_that_it_is_inside_of():
    main = template("main", task("a"), sub_workflow("s", "inner", "a"), task("y", "s"), task("z", "y"), task("q", "a"))
    planned = steps(closure(main, template("inner", task("x"))))
    assert following(planned, "s-0-x") == {"s", "y", "z"}
    assert following(planned, "nobody") == set()


def test_why_the_cache_had_nothing_is_no_news_of_what_has_succeeded():
    closed = node_execution_pb2.NodeExecutionClosure(phase=execution_pb2.NodeExecution.SUCCEEDED)
    assert reason_of(closed, "7 of 7 items succeeded") == "7 of 7 items succeeded"
    closed.task_node_metadata.cache_status = catalog_pb2.CACHE_POPULATED
    assert reason_of(closed, "the cache has nothing of this task yet") == ""
    closed.phase = execution_pb2.NodeExecution.RUNNING
    assert reason_of(closed, "the cache has nothing of this task yet")
