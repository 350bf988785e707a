"""A registry in memory behind the scripted server: what is created can be fetched, as a platform would answer."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import grpc
from flyteidl.admin import execution_pb2, launch_plan_pb2, task_pb2, workflow_pb2
from flyteidl.service import dataproxy_pb2

from flyweight.client import rpcs
from tests.unit.client.scripted import Refusal, ScriptedServer


class Registry:
    """Tasks, workflows, launch plans, uploads and executions that were asked for."""

    def __init__(self, server: ScriptedServer) -> None:
        self.server = server
        self.things: dict[tuple[str, str, str], Any] = {}
        self.uploads: dict[str, bytes] = {}
        self.states: dict[str, int] = {}
        self._http = _start_uploads(self.uploads)
        server.answer(rpcs.CREATE_TASK, lambda request: self._create("task", request, task_pb2.TaskCreateResponse))
        server.answer(
            rpcs.CREATE_WORKFLOW, lambda request: self._create("workflow", request, workflow_pb2.WorkflowCreateResponse)
        )
        server.answer(
            rpcs.CREATE_LAUNCH_PLAN,
            lambda request: self._create("plan", request, launch_plan_pb2.LaunchPlanCreateResponse),
        )
        server.answer(rpcs.GET_TASK, lambda request: self._task(self._get("task", request.id)))
        server.answer(rpcs.GET_WORKFLOW, lambda request: self._workflow(self._get("workflow", request.id)))
        server.answer(rpcs.GET_LAUNCH_PLAN, lambda request: self._plan(self._get("plan", request.id)))
        server.answer(rpcs.CREATE_UPLOAD_LOCATION, self._location)
        server.answer(rpcs.CREATE_EXECUTION, self._execute)
        server.answer(rpcs.UPDATE_LAUNCH_PLAN, self._set_state)

    def stop(self) -> None:
        self._http.shutdown()
        self._http.server_close()

    def _create(self, kind: str, request: Any, reply: Any) -> Any:
        key = kind, request.id.name, request.id.version
        if key in self.things:
            same = self.things[key] == request
            status = grpc.StatusCode.ALREADY_EXISTS if same else grpc.StatusCode.INVALID_ARGUMENT
            raise Refusal(status, f"{key} exists")
        self.things[key] = request
        return reply()

    def _get(self, kind: str, of: Any) -> Any:
        key = kind, of.name, of.version
        if key not in self.things:
            raise Refusal(grpc.StatusCode.NOT_FOUND, f"there is no {kind} {of.name} {of.version}")
        return self.things[key]

    def _task(self, made: Any) -> task_pb2.Task:
        found = task_pb2.Task(id=made.id)
        found.closure.compiled_task.template.CopyFrom(made.spec.template)
        return found

    def _workflow(self, made: Any) -> workflow_pb2.Workflow:
        found = workflow_pb2.Workflow(id=made.id)
        compiled = found.closure.compiled_workflow
        compiled.primary.template.CopyFrom(made.spec.template)
        for (kind, _, version), task in self.things.items():
            if kind == "task" and version == made.id.version:
                compiled.tasks.add().template.CopyFrom(task.spec.template)
        return found

    def _plan(self, made: Any) -> launch_plan_pb2.LaunchPlan:
        workflow = self._get("workflow", made.spec.workflow_id)
        found = launch_plan_pb2.LaunchPlan(id=made.id, spec=made.spec)
        found.closure.expected_outputs.CopyFrom(workflow.spec.template.interface.outputs)
        for name, parameter in made.spec.default_inputs.parameters.items():
            if name not in made.spec.fixed_inputs.literals:
                found.closure.expected_inputs.parameters[name].CopyFrom(parameter)
        return found

    def _set_state(self, request: launch_plan_pb2.LaunchPlanUpdateRequest) -> launch_plan_pb2.LaunchPlanUpdateResponse:
        self._get("plan", request.id)
        self.states[request.id.name] = request.state
        return launch_plan_pb2.LaunchPlanUpdateResponse()

    def _location(
        self, request: dataproxy_pb2.CreateUploadLocationRequest
    ) -> dataproxy_pb2.CreateUploadLocationResponse:
        folder = request.filename_root or request.content_md5.hex()
        port = self._http.server_address[1]
        return dataproxy_pb2.CreateUploadLocationResponse(
            signed_url=f"http://127.0.0.1:{port}/{folder}/{request.filename}",
            native_url=f"file:///nowhere/{folder}/{request.filename}",
        )

    def _execute(self, request: execution_pb2.ExecutionCreateRequest) -> execution_pb2.ExecutionCreateResponse:
        made = execution_pb2.ExecutionCreateResponse()
        made.id.project, made.id.domain, made.id.name = request.project, request.domain, request.name
        return made


def _start_uploads(uploads: dict[str, bytes]) -> ThreadingHTTPServer:
    class Upload(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            uploads[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Upload)
    Thread(target=http.serve_forever, args=(0.01,), daemon=True).start()
    return http
