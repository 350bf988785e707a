"""What the stock client does with registered things and executions besides running them."""

import base64
import hashlib
import uuid

import requests
from flytekit.models import filters
from flytekit.models.admin.common import Sort
from flytekit.models.common import NamedEntityIdentifier
from flytekit.models.core.execution import WorkflowExecutionPhase
from session import ARGUMENTS, ended, refusal, session, tell

first, second = ARGUMENTS
remote = session()
client = remote.client


def active():
    plan = remote.fetch_active_launchplan(name="pipeline.pipeline")
    return plan and plan.id.version


plans = {version: remote.fetch_launch_plan(name="pipeline.pipeline", version=version) for version in ARGUMENTS}
activity = [active()]
for version in ARGUMENTS:
    remote.activate_launchplan(plans[version].id)
    activity.append(active())
remote.deactivate_launchplan(plans[second].id)
activity.append(active())

waiting = remote.fetch_workflow(name="pipeline.waiting", version=first)
name = f"w{uuid.uuid4().hex[:10]}"
running = remote.execute(waiting, inputs={}, execution_name=name, tags=["night"], envs={"COLOR": "blue"})
again = remote.execute(waiting, inputs={}, execution_name=name)
remote.terminate(running, "enough of it")
ended(remote, running)
aborted = remote.fetch_execution(name=name)

done = ended(remote, remote.execute(plans[second], inputs={"rows": 3}))
relaunched = ended(remote, remote.fetch_execution(name=client.relaunch_execution(done.id).name))


def executions(*wanted, **settings):
    order = Sort("created_at", Sort.Direction.DESCENDING)
    return client.list_executions_paginated(
        "flytesnacks", "development", filters=list(wanted), sort_by=order, **settings
    )


page, token = executions(limit=1)
next_page, _ = executions(limit=1, token=token)
of = NamedEntityIdentifier("flytesnacks", "development", "kinds.kinds")
listed, _ = client.list_launch_plans_paginated(of, limit=10, sort_by=Sort("created_at", Sort.Direction.ASCENDING))


def address(**settings):
    md5 = hashlib.md5(b"content").digest()
    return client.get_upload_signed_url("flytesnacks", "development", md5, "data file.txt", **settings)


link = address()
put = requests.put(
    link.signed_url,
    data=b"content",
    headers=dict(link.headers) | {"Content-MD5": base64.b64encode(hashlib.md5(b"content").digest()).decode()},
)
own = address(filename_root="own")
url = f"flyte://v1/flytesnacks/development/{done.id.name}"
deck = client.get_download_artifact_signed_url("n3", "flytesnacks", "development", done.id.name)
tell(
    activity=activity,
    latest=[
        remote.fetch_workflow(name="kinds.kinds").id.version,
        remote.fetch_task(name="kinds.take").id.version,
    ],
    lazily=remote.fetch_task_lazy(name="kinds.take").entity.id.version,
    plans=[one.id.version for one in listed],
    tasks=sorted(one.id.name for one in remote.list_tasks_by_version(first)),
    unknown=refusal(lambda: remote.fetch_task(name="pipeline.plann", version=first)),
    projects=[one.id for one in remote.list_projects()],
    domains=[one.id for one in remote.get_domains()],
    same_name=again.id.name == name,
    aborted=[WorkflowExecutionPhase.enum_to_string(aborted.closure.phase), aborted.closure.abort_metadata.cause],
    spec=[list(aborted.spec.tags), dict(aborted.spec.envs.envs)],
    terminate_again=refusal(lambda: remote.terminate(aborted, "once more")),
    relaunched=[relaunched.outputs["o0"], relaunched.spec.metadata.reference_execution.name == done.id.name],
    with_phase=[one.id.name for one in executions(filters.Equal("phase", "ABORTED"), limit=10)[0]].count(name),
    with_phases={one.closure.phase for one in executions(filters.ValueIn("phase", ["ABORTED"]), limit=10)[0]}
    == {WorkflowExecutionPhase.ABORTED},
    pages=page[0].id.name != next_page[0].id.name,
    value=remote.get(f"{url}/n3/o/o0").scalar.primitive.string_value,
    attempts_value=remote.get(f"{url}/n3/0/o/o0").scalar.primitive.string_value,
    inputs=remote.get(f"{url}/n0/i").get("rows", int),
    deck=remote.get(f"{url}/n3/d").decode().count("<b>read</b>"),
    deck_link=requests.get(deck.signed_url[0]).text.count("<b>read</b>"),
    uploads=[link.native_url == address().native_url, link.native_url == own.native_url],
    uploaded=put.status_code,
    downloaded=requests.get(client.get_download_signed_url(link.native_url).signed_url).text,
    name=done.id.name,
)
