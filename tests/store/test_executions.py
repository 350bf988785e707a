"""Executions: a record is a row and a row a record, written in bulk and all together, read by name, list and parent."""

import pytest
from flyteidl.admin import execution_pb2
from flyteidl.core import compiler_pb2

from flyweight.engine.phases import AttemptPhase, ExecutionPhase, NodePhase
from flyweight.engine.records import Batch
from flyweight.errors import AlreadyExists, InvalidInput, NotFound
from flyweight.ids import AttemptId
from flyweight.store.executions import ExecutionStore
from flyweight.store.listing import ListQuery
from tests.store.conftest import attempt, new_execution, node, progress

ALL = ListQuery(limit=1000)


@pytest.fixture
def store(database):
    return ExecutionStore(database)


async def unfinished(store):
    return await store.load(list(await store.unfinished()))


def full(record, **changes):
    """Give the record with every field set to something that is not its default."""
    values = {int: 7, str: "some text", bytes: b"\x00some bytes\xff", float: 0.25}
    plain = {name: values[type(value)] for name, value in record._asdict().items() if type(value) in values}
    return record._replace(**{**plain, **changes})


def filled():
    spec = execution_pb2.ExecutionSpec(tags=["nightly", "gpu"]).SerializeToString()
    return Batch(
        new=(full(new_execution(), key=1, spec=spec, workflow="p:d:w:v", launch_plan="p:d:lp:v2:x", task=""),),
        executions=(full(progress(), key=1, phase=ExecutionPhase.FAILING),),
        nodes=(full(node(), execution=1, node="n0", phase=NodePhase.DYNAMIC_RUNNING),),
        attempts=(full(attempt(), execution=1, node="n0", attempt=0, phase=AttemptPhase.RETRYABLE_FAILED),),
        closures={"some text": compiler_pb2.CompiledWorkflowClosure().SerializeToString()},
    )


async def test_every_field_of_every_record_comes_back(store):
    batch = filled()
    await store.commit(batch)
    (loaded,) = await unfinished(store)
    assert loaded.new == batch.new[0]
    assert loaded.execution == batch.executions[0]
    assert loaded.nodes == batch.nodes
    assert loaded.attempts == batch.attempts
    assert await store.node(1, "n0") == batch.nodes[0]
    assert await store.attempt(AttemptId(1, "n0", 0)) == batch.attempts[0]
    stored = await store.get_by_key(1)
    assert (stored.new, stored.record, stored.state) == (batch.new[0], batch.executions[0], 0)


async def test_writing_a_batch_twice_changes_nothing(store):
    await store.commit(filled())
    before = await unfinished(store)
    await store.commit(filled())
    assert await unfinished(store) == before


async def test_a_later_record_takes_the_place_of_the_one_before(store):
    await store.commit(Batch(new=(new_execution(),), executions=(progress(),), nodes=(node(),), attempts=(attempt(),)))
    ended = node(phase=NodePhase.SUCCEEDED, outputs=b"later", ended_at=99)
    closed = attempt(phase=AttemptPhase.SUCCEEDED, ended_at=99)
    await store.commit(Batch(nodes=(ended,), attempts=(closed,)))
    assert await store.node(1, "n0") == ended
    assert await store.attempt(AttemptId(1, "n0", 0)) == closed


async def test_only_what_has_not_ended_is_unfinished(store):
    for key, phase in enumerate(ExecutionPhase, start=1):
        await store.commit(
            Batch(
                new=(new_execution(key),),
                executions=(progress(key, phase),),
                nodes=(node(key), node(key, "n1")),
                attempts=(attempt(key),),
            )
        )
    loaded = await unfinished(store)
    assert [one.execution.phase for one in loaded] == [phase for phase in ExecutionPhase if not phase.terminal]
    assert all(len(one.nodes) == 2 and len(one.attempts) == 1 for one in loaded)


async def test_an_execution_without_progress_yet_is_unfinished_too(store):
    await store.commit(Batch(new=(new_execution(),), executions=(progress(phase=ExecutionPhase.QUEUED),)))
    assert await store.unfinished() == {1: 0}


async def test_a_name_that_is_taken_undoes_its_whole_batch(store):
    await store.commit(Batch(new=(new_execution(1, name="same"),), executions=(progress(1),)))
    with pytest.raises(AlreadyExists, match="same"):
        await store.commit(
            Batch(new=(new_execution(2, name="same"), new_execution(3)), executions=(progress(2),), nodes=(node(2),))
        )
    assert await store.unfinished() == {1: 0}
    with pytest.raises(NotFound):
        await store.node(2, "n0")


