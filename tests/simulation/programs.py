"""Random workflows: a seed draws a graph of tasks, workflows, branches, gates, maps, launch plans, failure handlers.

A dynamic task's seed draws another such graph when it runs.
"""

import random
from datetime import timedelta
from functools import lru_cache

from flyteidl.core import dynamic_job_pb2

from tests.simulation.workflows import (
    DURATION,
    FAIL_LATE,
    INTEGER,
    branch,
    closure,
    condition,
    gate,
    mapped,
    node,
    plan,
    task,
    workflow,
)

NUMBERS = {"a": INTEGER, "b": INTEGER}
PLAIN = task("plain", NUMBERS)
STUBBORN = task("stubborn", NUMBERS, retries=3, deck=True)
DYNAMIC = task("dynamic", NUMBERS, retries=1)
NAP = task("nap", {"duration": DURATION}, {}, kind="core-sleep")
HASTY = task("hasty", {"duration": DURATION}, {}, kind="core-sleep", retries=1, timeout=3)
DRAWS = closure(
    workflow("w", [node("n0", DYNAMIC, a=".x", b=2), node("n1", PLAIN, a="n0.o0", b=".x")], inputs={"x": INTEGER}),
    tasks=[DYNAMIC, PLAIN],
)
"""What a seed draws seldom begins with a dynamic task; this does."""


def random_branch(dice, name, tasks, subs, values, depth=0):
    """Cases that run a task, a workflow or another branch; some branches have no case for some values."""

    def case(number):
        if depth < 2 and dice.random() < 0.2:
            return random_branch(dice, f"c{number}", tasks, subs, values, depth + 1)
        if subs and dice.random() < 0.3:
            return node(f"c{number}", dice.choice(subs), x=dice.choice(values))
        return node(f"c{number}", dice.choice(tasks), a=dice.choice(values), b=2)

    signs = ["EQ", "GT", "LT"]
    cases = [
        (condition(dice.choice(values), dice.choice(signs), dice.randint(0, 4)), case(number))
        for number in range(dice.randint(1, 3))
    ]
    return branch(name, cases, case(9) if dice.random() < 0.9 else None, complaint="no case")


def random_gate(dice, name, upstream, values):
    """A sleep, which may be too long for it, a value or a yes that somebody is to give."""
    match dice.randint(0, 2):
        case 0:
            return gate(name, upstream, sleep=dice.choice([0, 1, 2.5]), timeout=dice.choice([0, 0, 0, 1.5]))
        case 1:
            return gate(name, upstream, signal=dice.choice(["one", "two"]))
        case _:
            return gate(name, upstream, approve=dice.choice(["yes-one", "yes-two"]), o0=dice.choice(values))


def random_map(dice, name, tasks, upstream, values):
    """A map over a few items, some of which may fail; large outputs, bound inputs and launch plans now and then."""
    length = dice.choice([0, 1, 2, 3, 5, 8])
    items = [dice.choice([*values, index]) for index in range(length)]
    bound = {"b": dice.choice(values)} if dice.random() < 0.5 else {"b": items[::-1]}
    rule = dice.choice([{}, {}, {"ratio": dice.random()}, {"at_least": dice.randint(0, 5)}])
    return mapped(
        name,
        dice.choice(tasks),
        upstream,
        a=items,
        **bound,
        bound_inputs=[] if isinstance(bound["b"], list) else ["b"],
        concurrency=dice.choice([None, 0, 1, 2, 3]),
        runs_all=dice.random() < 0.2,
        **rule,
    ), length


def random_handler(dice, tasks, subs):
    """What runs when the workflow has failed: often nothing, else a task or a workflow."""
    fate = dice.random()
    if subs and fate < 0.2:
        return node("fn0", dice.choice(subs), x=".x")
    return node("fn0", dice.choice(tasks), a=".x", b=1) if fate < 0.4 else None


