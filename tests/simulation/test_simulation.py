"""Whatever goes wrong around it, and whenever: every execution comes to the one end that its tasks' fates decide."""

import asyncio
import random

import pytest

from flyweight import literals
from flyweight.engine.phases import ExecutionPhase
from flyweight.errors import AlreadyExists, TryAgain
from tests.simulation.virtual_time import VirtualTimeLoop
from tests.simulation.workflows import (
    FAIL_LATE,
    INTEGER,
    branch,
    closure,
    condition,
    gate,
    inputs_of,
    new_execution,
    node,
    plan,
    task,
    workflow,
)
from tests.simulation.world import CALM, STORM, World

HOUR = 3600.0
pytestmark = pytest.mark.slow  # hundreds of seeds; any one of them takes milliseconds


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


def random_handler(dice, tasks, subs):
    """What runs when the workflow has failed: often nothing, else a task or a workflow."""
    fate = dice.random()
    if subs and fate < 0.2:
        return node("fn0", dice.choice(subs), x=".x")
    return node("fn0", dice.choice(tasks), a=".x", b=1) if fate < 0.4 else None


def random_workflow(dice, name, tasks, depth=0):
    """A graph of a few nodes, some of which run workflows of their own."""
    nodes, subs, values = [], [], [".x"]
    for index in range(dice.randint(1, 6)):
        upstream = [made.id for made in nodes if dice.random() < 0.15]
        if depth < 2 and dice.random() < 0.25:
            sub, more = random_workflow(dice, f"{name}_{index}", tasks, depth + 1)
            subs += [sub, *more]
            nodes.append(node(f"n{index}", sub, upstream, x=dice.choice(values)))
        elif dice.random() < 0.2:
            nodes.append(random_branch(dice, f"n{index}", tasks, subs, values))
        elif dice.random() < 0.2:
            nodes.append(random_gate(dice, f"n{index}", upstream, values))
            if not nodes[-1].gate_node.signal.signal_id:
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


def random_closure(seed, plans=()):
    dice = random.Random(seed)
    inputs = {"a": INTEGER, "b": INTEGER}
    tasks = [task("plain", inputs), task("stubborn", inputs, retries=3, deck=True)]
    if dice.random() < 0.15:
        tasks.append(task("hanging", inputs, retries=1, timeout=5))
    template, subs = random_workflow(dice, "w", [*tasks, *plans])
    return closure(template, tasks=tasks, subs=subs, plans=plans)


def random_plans(world):
    """A few workflows that other executions may start."""
    inputs = {"a": INTEGER, "b": INTEGER}
    plain = task("plain", inputs)
    for index in range(2):
        name = f"plan{index}"
        nodes = [node("n0", plain, a=".a", b=".b"), node("n1", plain, a=".b", b="n0.o0")]
        template = workflow(name, nodes, inputs=inputs, outputs={"o0": INTEGER}, results={"o0": "n1.o0"})
        world.plans[name] = closure(template, tasks=[plain])
        yield plan(template)


def simulate(seed, weather, *, executions=2, terminate=False):
    loop = VirtualTimeLoop()
    try:
        return loop.run_until_complete(_simulate(loop, seed, weather, executions, terminate=terminate))
    finally:
        for left in asyncio.all_tasks(loop):
            left.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


async def _simulate(loop, seed, weather, executions, *, terminate):
    world = World(seed=seed, weather=weather, loop=loop)
    dice = random.Random(seed)
    plans = list(random_plans(world))
    await world.boot()
    for key in range(1, executions + 1):
        closed = random_closure(seed * 7 + key, plans)
        new = new_execution(closed, key, inputs_of(x=key), max_parallelism=dice.choice([0, 1, 2]))
        world.store.closures[new.closure_digest] = closed
        await world.live_through(_create(world, new, closed))
        if terminate and dice.random() < 0.7:
            loop.call_later(dice.random() * 5, lambda key=new.key: loop.create_task(_terminate(world, key)))
    await world.live_through(asyncio.wait_for(_all_ended(world), HOUR))
    await world.driver.close()
    for fault in world.faults:
        raise fault
    return world


async def _create(world, new, closed):
    """Create as a careful client does: again, until it is there."""
    while new.key not in world.store.executions:
        attempt = asyncio.ensure_future(world.driver.create(new, closed))
        death = asyncio.ensure_future(world.crashed.wait())
        await asyncio.wait([attempt, death], return_when=asyncio.FIRST_COMPLETED)
        death.cancel()
        if attempt.done() and not attempt.cancelled() and attempt.exception() is not None:
            assert isinstance(attempt.exception(), TryAgain | AlreadyExists)
        attempt.cancel()
        while world.crashed.is_set():
            await asyncio.sleep(0.01)


async def _terminate(world, key):
    while world.driver.live(key) and not world.crashed.is_set():
        try:
            await asyncio.wait_for(world.driver.terminate(key, "enough", "me"), 60)
        except TimeoutError:
            continue
        return


async def _all_ended(world):
    while not all(row.phase.terminal for row in world.store.executions.values()):
        await asyncio.sleep(0.05)


def ends(world):
    """What each execution came to; of those that others started, their parents' ends decide when they are stopped."""
    return {
        key: (row.phase, literals.map_from_bytes(row.outputs or world.blobs.kept.get(row.outputs_uri, b"")))
        for key, row in world.store.executions.items()
        if not world.store.new[key].parent_execution
    }


def test_every_execution_comes_to_the_same_end_in_a_storm_as_in_a_calm(seed):
    calm, storm = simulate(seed, CALM), simulate(seed, STORM)
    assert calm.crashes == 0
    assert ends(calm) == ends(storm)
    assert all(phase in {ExecutionPhase.SUCCEEDED, ExecutionPhase.FAILED} for phase, _ in ends(storm).values())


def test_a_terminated_execution_ends_in_any_weather(seed):
    world = simulate(seed, STORM, terminate=True)
    assert all(row.phase.terminal for row in world.store.executions.values())
    for row in world.store.executions.values():
        if row.phase is ExecutionPhase.ABORTED:
            child = world.store.new[row.key].parent_execution
            assert row.abort_cause.startswith("cascading abort" if child else "enough")
