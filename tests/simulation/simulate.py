"""One seed, from nothing to the end of every execution: what the dice draw, in a calm and in a storm."""

import asyncio
import random

from flyweight import literals
from flyweight.engine.phases import ExecutionPhase, NodePhase
from flyweight.engine.records import DYNAMIC
from flyweight.errors import AlreadyExists, TryAgain
from flyweight.ids import AttemptId
from tests.simulation.programs import random_closure
from tests.simulation.virtual_time import VirtualTimeLoop
from tests.simulation.workflows import inputs_of, new_execution
from tests.simulation.world import CALM, RECOVERED, STORM, World

HOUR = 3600.0


def simulate(seed, weather, *, executions=2, terminate=False, recover=False, **options):
    """Run one seed's world to the end of all its executions; raises the first check that did not hold.

    ``options`` are the ``World``'s: the driver to be tried, and how often its state is checked against the rows.
    """
    loop = VirtualTimeLoop()
    try:
        world = World(seed=seed, weather=weather, loop=loop, **options)
        return loop.run_until_complete(_simulate(world, executions, terminate=terminate, recover=recover))
    finally:
        for left in asyncio.all_tasks(loop):
            left.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


async def _simulate(world, executions, *, terminate, recover):
    seed, loop = world.seed, world.loop
    dice = random.Random(seed)
    await world.boot()
    for key in range(1, executions + 1):
        closed = random_closure(seed * 7 + key)
        new = new_execution(closed, key, inputs_of(x=key), max_parallelism=dice.choice([0, 1, 2]))
        world.store.closures[new.closure_digest] = closed
        await world.live_through(_create(world, new, closed))
        if terminate and dice.random() < 0.7:
            loop.call_later(dice.random() * 5, lambda key=new.key: loop.create_task(_terminate(world, key)))
    await world.live_through(asyncio.wait_for(_all_ended(world), HOUR))
    for new in [new for new in world.store.new.values() if recover and not new.parent_execution]:
        if world.store.executions[new.key].phase is not ExecutionPhase.SUCCEEDED:
            key = 100 + new.key
            again = new._replace(key=key, name=f"e{key}", mode=RECOVERED, reference_execution=new.key)
            await world.live_through(_create(world, again, world.store.closures[new.closure_digest]))
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
        elif attempt.done() and not attempt.cancelled() and new.key not in world.store.executions:
            world.fault(f"{new.name} was promised before it was written")
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
        world.written.clear()
        await world.written.wait()


def ends(world):
    """What each execution came to; of those that others started, their parents' ends decide when they are stopped."""
    return {
        key: (row.phase, literals.map_from_bytes(row.outputs or world.blobs.kept.get(row.outputs_uri, b"")))
        for key, row in world.store.executions.items()
        if not world.store.new[key].parent_execution
    }


def check_ends(seed, **options):
    """Run a seed in a storm, and see that every execution comes to the end that it has in a calm."""
    calm, storm = simulate(seed, CALM, **options), simulate(seed, STORM, **options)
    assert calm.crashes == 0
    assert ends(calm) == ends(storm)
    assert all(phase in {ExecutionPhase.SUCCEEDED, ExecutionPhase.FAILED} for phase, _ in ends(storm).values())


def check_terminated(seed, **options):
    """Run a seed in a storm, and see that what somebody terminates ends too, and says who wanted it."""
    world = simulate(seed, STORM, terminate=True, **options)
    assert all(row.phase.terminal for row in world.store.executions.values())
    for row in world.store.executions.values():
        if row.phase is ExecutionPhase.ABORTED:
            child = world.store.new[row.key].parent_execution
            assert row.abort_cause.startswith("cascading abort" if child else "enough")


def check_recovered(seed, **options):
    """Run a seed in a storm, recover what failed, and see that nothing runs again that had succeeded."""
    world = simulate(seed, STORM, terminate=seed % 2 == 1, recover=True, **options)
    nodes = world.store.nodes
    for (key, name), row in nodes.items():
        assert row.phase.terminal
        reference = world.store.new[key].reference_execution
        old = nodes.get((reference, name))
        if row.phase is NodePhase.RECOVERED:
            old = nodes[reference, row.reason.rsplit(" ", 1)[1]]
            assert old.phase in {NodePhase.SUCCEEDED, NodePhase.RECOVERED}
            assert outputs_of(world, row) == outputs_of(world, old)
            assert not world.store.attempts_of(key, name)
        elif reference and old is not None and row.phase is NodePhase.SUCCEEDED and not anew(world, key, row):
            if inputs_of_row(world, row) != inputs_of_row(world, old):
                continue  # a gate was answered otherwise this time
            assert old.phase is not NodePhase.SUCCEEDED, f"{name} succeeded in {reference} and ran again in {key}"


def anew(world, key, row):
    """Tell whether a node handles a failure, or was drawn anew: by a task that ran here, or did once more there."""
    nodes, reference = world.store.nodes, world.store.new[key].reference_execution
    while row is not None and row.spec_node != "fn0":
        old = nodes.get((reference, row.node))
        again = old is None or old.kind != DYNAMIC or old.attempt
        if row.kind == DYNAMIC and (again or AttemptId(key, row.node, row.attempt) in world.ever_started):
            return True
        row = nodes.get((key, row.parent))
    return row is not None


def inputs_of_row(world, row):
    return literals.map_from_bytes(row.inputs or world.blobs.kept.get(row.inputs_uri, b""))


def outputs_of(world, row):
    return literals.map_from_bytes(row.outputs or world.blobs.kept.get(row.outputs_uri, b""))


CHECKS = {"ends": check_ends, "terminated": check_terminated, "recovered": check_recovered}
