"""What can be seen of a running execution: nodes, attempts, data, logs and decks, as they are and as they change."""

import asyncio
import base64
import contextlib
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from flyteidl.admin import execution_pb2, node_execution_pb2, task_execution_pb2
from flyteidl.core import errors_pb2, identifier_pb2
from flyteidl.core import execution_pb2 as core_execution_pb2
from flyteidl.service import dataproxy_pb2

from flyweight import blob
from flyweight.engine.jobs import DeckPublished, Job, LogSpan
from flyweight.errors import AlreadyExists, InvalidInput, NotFound, PermissionDenied
from flyweight.protocol import watch_pb2
from flyweight.services.decks import DeckState
from tests.unit.services.conftest import Platform
from tests.unit.services.entities import (
    D,
    P,
    execution_request,
    ident,
    inputs,
    launch_plan_request,
    task_request,
    workflow_request,
)

NAME = "seen"
OF = identifier_pb2.WorkflowExecutionIdentifier(project=P, domain=D, name=NAME)
REQUEST = execution_request(ident(identifier_pb2.LAUNCH_PLAN, "lib.wf"), inputs(x=1), name=NAME)
NodePhase = core_execution_pb2.NodeExecution


@pytest.fixture
async def running(platform: Platform) -> Platform:
    """A platform with one execution that has just begun: two tasks in a row, the second in a workflow of its own."""
    await register(platform)
    await platform.executions.create_execution(REQUEST)
    return platform


async def register(platform: Platform) -> None:
    await platform.tasks.create_task(task_request(deck=True, retries=1))
    await platform.workflows.create_workflow(workflow_request(deep=True))
    await platform.launch_plans.create_launch_plan(launch_plan_request())


def node_of(node: str) -> identifier_pb2.NodeExecutionIdentifier:
    return identifier_pb2.NodeExecutionIdentifier(node_id=node, execution_id=OF)


def watching(platform: Platform, *, logs: bool = False) -> AsyncIterator[watch_pb2.WatchEvent]:
    return platform.watch.watch(watch_pb2.WatchRequest(project=P, domain=D, name=NAME, logs=logs))


async def until(events: AsyncIterator[watch_pb2.WatchEvent], kind: str) -> watch_pb2.WatchEvent:
    async with asyncio.timeout(10):
        async for event in events:
            if event.WhichOneof("event") == kind:
                return event
    raise AssertionError(f"the stream ended without a {kind}")


async def finish(platform: Platform, first: Job) -> list[watch_pb2.WatchEvent]:
    """Let everything succeed, and give all that a watcher who came before saw."""
    events = watching(platform)
    seen = [await until(events, "execution")]
    platform.executor.succeed(first, inputs(o0=2))
    platform.executor.succeed(await platform.executor.next(), inputs(o0=4))
    async with asyncio.timeout(10):
        seen.extend([event async for event in events])
    return seen


async def list_nodes(platform: Platform, parent: str = "") -> dict[str, node_execution_pb2.NodeExecution]:
    listed = await platform.nodes.list_node_executions(
        node_execution_pb2.NodeExecutionListRequest(workflow_execution_id=OF, limit=100, unique_parent_id=parent)
    )
    return {node.id.node_id: node for node in listed.node_executions}


async def test_a_watcher_sees_each_node_to_its_end_and_the_executions_end_last(running: Platform) -> None:
    seen = await finish(running, await running.executor.next())
    last: dict[str, node_execution_pb2.NodeExecution] = {}
    outputs: dict[str, bytes] = {}
    for event in seen:
        if event.HasField("node"):
            node = node_execution_pb2.NodeExecution.FromString(event.node.node_execution)
            last[node.id.node_id] = node
            outputs[node.id.node_id] = event.node.outputs
    assert {name: node.closure.phase for name, node in last.items()} == dict.fromkeys(
        ["n0", "n1", "n1-0-n0"], NodePhase.SUCCEEDED
    )
    assert outputs["n0"] == inputs(o0=2).SerializeToString()
    final = execution_pb2.Execution.FromString(seen[-1].execution.execution)
    assert final.closure.phase == core_execution_pb2.WorkflowExecution.SUCCEEDED
    assert seen[-1].execution.outputs == inputs(o0=4).SerializeToString()