async def test_closures_are_kept_by_digest(store):
    body = compiler_pb2.CompiledWorkflowClosure(tasks=[compiler_pb2.CompiledTask()])
    await store.commit(Batch(closures={"d": body.SerializeToString()}))
    await store.commit(Batch(closures={"d": body.SerializeToString()}))
    assert await store.closure("d") == body
    with pytest.raises(NotFound, match="other"):
        await store.closure("other")


async def test_an_execution_is_found_by_its_name(store):
    await store.commit(Batch(new=(new_execution(5),), executions=(progress(5),)))
    assert (await store.get_execution("flytesnacks", "development", "e5")).new.key == 5
    assert await store.key_of("flytesnacks", "development", "e5") == 5
    assert await store.key_of("flytesnacks", "staging", "e5") is None
    with pytest.raises(NotFound, match="'e5'"):
        await store.get_execution("flytesnacks", "production", "e5")
    with pytest.raises(NotFound):
        await store.get_by_key(6)


async def test_children_are_found_by_the_node_that_started_them(store):
    await store.commit(
        Batch(
            new=(
                new_execution(1),
                new_execution(2, parent_execution=1, parent_node="n0"),
                new_execution(3, parent_execution=1, parent_node="n1"),
            )
        )
    )
    assert [child.new.key for child in await store.children(1)] == [2, 3]
    assert [child.new.key for child in await store.children(1, "n1")] == [3]
    assert await store.children(2) == []


async def test_lists_leave_large_columns_out(store):
    await store.commit(filled())
    (execution,) = (
        await store.list_executions("some text", "some text", ListQuery(limit=1, filters="ne(state,1)"))
    ).items
    assert (execution.new.inputs, execution.new.user_inputs, execution.record.outputs) == (b"", b"", b"")
    assert execution.record.error == b"\x00some bytes\xff"
    (listed,) = (await store.nodes(1, ALL)).items
    assert (listed.inputs, listed.outputs, listed.detail) == (b"", b"", b"")


async def test_executions_are_listed_newest_first_without_the_archived(store):
    await store.commit(Batch(new=tuple(new_execution(key) for key in range(1, 6))))
    await store.commit(Batch(executions=(progress(4, ExecutionPhase.SUCCEEDED),)))
    await store.set_state(2, execution_pb2.EXECUTION_ARCHIVED)

    async def listed(**query):
        page = await store.list_executions("flytesnacks", "development", ListQuery(**{"limit": 10, **query}))
        return [one.new.key for one in page.items]

    assert await listed() == [5, 4, 3, 1]
    assert await listed(filters="eq(state,EXECUTION_ARCHIVED)") == [2]
    assert await listed(filters="value_in(state,0;1)", sort_key="created_at") == [1, 2, 3, 4, 5]
    assert await store.count_executions("flytesnacks", "development") == {
        ExecutionPhase.SUCCEEDED: 1,
        ExecutionPhase.QUEUED: 3,
    }
    await store.set_state(2, execution_pb2.EXECUTION_ACTIVE)
    assert await listed() == [5, 4, 3, 2, 1]
    with pytest.raises(NotFound):
        await store.set_state(77, execution_pb2.EXECUTION_ARCHIVED)


async def test_pages_neither_repeat_nor_skip(store):
    await store.commit(Batch(nodes=tuple(node(1, f"n{number}", created_at=5) for number in range(10))))
    seen, token = [], ""
    while True:
        page = await store.nodes(1, ListQuery(limit=3, token=token, sort_key="created_at"))
        seen += [one.node for one in page.items]
        token = page.token
        if not token:
            break
    assert sorted(seen) == sorted(f"n{number}" for number in range(10))
    exact = await store.nodes(1, ListQuery(limit=10))
    assert (len(exact.items), exact.token) == (10, "")


async def test_nodes_are_listed_by_parent(store):
    await store.commit(
        Batch(nodes=(node(1, "n0"), node(1, "n0-0-n1", parent="n0"), node(1, "n1", created_at=1), node(2, "n0")))
    )
    assert [one.node for one in (await store.nodes(1, ALL)).items] == ["n1", "n0", "n0-0-n1"]
    assert [one.node for one in (await store.nodes(1, ALL, parent="")).items] == ["n1", "n0"]
    assert [one.node for one in (await store.nodes(1, ALL, parent="n0")).items] == ["n0-0-n1"]


