"""The linker closes what holds together, and says everything that does not, by node and binding."""

import pytest
from flyteidl.admin import launch_plan_pb2
from flyteidl.core import identifier_pb2, interface_pb2, types_pb2, workflow_pb2

from flyweight.engine import linker
from flyweight.errors import CompileError
from flyweight.ids import EntityKey
from tests.simulation.workflows import INTEGER, STRING, bound, closure, identifier, node, task, workflow

TASK = task("train")
TWO = task("two", {"a": INTEGER, "b": STRING})
OPTIONAL = types_pb2.LiteralType(
    union_type=types_pb2.UnionType(variants=[INTEGER, types_pb2.LiteralType(simple=types_pb2.NONE)])
)


def chain(*nodes, result="n0.o0"):
    return workflow("w", nodes, inputs={"x": INTEGER}, outputs={"r": INTEGER}, results={"r": result})


def problems(template, **parts):
    with pytest.raises(CompileError) as caught:
        closure(template, **parts)
    return caught.value.problems


def test_connections_run_from_the_start_node_to_the_end_node():
    linked = closure(
        chain(node("n0", TASK, a=".x"), node("n1", TASK, a="n0.o0"), node("n2", TASK, ["n0"], a=1)), tasks=[TASK]
    )
    edges = linked.primary.connections
    assert {name: list(edges.downstream[name].ids) for name in edges.downstream} == {
        "start-node": ["n0"],
        "n0": ["n1", "n2", "end-node"],
        "n1": ["end-node"],
        "n2": ["end-node"],
    }
    assert {name: set(edges.upstream[name].ids) for name in edges.upstream} == {
        "n0": {"start-node"},
        "n1": {"n0"},
        "n2": {"n0"},
        "end-node": {"n0", "n1", "n2"},
    }
    assert [inner.id for inner in linked.primary.template.nodes] == ["start-node", "n0", "n1", "n2", "end-node"]
    assert list(linked.primary.template.nodes[2].upstream_node_ids) == ["n0"]
    assert [inner.template.id.name for inner in linked.tasks] == ["train"]


def test_sub_workflows_that_are_used_come_along_at_any_depth():
    inner = workflow("inner", [node("n0", TASK, a=1)])
    outer = workflow("outer", [node("n0", inner)])
    unused = workflow("unused", [])
    linked = closure(workflow("w", [node("n0", outer), node("n1", inner)]), tasks=[TASK], subs=[inner, outer, unused])
    assert {sub.template.id.name for sub in linked.sub_workflows} == {"inner", "outer"}


def test_linking_is_stable():
    template = chain(node("n0", TASK, a=".x"))
    first = closure(template, tasks=[TASK, TWO]).SerializeToString(deterministic=True)
    assert first == closure(template, tasks=[TWO, TASK]).SerializeToString(deterministic=True)


@pytest.mark.parametrize(
    ("nodes", "fault"),
    [
        ([node("n0", TWO, a=1, b="text")], None),
        ([node("n0", TASK, a="text")], "node n0 (train), input a: expected integer, got string"),
        ([node("n0", TASK)], "node n0 (train), input a: nothing is bound to it; it takes integer"),
        ([node("n0", TASK, a=1, c=2)], "node n0 (train), input c: there is no such input; there are: a"),
        ([node("n0", TASK, a="n9.o0")], "input a: it is bound to the node n9, which does not exist"),
        ([node("n0", TASK, a=".q")], "input a: the workflow has no input q; there are: x"),
        ([node("n0", TASK, a=1), node("n1", TASK, a="n0.q")], "node n0 has no output q; there are: o0"),
        (
            [node("n0", TASK, a=1), node("n1", TWO, a=1, b="n0.o0")],
            "node n1 (two), input b: it takes string, but output o0 of node n0 is integer",
        ),
        (
            [node("n0", TASK, a="x.o0[0]".replace("x", "n1")), node("n1", TASK, a=1)],
            "output o0[0] of node n1: integer has no [0]",
        ),
        ([node("n0", TASK, a=[1])], "it takes integer, but is bound to a list"),
        ([node("n0", TASK, ["n7"], a=1)], "it is to run after the node n7, which does not exist"),
        ([node("n0", TASK, a=1), node("n0", TASK, a=1)], "another node has the same id"),
        ([node("n0", TASK, a=1), node("end-node", TASK, a=1)], "'end-node' is reserved"),
        (
            [node("n0", task("unheard"), a=1)],
            "it refers to the task p:d:unheard:v1, which is not known; register it first",
        ),
        ([node("n0", workflow("missing", []))], "it refers to the sub-workflow p:d:missing:v1"),
        ([workflow_pb2.Node(id="n0")], "it has no task, workflow or other target to run"),
    ],
)
def test_each_fault_names_its_node_and_binding(nodes, fault):
    if fault is None:
        assert closure(chain(*nodes), tasks=[TASK, TWO])
    else:
        assert any(fault in problem for problem in problems(chain(*nodes), tasks=[TASK, TWO]))