async def test_a_watcher_who_comes_before_the_execution_sees_it_from_the_start(platform: Platform) -> None:
    await register(platform)
    events = platform.watch.watch(watch_pb2.WatchRequest(project=P, domain=D, name=NAME, coming=True))
    first = asyncio.ensure_future(until(events, "execution"))
    await asyncio.sleep(0)
    await platform.executions.create_execution(REQUEST)
    state = execution_pb2.Execution.FromString((await first).execution.execution)
    assert state.closure.phase == core_execution_pb2.WorkflowExecution.RUNNING
    assert state.spec.launch_plan.name == "lib.wf"
    platform.executor.succeed(await platform.executor.next(), inputs(o0=2))
    platform.executor.succeed(await platform.executor.next(), inputs(o0=4))
    async with asyncio.timeout(10):
        seen = [event async for event in events]
    assert {
        node_execution_pb2.NodeExecution.FromString(event.node.node_execution).id.node_id
        for event in seen
        if event.HasField("node")
    } == {"n0", "n1", "n1-0-n0"}
    assert seen[-1].execution.outputs == inputs(o0=4).SerializeToString()


async def test_who_awaits_what_was_there_before_the_platform_was_started_gets_it_at_once(running: Platform) -> None:
    running.feed._recent.clear()  # as after a restart
    events = running.watch.watch(watch_pb2.WatchRequest(project=P, domain=D, name=NAME, coming=True))
    state = execution_pb2.Execution.FromString((await until(events, "execution")).execution.execution)
    assert state.id == OF


def run(platform: Platform, patience_ms: int = 10_000) -> asyncio.Future[watch_pb2.RunReply]:
    request = watch_pb2.RunRequest(execution=REQUEST.SerializeToString(), patience_ms=patience_ms)
    return asyncio.ensure_future(platform.watch.run(request))


async def test_what_ends_soon_is_created_and_told_in_one_call(platform: Platform) -> None:
    await register(platform)
    running = run(platform)
    platform.executor.succeed(await platform.executor.next(), inputs(o0=2))
    platform.executor.succeed(await platform.executor.next(), inputs(o0=4))
    nodes, end = (await running).events
    assert {
        node_execution_pb2.NodeExecution.FromString(update.node_execution).id.node_id: update.outputs
        for update in nodes.nodes.updates
    }.keys() == {"n0", "n1", "n1-0-n0"}
    final = execution_pb2.Execution.FromString(end.execution.execution)
    assert final.closure.phase == core_execution_pb2.WorkflowExecution.SUCCEEDED
    assert end.execution.outputs == inputs(o0=4).SerializeToString()


async def test_what_goes_on_past_the_callers_patience_is_told_to_who_watches_it(platform: Platform) -> None:
    await register(platform)
    assert not (await run(platform, patience_ms=1)).events
    assert len(await finish(platform, await platform.executor.next())) > 2


async def test_a_run_that_was_created_before_and_one_that_cannot_be_are_told(running: Platform) -> None:
    with pytest.raises(AlreadyExists, match="exists already"):
        await run(running)
    unnamed = execution_pb2.ExecutionCreateRequest(project=P, domain=D).SerializeToString()
    for request, why in ((unnamed, "needs a name"), (b"\xff", "no flyteidl.admin.ExecutionCreateRequest")):
        with pytest.raises(InvalidInput, match=why):
            await running.watch.run(watch_pb2.RunRequest(execution=request))
    assert not running.feed._expected


async def test_a_run_whose_answer_was_lost_is_not_created_twice(platform: Platform) -> None:
    await register(platform)
    lost = run(platform)
    await asyncio.sleep(0)
    lost.cancel()
    with pytest.raises(asyncio.CancelledError):
        await lost
    assert not (await run(platform, patience_ms=1)).events
    assert len(await finish(platform, await platform.executor.next())) > 2


async def test_a_watcher_who_comes_late_gets_the_whole_state_with_outputs_once(running: Platform) -> None:
    await finish(running, await running.executor.next())
    async with asyncio.timeout(10):
        seen = [event async for event in watching(running)]
    nodes = [
        node_execution_pb2.NodeExecution.FromString(event.node.node_execution).id.node_id
        for event in seen
        if event.HasField("node")
    ]
    assert sorted(nodes) == ["n0", "n1", "n1-0-n0"]
    assert all(event.node.outputs for event in seen if event.HasField("node"))
    assert sum(event.HasField("execution") for event in seen) == 1