def random_workflow(dice, name, tasks, depth=0, given=".x"):
    """A graph of a few nodes, some of which run workflows of their own."""
    nodes, subs, values = [], [], [given]
    for index in range(dice.randint(1, 6)):
        upstream = [made.id for made in nodes if dice.random() < 0.15]
        if depth < 2 and dice.random() < 0.25:
            sub, more = random_workflow(dice, f"{name}_{index}", tasks, depth + 1)
            subs += [sub, *more]
            nodes.append(node(f"n{index}", sub, upstream, x=dice.choice(values)))
        elif dice.random() < 0.2:
            nodes.append(random_branch(dice, f"n{index}", tasks, subs, values))
        elif dice.random() < 0.1:
            # What only sleeps gives nothing; sometimes it takes no time, sometimes longer than it may.
            wanted = timedelta(seconds=dice.choice([0, 0, 1, 4]))
            nodes.append(node(f"n{index}", dice.choice([NAP, HASTY]), upstream, duration=wanted))
            continue
        elif dice.random() < 0.2:
            nodes.append(random_gate(dice, f"n{index}", upstream, values))
            if not nodes[-1].gate_node.signal.signal_id:
                continue
        elif dice.random() < 0.25:
            made, length = random_map(dice, f"n{index}", tasks, upstream, values)
            nodes.append(made)
            if length:
                values.append(f"n{index}.o0[{dice.randrange(length)}]")
            continue
        else:
            inputs = {"a": dice.choice([*values, 3]), "b": dice.choice(values)}
            nodes.append(node(f"n{index}", dice.choice(tasks), upstream, **inputs))
        values.append(f"n{index}.o0")
    made = workflow(
        name,
        nodes,
        inputs={"x": INTEGER},
        outputs={"o0": INTEGER},
        results={"o0": dice.choice(values)},
        policy=dice.choice([0, FAIL_LATE]),
        handler=random_handler(dice, tasks, subs),
    )
    return made, subs


@lru_cache(maxsize=8)
def random_closure(seed):
    """Draw what an execution runs; the same seed gives the same, in a calm and in a storm."""
    dice = random.Random(seed)
    tasks = [PLAIN, STUBBORN]
    if dice.random() < 0.4:
        tasks.append(task("cached", NUMBERS, cached="1", serialize=dice.random() < 0.5, deck=True))
    if dice.random() < 0.15:
        tasks.append(task("hanging", NUMBERS, retries=1, timeout=5))
    if dice.random() < 0.5:
        tasks.append(DYNAMIC)
    plans = [plan(closed.primary.template) for closed in PLANS.values()]
    template, subs = random_workflow(dice, "w", [*tasks, *plans])
    return closure(template, tasks=[*tasks, NAP, HASTY], subs=subs, plans=plans)


def random_drawing(seed):
    """Give what a dynamic task draws; at times it does not hold together, or draws dynamic tasks again."""
    dice = random.Random(seed)
    tasks = [PLAIN, STUBBORN, DYNAMIC] if dice.random() < 0.3 else [PLAIN, STUBBORN]
    plans = [plan(closed.primary.template) for closed in PLANS.values()]
    template, subs = random_workflow(dice, "drawn", [*tasks, *plans], depth=1, given=".a")
    if dice.random() < 0.03:
        template.nodes[0].inputs.add(var="nonsense")
    return dynamic_job_pb2.DynamicJobSpec(
        nodes=template.nodes, outputs=template.outputs, subworkflows=subs, tasks=[*tasks, NAP, HASTY], min_successes=1
    )


def _plans():
    """Give a few workflows that other executions may start, by name."""
    for name in ("plan0", "plan1"):
        nodes = [node("n0", PLAIN, a=".a", b=".b"), node("n1", PLAIN, a=".b", b="n0.o0")]
        template = workflow(name, nodes, inputs=NUMBERS, outputs={"o0": INTEGER}, results={"o0": "n1.o0"})
        yield name, closure(template, tasks=[PLAIN])


PLANS = dict(_plans())
