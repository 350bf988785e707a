"""The registry: put once, read by version, listed by name, one launch plan active; projects and what is said of names."""

import asyncio

import pytest
from flyteidl.admin import common_pb2, launch_plan_pb2
from flyteidl.core import identifier_pb2

from flyweight.errors import AlreadyExists, InvalidInput, NotFound
from flyweight.ids import EntityKey
from flyweight.store.executions import ExecutionStore
from flyweight.store.listing import ListQuery
from flyweight.store.named_entities import NamedEntity, NamedEntityStore
from flyweight.store.projects import ProjectStore, StoredProject
from flyweight.store.registry import RegistryStore, StoredLaunchPlan, StoredTask, StoredWorkflow

ALL = ListQuery(limit=100)


def key(name="train", version="v1", project="p", domain="d"):
    return EntityKey(project, domain, name, version)


def task(name="train", version="v1", at=1, **changes):
    fields = {"key": key(name, version), "digest": "abc", "spec": b"\x00spec", "closure": b"\xffclosure"}
    return StoredTask(**{**fields, "created_at": at, "updated_at": at, **changes})


def workflow(name="wf", version="v1", at=1, closure=b"", digest="c0"):
    return StoredWorkflow(
        key=key(name, version),
        digest="abc",
        spec=b"spec",
        closure=closure,
        closure_digest=digest,
        created_at=at,
        updated_at=at,
    )


def plan(name="wf", version="v1", at=1):
    return StoredLaunchPlan(
        key=key(name, version),
        digest="abc",
        spec=b"spec",
        closure=b"closure",
        workflow=key("wf", version),
        created_at=at,
        updated_at=at,
    )


@pytest.fixture
def registry(database):
    return RegistryStore(database)


async def test_what_is_registered_comes_back_whole(registry):
    assert await registry.tasks.put(task()) is None
    assert await registry.workflows.put(workflow()) is None
    assert await registry.launch_plans.put(plan()) is None
    assert await registry.tasks.get(key()) == task()
    assert await registry.workflows.get(key("wf")) == workflow()
    assert await registry.launch_plans.get(key("wf")) == plan()


async def test_a_second_put_gives_the_first_and_changes_nothing(registry):
    await registry.tasks.put(task())
    assert await registry.tasks.put(task(digest="other", spec=b"other")) == task()
    assert await registry.tasks.get(key()) == task()


async def test_of_many_puts_at_once_one_is_new(registry):
    results = await asyncio.gather(*(registry.tasks.put(task(digest=str(number))) for number in range(20)))
    assert sum(result is None for result in results) == 1
    assert {result.digest for result in results if result} == {(await registry.tasks.get(key())).digest}


async def test_what_is_missing_is_named(registry):
    with pytest.raises(NotFound, match="no launch plan p:d:train:v1"):
        await registry.launch_plans.get(key())


async def test_equal_closures_are_kept_once_and_serve_executions(registry, database):
    await registry.workflows.put(workflow("a"))
    await registry.workflows.put(workflow("b"))
    assert (await ExecutionStore(database).closure("c0")).ByteSize() == 0
    assert (await registry.workflows.get(key("b"))).closure == b""


async def test_versions_are_listed_newest_first(registry):
    for at, version in enumerate(("v1", "v2", "v3"), start=1):
        await registry.tasks.put(task(version=version, at=at))
    await registry.tasks.put(task("other", at=9))

    async def listed(name="train", **query):
        page = await registry.tasks.list("p", "d", name, ListQuery(**{"limit": 10, **query}))
        return [one.key.version for one in page.items]

    assert await listed() == ["v3", "v2", "v1"]
    assert await listed(limit=1, sort_key="created_at", descending=True) == ["v3"]
    assert await listed(sort_key="version") == ["v1", "v2", "v3"]
    assert await listed(filters="eq(version,v2)") == ["v2"]
    assert await listed(name="", filters="eq(task.name,other)") == ["v1"]
    assert await listed(filters="value_in(version,v1;v2)+gt(created_at,1970-01-01T00:00:00.000001Z)") == ["v2"]


async def test_names_are_listed_once_each_in_pages(registry):
    for name in ("b", "a", "c"):
        for version in ("v1", "v2"):
            await registry.tasks.put(task(name, version))
    first = await registry.tasks.names("p", "d", ListQuery(limit=2))
    rest = await registry.tasks.names("p", "d", ListQuery(limit=2, token=first.token))
    assert (first.items, rest.items, rest.token) == (("a", "b"), ("c",), "")
    backwards = await registry.tasks.names("p", "d", ListQuery(limit=9, sort_key="name", descending=True))
    assert backwards.items == ("c", "b", "a")
    assert sorted(await registry.tasks.all_names("p", "d")) == ["a", "b", "c"]
    assert await registry.tasks.all_names("p", "other") == []