def test_all_faults_are_said_at_once():
    faulty = chain(node("n0", TASK, a="text"), node("n1", TASK), node("n2", TASK, a="n9.o0"))
    assert len(problems(faulty, tasks=[TASK])) == 3


def test_nodes_that_wait_for_each_other_are_named():
    faulty = chain(
        node("n0", TASK, a="n2.o0"), node("n1", TASK, a="n0.o0"), node("n2", TASK, a="n1.o0"), result="n0.o0"
    )
    assert any(
        "they wait for each other: n0 <- n2 <- n1 <- n0" in problem for problem in problems(faulty, tasks=[TASK])
    )


def test_a_long_chain_needs_no_deep_stack():
    nodes = [node("n0", TASK, a=1)] + [node(f"n{index}", TASK, a=f"n{index - 1}.o0") for index in range(1, 3000)]
    assert len(closure(chain(*nodes), tasks=[TASK]).primary.template.nodes) == 3002


def test_a_workflow_that_runs_inside_itself_is_refused():
    first = workflow("first", [])
    second = workflow("second", [node("n0", first)])
    first.nodes.append(node("n0", second))
    found = problems(workflow("w", [node("n0", first)]), subs=[first, second])
    assert any("first -> second -> first" in problem for problem in found)


def test_outputs_must_be_bound_and_fit():
    template = workflow("w", [node("n0", TASK, a=1)], outputs={"r": STRING, "s": INTEGER}, results={"r": "n0.o0"})
    found = problems(template, tasks=[TASK])
    assert any("output r: it takes string, but output o0 of node n0 is integer" in problem for problem in found)
    assert any("output s: no node's output is bound to it" in problem for problem in found)


def test_an_optional_input_may_be_left_out():
    optional = task("optional", {"a": INTEGER, "b": OPTIONAL})
    assert closure(chain(node("n0", optional, a=1)), tasks=[optional])


def test_a_field_that_a_dataclass_lacks_is_found():
    person = types_pb2.LiteralType(
        simple=types_pb2.STRUCT, structure=types_pb2.TypeStructure(dataclass_type={"age": INTEGER})
    )
    makes = task("makes", {}, {"o0": person})
    good = chain(node("n0", makes), node("n1", TASK, a="n0.o0.age"), result="n1.o0")
    assert closure(good, tasks=[makes, TASK])
    bad = chain(node("n0", makes), node("n1", TASK, a="n0.o0.agee"), result="n1.o0")
    assert any("there is no field agee; there are: age" in problem for problem in problems(bad, tasks=[makes, TASK]))


def test_a_launch_plan_node_needs_what_has_no_default():
    plan = launch_plan_pb2.LaunchPlan(id=identifier(identifier_pb2.LAUNCH_PLAN, "plan"))
    expected = plan.closure.expected_inputs.parameters
    expected["a"].CopyFrom(interface_pb2.Parameter(var=interface_pb2.Variable(type=INTEGER), required=True))
    expected["b"].var.type.CopyFrom(INTEGER)
    runs = workflow_pb2.Node(id="n0")
    runs.workflow_node.launchplan_ref.CopyFrom(plan.id)
    template = workflow("w", [runs])
    with pytest.raises(CompileError, match="input a: nothing is bound to it"):
        linker.link(template, launch_plans=[plan])
    template.nodes[0].inputs.append(bound("a", 1))
    assert linker.link(template, launch_plans=[plan]).launch_plans[0].template.id == plan.id
    assert linker.references([template]).launch_plans == {EntityKey("p", "d", "plan", "v1")}


def test_references_are_found_inside_branches_and_arrays():
    runs = workflow_pb2.Node(id="n0")
    runs.branch_node.if_else.case.then_node.CopyFrom(node("a", TASK))
    runs.branch_node.if_else.else_node.array_node.node.CopyFrom(node("b", TWO))
    assert {key.name for key in linker.references([workflow("w", [runs])]).tasks} == {"train", "two"}


def test_the_skeleton_of_a_single_task_links():
    single = task("my.module.task_one", {"a": INTEGER}, {"o0": STRING}, retries=4)
    made = linker.skeleton(single)
    assert made.id.name == ".flytegen.my.module.task_one"
    assert made.nodes[0].id == "mymoduletaskone"
    linked = linker.link(made, tasks=[single])
    assert linked.primary.template.interface == single.interface
    assert len(linker.skeleton(task("x" * 100)).nodes[0].id) == 63