async def test_attempts_are_listed_by_node(store):
    await store.commit(Batch(attempts=(attempt(1, "n1"), attempt(1, "n0", 1), attempt(1, "n0", 0), attempt(2))))
    everything = [(one.node, one.attempt) for one in (await store.attempts(1, ALL)).items]
    assert everything == [("n0", 0), ("n0", 1), ("n1", 0)]
    assert [one.attempt for one in (await store.attempts(1, ALL, node="n0")).items] == [0, 1]
    with pytest.raises(NotFound, match="attempt 9"):
        await store.attempt(AttemptId(1, "n0", 9))


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ("", [3, 2, 1]),
        ("eq(phase,SUCCEEDED)", [1]),
        ("eq(execution.phase,succeeded)", [1]),
        ("value_in(phase,4;FAILED)", [2, 1]),
        ("value_not_in(phase,SUCCEEDED;FAILED)", [3]),
        ("ne(phase,FAILED)+eq(name,e1)", [1]),
        ("contains(execution_name,e)", [3, 2, 1]),
        ("contains(name,%)", []),
        ("not_like(name,e%)", []),
        ("eq(workflow.name,ns.train)", [2]),
        ("eq(workflow.version,v:1+2)", [2]),
        ("eq(workflow.version,v:1%2B2)+gt(created_at,1970-01-01T00:00:00Z)", [2]),
        ("eq(launch_plan.name,lp)", [3]),
        ("eq(task.name,t)", [1]),
        ("eq(admin_tag.name,nightly)", [1]),
        ("gte(created_at,1970-01-01T00:00:02Z)", [3, 2]),
        ("lt(created_at,1970-01-01T02:00:02.000000001+02:00)", [1]),
        ("gt(duration,1.5)", [2]),
        ("lte(duration,1.5)", [3, 1]),
        ("eq(user,ada)", [3]),
        ("eq(mode,SCHEDULED)", [3]),
    ],
)
async def test_filters_as_flytes_clients_send_them(store, filters, expected):
    spec = execution_pb2.ExecutionSpec(tags=["nightly"]).SerializeToString()
    await store.commit(
        Batch(
            new=(
                new_execution(1, task="p:d:t:v", spec=spec),
                new_execution(2, workflow="p:d:ns.train:v:1+2"),
                new_execution(3, launch_plan="p:d:lp:v", principal="ada", mode=1),
            ),
            executions=(
                progress(1, ExecutionPhase.SUCCEEDED, started_at=1_000_000, ended_at=2_500_000),
                progress(2, ExecutionPhase.FAILED, started_at=1_000_000, ended_at=2_500_001),
                progress(3, ExecutionPhase.RUNNING, started_at=1_000_000),
            ),
        )
    )
    page = await store.list_executions("flytesnacks", "development", ListQuery(limit=10, filters=filters))
    assert [one.new.key for one in page.items] == expected


async def test_filters_over_other_tables(store):
    await store.commit(
        Batch(
            new=(new_execution(1),),
            executions=(progress(1),),
            nodes=(node(1, "n0", phase=NodePhase.FAILED), node(1, "n1")),
            attempts=(attempt(1, "n0"), attempt(1, "n1")),
        )
    )

    async def nodes(filters):
        return [one.node for one in (await store.nodes(1, ListQuery(limit=9, filters=filters))).items]

    async def attempts(filters):
        return [one.node for one in (await store.attempts(1, ListQuery(limit=9, filters=filters))).items]

    assert await nodes("eq(execution.phase,RUNNING)+eq(node_execution.phase,FAILED)") == ["n0"]
    assert await nodes("eq(execution.phase,FAILED)") == []
    assert await attempts("eq(node_execution.phase,FAILED)") == ["n0"]
    assert await attempts("eq(execution.name,e1)+eq(task_execution.phase,RUNNING)") == ["n0", "n1"]
    with pytest.raises(InvalidInput, match="another table"):
        await store.nodes(1, ListQuery(limit=1, sort_key="execution.phase"))


async def test_the_engines_queries_use_their_indexes(database):
    def plan(connection, sql):
        return " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}"))

    queries = {
        "SELECT key, (SELECT count(*) FROM node_executions WHERE execution = key) FROM executions "
        "WHERE ended = 0 ORDER BY key": "ix_executions_unfinished",
        "SELECT * FROM executions WHERE project='p' AND domain='d' ORDER BY created_at DESC": "ix_executions_recent",
        "SELECT * FROM executions WHERE project='p' AND domain='d' AND phase=4": "ix_executions_phase",
        "SELECT * FROM node_executions WHERE execution=1 AND parent='n0'": "ix_node_executions_parent",
        "SELECT * FROM attempts WHERE execution=1 AND node='n0'": "execution=? AND node=?",
        "SELECT * FROM launch_plans WHERE project='p' AND domain='d' AND state=1 AND name='n'": "ix_launch_plans_active",
    }
    for sql, index in queries.items():
        assert index in await database.read(lambda connection, sql=sql: plan(connection, sql)), sql