async def test_a_watcher_is_told_of_capacity_and_of_published_decks(running: Platform) -> None:
    job = await running.executor.next()
    events = watching(running)
    assert (await until(events, "capacity")).capacity.slots == 4
    await until(events, "node")
    running.executor.begin(job)
    running.executor.report(DeckPublished(attempt=job.attempt, revision=2))
    deck = (await until(events, "deck")).deck
    assert (deck.node_id, deck.attempt, deck.revision) == ("n0", 0, 2)


async def test_the_executions_list_is_told_of_changes_in_its_own_domain(running: Platform) -> None:
    here, elsewhere = running.watch.changes(P, D), running.watch.changes(P, "production")
    told, silent = asyncio.ensure_future(anext(here)), asyncio.ensure_future(anext(elsewhere))
    await asyncio.sleep(0)
    await finish(running, await running.executor.next())
    async with asyncio.timeout(10):
        assert execution_pb2.Execution.FromString((await told).execution).id == OF
    assert not silent.done()
    silent.cancel()


async def test_the_outermost_nodes_are_listed_and_inner_ones_below_their_parent(running: Platform) -> None:
    await finish(running, await running.executor.next())
    outer = await list_nodes(running)
    assert {name: node.metadata.is_parent_node for name, node in outer.items()} == {"n0": False, "n1": True}
    inner = await list_nodes(running, "n1")
    assert {name: node.metadata.spec_node_id for name, node in inner.items()} == {"n1-0-n0": "n0"}


async def test_a_node_gives_its_data_and_their_addresses(running: Platform) -> None:
    await finish(running, await running.executor.next())
    both = await running.nodes.get_node_execution_data(node_execution_pb2.NodeExecutionGetDataRequest(id=node_of("n0")))
    assert (both.full_inputs, both.full_outputs) == (inputs(x=1), inputs(o0=2))
    assert both.flyte_urls.deck == f"flyte://v1/{P}/{D}/{NAME}/n0/d"
    named = await running.data.get_data(dataproxy_pb2.GetDataRequest(flyte_url=f"{both.flyte_urls.outputs}/o0"))
    assert named.literal == inputs(o0=2).literals["o0"]
    with pytest.raises(NotFound, match=r"no output 'oo'.*There is 'o0'"):
        await running.data.get_data(dataproxy_pb2.GetDataRequest(flyte_url=f"{both.flyte_urls.outputs}/oo"))


async def test_every_attempt_is_listed_with_its_own_error_log_and_data(running: Platform) -> None:
    first = await running.executor.next()
    error = errors_pb2.ContainerError(code="Flaky", message="no luck", kind=errors_pb2.ContainerError.RECOVERABLE)
    running.executor.fail(first, error)
    await finish(running, await running.executor.next())
    listed = await running.nodes.list_task_executions(
        task_execution_pb2.TaskExecutionListRequest(node_execution_id=node_of("n0"), limit=10)
    )
    failed, succeeded = listed.task_executions
    assert (failed.id.retry_attempt, succeeded.id.retry_attempt) == (0, 1)
    assert "no luck" in failed.closure.error.message
    assert failed.closure.task_type == "python-task"
    assert failed.closure.logs[0].uri == (
        f"http://localhost:30080/console/projects/{P}/domains/{D}/executions/{NAME}?node=n0&attempt=0&tab=log"
    )
    outputs = [
        (
            await running.nodes.get_task_execution_data(task_execution_pb2.TaskExecutionGetDataRequest(id=attempt.id))
        ).full_outputs
        for attempt in (failed, succeeded)
    ]
    assert outputs == [inputs(), inputs(o0=2)]


async def test_a_log_is_followed_live_and_ends_with_its_attempt(running: Platform, tmp_path: Path) -> None:
    job = await running.executor.next()
    log = tmp_path / "worker.log"
    log.write_bytes(b"one\n")
    request = watch_pb2.LogsRequest(project=P, domain=D, name=NAME, node_id="n0", follow=True)
    chunks = running.logs.logs(request)
    waiting = asyncio.ensure_future(anext(chunks))
    running.executor.begin(job, log)
    async with asyncio.timeout(10):
        first = await waiting
        assert (first.offset, first.text) == (0, b"one\n")
        log.write_bytes(b"one\ntwo\nthe next attempt's")
        running.executor.succeed(job, inputs(o0=2), LogSpan(path=str(log), start=0, end=8))
        rest = [chunk async for chunk in chunks]
    assert [(chunk.offset, chunk.text) for chunk in rest] == [(4, b"two\n")]