async def test_at_most_one_version_of_a_launch_plan_is_active(registry):
    plans = registry.launch_plans
    for version in ("v1", "v2"):
        await plans.put(plan(version=version))
    await plans.put(plan("other"))
    with pytest.raises(NotFound, match="--activate"):
        await plans.active("p", "d", "wf")
    for name, version in (("wf", "v1"), ("other", "v1"), ("wf", "v2"), ("wf", "v2")):
        await plans.set_state(key(name, version), launch_plan_pb2.ACTIVE, 50)
    active = await plans.active("p", "d", "wf")
    assert (active.key.version, active.updated_at, active.created_at) == ("v2", 50, 1)
    assert {str(one.key) for one in (await plans.list_active("p", "d", ALL)).items} == {"p:d:wf:v2", "p:d:other:v1"}
    listed = await plans.list("p", "d", "wf", ListQuery(limit=9, filters="eq(state,INACTIVE)"))
    assert [one.key.version for one in listed.items] == ["v1"]
    await plans.set_state(key("wf", "v2"), launch_plan_pb2.INACTIVE, 60)
    with pytest.raises(NotFound):
        await plans.active("p", "d", "wf")


async def test_activating_what_is_not_there_leaves_the_active_one(registry):
    await registry.launch_plans.put(plan())
    await registry.launch_plans.set_state(key("wf"), launch_plan_pb2.ACTIVE, 2)
    with pytest.raises(NotFound):
        await registry.launch_plans.set_state(key("wf", "v9"), launch_plan_pb2.ACTIVE, 3)
    assert (await registry.launch_plans.active("p", "d", "wf")).key.version == "v1"


async def test_what_is_said_of_a_name_holds_for_all_versions(registry, database):
    names = NamedEntityStore(database)
    for name in ("a", "b"):
        for version in ("v1", "v2"):
            await registry.workflows.put(workflow(name, version))
    said = NamedEntity(
        kind=identifier_pb2.WORKFLOW,
        project="p",
        domain="d",
        name="b",
        description="trains",
        state=common_pb2.NAMED_ENTITY_ARCHIVED,
    )
    await names.put(said, 7)
    await names.put(said, 8)
    assert await names.get(identifier_pb2.WORKFLOW, "p", "d", "b") == said
    listed = await names.list(identifier_pb2.WORKFLOW, "p", "d", ALL)
    assert [(one.name, one.description) for one in listed.items] == [("a", ""), ("b", "trains")]
    active = await names.list(identifier_pb2.WORKFLOW, "p", "d", ListQuery(limit=9, filters="eq(state,0)"))
    assert [one.name for one in active.items] == ["a"]
    page = await names.list(identifier_pb2.WORKFLOW, "p", "d", ListQuery(limit=1, sort_key="name", descending=True))
    assert ([one.name for one in page.items], page.token) == (["b"], "1")


async def test_nothing_is_said_of_a_name_that_is_not_registered(database):
    names = NamedEntityStore(database)
    with pytest.raises(NotFound, match="launch plan p:d:x"):
        await names.put(NamedEntity(kind=identifier_pb2.LAUNCH_PLAN, project="p", domain="d", name="x"), 1)
    with pytest.raises(InvalidInput, match="resource_type"):
        await names.list(identifier_pb2.DATASET, "p", "d", ALL)


async def test_flytes_project_is_there_from_the_start(database):
    projects = ProjectStore(database)
    await asyncio.to_thread(projects.seed, 5)
    await asyncio.to_thread(projects.seed, 6)
    (project,) = (await projects.list(ALL)).items
    assert (project.identifier, project.created_at) == ("flytesnacks", 5)


async def test_projects_are_registered_once_and_updated(database):
    projects = ProjectStore(database)
    iris = StoredProject(identifier="iris", name="Iris", created_at=1, updated_at=1)
    await projects.register(iris)
    with pytest.raises(AlreadyExists, match="iris"):
        await projects.register(iris)
    changed = StoredProject(identifier="iris", name="Flowers", labels=b"l", state=1, created_at=1, updated_at=2)
    await projects.update(changed)
    assert await projects.get("iris") == changed
    with pytest.raises(NotFound, match="there are iris"):
        await projects.get("irsi")
    with pytest.raises(NotFound):
        await projects.update(StoredProject(identifier="other", name="other"))
    assert (await projects.list(ListQuery(limit=1, filters="eq(state,ACTIVE)"))).items == ()
