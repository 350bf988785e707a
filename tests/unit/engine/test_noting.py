"""The platform's log tells what is out of the ordinary, in few lines."""

import pytest

from flyweight.engine.driver import DriverSettings
from flyweight.engine.jobs import Failed
from flyweight.engine.records import LoadedExecution
from flyweight.executors import faults
from tests.unit.engine.driving import CLOSED, Parts, Store, new, opened, run, until


@pytest.fixture(autouse=True)
def told(caplog):
    caplog.set_level("INFO", "flyweight")
    return caplog


def test_what_was_taken_up_is_counted(told):
    async def scenario():
        parts = await opened()
        given = new()
        await parts.driver.create(given, CLOSED)
        store = Store()
        rows = parts.store.rows
        store.loaded = [
            LoadedExecution(
                new=given,
                execution=rows("executions")[-1],
                nodes=(rows("nodes")[-1],),
                attempts=(rows("attempts")[-1],),
            )
        ]
        again = Parts(store, DriverSettings())
        assert told.messages == []
        await again.driver.open()
        (message,) = told.messages
        assert message.startswith("1 execution had not ended when the platform stopped, and goes on; 1 attempt was ")
        await again.driver.close()
        await parts.driver.close()

    run(scenario)


def test_attempts_that_are_stopped_are_told_with_the_reason(told):
    async def scenario():
        parts = await opened(queue_timeout=90)
        await parts.driver.create(new(), CLOSED)
        await until(lambda: parts.cancelled)
        assert "1 attempt is stopped: task queue timeout [90s] expired" in told.text
        await parts.driver.close()

    run(scenario)


def test_a_failed_execution_is_told_by_its_code_alone(told):
    async def scenario():
        parts = await opened()
        await parts.driver.create(new(), CLOSED)
        parts.report(Failed(attempt=next(iter(parts.executed)), error=faults.refused("Wrong", "of a=3")))
        await until(lambda: not parts.driver.live(1))
        assert [told for told in told.messages if "has failed: Wrong" in told]
        assert "a=3" not in told.text
        await parts.driver.close()

    run(scenario)