async def test_a_log_that_is_not_followed_ends_at_once(running: Platform, tmp_path: Path) -> None:
    job = await running.executor.next()
    log = tmp_path / "worker.log"
    log.write_bytes(b"so far")
    running.executor.begin(job, log)
    events = watching(running)
    await until(events, "execution")
    while not (await running.lookup.attempts((await running.lookup.of(OF)).new.key))[0].log_path:
        await until(events, "node")
    request = watch_pb2.LogsRequest(project=P, domain=D, name=NAME, node_id="n0")
    async with asyncio.timeout(10):
        assert [chunk.text async for chunk in running.logs.logs(request)] == [b"so far"]
    with pytest.raises(NotFound, match="no attempt 6"):
        await anext(running.logs.logs(watch_pb2.LogsRequest(project=P, domain=D, name=NAME, node_id="n0", attempt=5)))


async def test_a_deck_shows_the_truth_before_while_and_after_it_is_published(running: Platform) -> None:
    job = await running.executor.next()
    before = await running.decks.deck(OF, "n0")
    assert (before.published, before.state) == (False, DeckState.RUNNING)
    assert b"has not published" in before.html
    blob.put(job.deck_uri, b"<p>half way</p>")
    running.executor.report(DeckPublished(attempt=job.attempt, revision=1))
    await finish(running, job)
    after = await running.decks.deck(OF, "n0")
    assert (after.html, after.state, after.attempts) == (b"<p>half way</p>", DeckState.SUCCEEDED, 1)
    with pytest.raises(NotFound, match="no attempt 4"):
        await running.decks.deck(OF, "n0", 3)


async def test_a_deck_can_be_fetched_by_its_link_once_it_is_there(running: Platform) -> None:
    job = await running.executor.next()
    request = dataproxy_pb2.CreateDownloadLinkRequest(
        artifact_type=dataproxy_pb2.ARTIFACT_TYPE_DECK, node_execution_id=node_of("n0")
    )
    with pytest.raises(NotFound, match="not published yet"):
        await running.data.create_download_link(request)
    blob.put(job.deck_uri, b"<p>deck</p>")
    link = await running.data.create_download_link(request)
    download = await running.data.send("GET", *wire(link.pre_signed_urls.signed_url[0]), {})
    assert b"".join([chunk async for chunk in download.body]) == b"<p>deck</p>"
    assert "sandbox" in download.headers["Content-Security-Policy"]


def wire(url: str) -> list[str]:
    """Take path and query of a link on the platform's own address."""
    return url.removeprefix("http://localhost:30080").split("?")


def upload_request(content: bytes, **more: str) -> dataproxy_pb2.CreateUploadLocationRequest:
    return dataproxy_pb2.CreateUploadLocationRequest(
        project=P, domain=D, content_md5=hashlib.md5(content).digest(), **{"filename": "code.tar.gz", **more}
    )


async def stream(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def put(platform: Platform, link: str, content: bytes) -> None:
    md5 = base64.b64encode(hashlib.md5(content).digest()).decode()
    await platform.data.receive(*wire(link), {"content-md5": md5}, stream(content))


async def test_the_same_content_gets_the_same_address_and_is_stored_there(platform: Platform) -> None:
    first = await platform.data.create_upload_location(upload_request(b"code"))
    second = await platform.data.create_upload_location(upload_request(b"code"))
    assert first.native_url == second.native_url
    folder = base64.b32encode(hashlib.md5(b"code").digest()).decode()
    assert first.native_url == f"{platform.root}/{P}/{D}/{folder}/code.tar.gz"
    assert Path(first.native_url).is_absolute()
    await put(platform, first.signed_url, b"code")
    assert blob.get(first.native_url) == b"code"
    other = await platform.data.create_upload_location(upload_request(b"other"))
    assert other.native_url != first.native_url


async def test_a_link_takes_only_the_content_object_and_method_it_was_signed_for(platform: Platform) -> None:
    link = (await platform.data.create_upload_location(upload_request(b"code"))).signed_url
    path, query = wire(link)
    md5 = base64.b64encode(hashlib.md5(b"code").digest()).decode()
    with pytest.raises(InvalidInput, match="MD5"):
        await platform.data.receive(path, query, {"content-md5": md5}, stream(b"evil"))
    with pytest.raises(PermissionDenied):
        await platform.data.receive(f"{path}x", query, {"content-md5": md5}, stream(b"code"))
    with pytest.raises(PermissionDenied):
        await platform.data.send("GET", path, query, {})
    platform.clock.advance(7200)
    with pytest.raises(PermissionDenied, match="expired"):
        await platform.data.receive(path, query, {"content-md5": md5}, stream(b"code"))
    assert not blob.list_objects(platform.root)


@pytest.mark.parametrize("filename", ["../escape", "a/../../b", "/etc/passwd", "a//b", "a\\b", "a\x00b", "x" * 300])
async def test_a_name_that_could_leave_its_folder_is_refused(platform: Platform, filename: str) -> None:
    for request in (upload_request(b"x", filename=filename), upload_request(b"x", filename_root=filename)):
        if request.filename_root.startswith("/"):
            continue  # a root is taken as a relative path, as flyteadmin does
        with pytest.raises(InvalidInput):
            await platform.data.create_upload_location(request)


async def test_uploads_go_to_projects_only_so_never_among_the_outputs_of_executions(platform: Platform) -> None:
    request = upload_request(b"x", filename="outputs.pb", filename_root="flytesnacks-development-seen/n0/data/0")
    request.project, request.domain = "metadata", "propeller"
    with pytest.raises(InvalidInput, match="no domain 'propeller'"):
        await platform.data.create_upload_location(request)


async def test_a_file_below_a_given_root_is_not_overwritten_by_another(platform: Platform) -> None:
    link = await platform.data.create_upload_location(upload_request(b"one", filename_root="inputs"))
    assert link.native_url == f"{platform.root}/{P}/{D}/inputs/code.tar.gz"
    await put(platform, link.signed_url, b"one")
    await platform.data.create_upload_location(upload_request(b"one", filename_root="inputs"))
    with pytest.raises(AlreadyExists, match="another file"):
        await platform.data.create_upload_location(upload_request(b"two", filename_root="inputs"))


async def test_ranges_are_served_and_files_outside_of_the_store_are_not(platform: Platform) -> None:
    uri = f"{platform.root}/{P}/{D}/r/data.bin"
    blob.put(uri, b"0123456789")
    link = await platform.data.create_download_location(dataproxy_pb2.CreateDownloadLocationRequest(native_url=uri))
    found = {}
    for wanted in ("bytes=2-4", "bytes=7-", "bytes=-2", "nonsense"):
        download = await platform.data.send("GET", *wire(link.signed_url), {"range": wanted})
        found[wanted] = download.partial, b"".join([chunk async for chunk in download.body])
    assert found == {
        "bytes=2-4": (True, b"234"),
        "bytes=7-": (True, b"789"),
        "bytes=-2": (True, b"89"),
        "nonsense": (False, b"0123456789"),
    }
    with pytest.raises(InvalidInput, match="outside"):
        await platform.data.send("GET", *wire(link.signed_url), {"range": "bytes=10-"})


@pytest.mark.parametrize("form", ["{}", "file://{}"])
async def test_a_link_reads_what_is_in_the_store_by_its_path_or_uri_and_nothing_else(
    platform: Platform, form: str
) -> None:
    inside = f"{platform.root}/{P}/{D}/r/data.bin"
    blob.put(inside, b"content")
    asked = dataproxy_pb2.CreateDownloadLocationRequest(native_url=form.format(inside))
    link = await platform.data.create_download_location(asked)
    download = await platform.data.send("GET", *wire(link.signed_url), {})
    assert b"".join([chunk async for chunk in download.body]) == b"content"
    for outside in ("/etc/passwd", f"{platform.root}-other/x", f"{platform.root}/../x"):
        with pytest.raises((PermissionDenied, InvalidInput)):
            await platform.data.create_download_location(
                dataproxy_pb2.CreateDownloadLocationRequest(native_url=form.format(outside))
            )


async def test_a_watch_says_where_the_state_ends_and_the_changes_begin(running: Platform) -> None:
    await running.executor.next()
    told: list[str | None] = []
    async with contextlib.aclosing(
        running.watch.watch(watch_pb2.WatchRequest(project=P, domain=D, name="seen"))
    ) as events:
        async for event in events:
            told.append(event.WhichOneof("event"))
            if told[-1] is None:
                break
    assert "node" in told
