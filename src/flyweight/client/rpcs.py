"""The table of remote procedures this client calls: names, message types, and which may be sent twice.

A row carries both message types, so a call is typed without generated stubs (importing those costs every command
30 ms), and retries are decided here, in the open, and nowhere else.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

from flyteidl.admin import (
    common_pb2,
    execution_pb2,
    launch_plan_pb2,
    node_execution_pb2,
    project_pb2,
    signal_pb2,
    task_execution_pb2,
    task_pb2,
    version_pb2,
    workflow_pb2,
)
from flyteidl.service import dataproxy_pb2
from google.protobuf.message import Message

from flyweight.protocol import watch_pb2

Request = TypeVar("Request", bound=Message)
Reply = TypeVar("Reply", bound=Message)

ADMIN = "flyteidl.service.AdminService"
SIGNALS = "flyteidl.service.SignalService"
DATA_PROXY = "flyteidl.service.DataProxyService"
WATCH = "flyweight.watch.v1.WatchService"


@dataclass(frozen=True, slots=True)
class Rpc(Generic[Request, Reply]):
    """One remote procedure."""

    service: str
    name: str
    request: type[Request]
    reply: type[Reply]
    repeatable: bool = True
    """Whether sending it twice does no more than sending it once; only such calls are retried."""

    @property
    def path(self) -> str:
        """The procedure's path on the wire."""
        return f"/{self.service}/{self.name}"


CREATE_TASK = Rpc(ADMIN, "CreateTask", task_pb2.TaskCreateRequest, task_pb2.TaskCreateResponse)
GET_TASK = Rpc(ADMIN, "GetTask", common_pb2.ObjectGetRequest, task_pb2.Task)
LIST_TASKS = Rpc(ADMIN, "ListTasks", common_pb2.ResourceListRequest, task_pb2.TaskList)
CREATE_WORKFLOW = Rpc(ADMIN, "CreateWorkflow", workflow_pb2.WorkflowCreateRequest, workflow_pb2.WorkflowCreateResponse)
GET_WORKFLOW = Rpc(ADMIN, "GetWorkflow", common_pb2.ObjectGetRequest, workflow_pb2.Workflow)
LIST_WORKFLOWS = Rpc(ADMIN, "ListWorkflows", common_pb2.ResourceListRequest, workflow_pb2.WorkflowList)
CREATE_LAUNCH_PLAN = Rpc(
    ADMIN, "CreateLaunchPlan", launch_plan_pb2.LaunchPlanCreateRequest, launch_plan_pb2.LaunchPlanCreateResponse
)
GET_LAUNCH_PLAN = Rpc(ADMIN, "GetLaunchPlan", common_pb2.ObjectGetRequest, launch_plan_pb2.LaunchPlan)
GET_ACTIVE_LAUNCH_PLAN = Rpc(
    ADMIN, "GetActiveLaunchPlan", launch_plan_pb2.ActiveLaunchPlanRequest, launch_plan_pb2.LaunchPlan
)
LIST_LAUNCH_PLANS = Rpc(ADMIN, "ListLaunchPlans", common_pb2.ResourceListRequest, launch_plan_pb2.LaunchPlanList)
LIST_ACTIVE_LAUNCH_PLANS = Rpc(
    ADMIN, "ListActiveLaunchPlans", launch_plan_pb2.ActiveLaunchPlanListRequest, launch_plan_pb2.LaunchPlanList
)
UPDATE_LAUNCH_PLAN = Rpc(
    ADMIN, "UpdateLaunchPlan", launch_plan_pb2.LaunchPlanUpdateRequest, launch_plan_pb2.LaunchPlanUpdateResponse
)
# Repeatable because this client always sends a name: a second copy is answered ALREADY_EXISTS, never run.
CREATE_EXECUTION = Rpc(
    ADMIN, "CreateExecution", execution_pb2.ExecutionCreateRequest, execution_pb2.ExecutionCreateResponse
)
RELAUNCH_EXECUTION = Rpc(
    ADMIN,
    "RelaunchExecution",
    execution_pb2.ExecutionRelaunchRequest,
    execution_pb2.ExecutionCreateResponse,
    repeatable=False,
)
RECOVER_EXECUTION = Rpc(
    ADMIN,
    "RecoverExecution",
    execution_pb2.ExecutionRecoverRequest,
    execution_pb2.ExecutionCreateResponse,
    repeatable=False,
)
GET_EXECUTION = Rpc(ADMIN, "GetExecution", execution_pb2.WorkflowExecutionGetRequest, execution_pb2.Execution)
GET_EXECUTION_METRICS = Rpc(
    ADMIN,
    "GetExecutionMetrics",
    execution_pb2.WorkflowExecutionGetMetricsRequest,
    execution_pb2.WorkflowExecutionGetMetricsResponse,
)
GET_EXECUTION_DATA = Rpc(
    ADMIN,
    "GetExecutionData",
    execution_pb2.WorkflowExecutionGetDataRequest,
    execution_pb2.WorkflowExecutionGetDataResponse,
)
LIST_EXECUTIONS = Rpc(ADMIN, "ListExecutions", common_pb2.ResourceListRequest, execution_pb2.ExecutionList)
TERMINATE_EXECUTION = Rpc(
    ADMIN, "TerminateExecution", execution_pb2.ExecutionTerminateRequest, execution_pb2.ExecutionTerminateResponse
)
GET_NODE_EXECUTION = Rpc(
    ADMIN, "GetNodeExecution", node_execution_pb2.NodeExecutionGetRequest, node_execution_pb2.NodeExecution
)
LIST_NODE_EXECUTIONS = Rpc(
    ADMIN,
    "ListNodeExecutions",
    node_execution_pb2.NodeExecutionListRequest,
    node_execution_pb2.NodeExecutionList,
)
GET_NODE_EXECUTION_DATA = Rpc(
    ADMIN,
    "GetNodeExecutionData",
    node_execution_pb2.NodeExecutionGetDataRequest,
    node_execution_pb2.NodeExecutionGetDataResponse,
)
LIST_TASK_EXECUTIONS = Rpc(
    ADMIN,
    "ListTaskExecutions",
    task_execution_pb2.TaskExecutionListRequest,
    task_execution_pb2.TaskExecutionList,
)
LIST_PROJECTS = Rpc(ADMIN, "ListProjects", project_pb2.ProjectListRequest, project_pb2.Projects)
GET_DOMAINS = Rpc(ADMIN, "GetDomains", project_pb2.GetDomainRequest, project_pb2.GetDomainsResponse)
GET_VERSION = Rpc(ADMIN, "GetVersion", version_pb2.GetVersionRequest, version_pb2.GetVersionResponse)
LIST_TASK_IDS = Rpc(
    ADMIN, "ListTaskIds", common_pb2.NamedEntityIdentifierListRequest, common_pb2.NamedEntityIdentifierList
)
LIST_WORKFLOW_IDS = Rpc(
    ADMIN, "ListWorkflowIds", common_pb2.NamedEntityIdentifierListRequest, common_pb2.NamedEntityIdentifierList
)
LIST_LAUNCH_PLAN_IDS = Rpc(
    ADMIN, "ListLaunchPlanIds", common_pb2.NamedEntityIdentifierListRequest, common_pb2.NamedEntityIdentifierList
)
UPDATE_NAMED_ENTITY = Rpc(
    ADMIN, "UpdateNamedEntity", common_pb2.NamedEntityUpdateRequest, common_pb2.NamedEntityUpdateResponse
)
REGISTER_PROJECT = Rpc(
    ADMIN, "RegisterProject", project_pb2.ProjectRegisterRequest, project_pb2.ProjectRegisterResponse
)
UPDATE_PROJECT = Rpc(ADMIN, "UpdateProject", project_pb2.Project, project_pb2.ProjectUpdateResponse)
LIST_NODE_EXECUTIONS_FOR_TASK = Rpc(
    ADMIN,
    "ListNodeExecutionsForTask",
    node_execution_pb2.NodeExecutionForTaskListRequest,
    node_execution_pb2.NodeExecutionList,
)
GET_TASK_EXECUTION = Rpc(
    ADMIN, "GetTaskExecution", task_execution_pb2.TaskExecutionGetRequest, task_execution_pb2.TaskExecution
)
GET_TASK_EXECUTION_DATA = Rpc(
    ADMIN,
    "GetTaskExecutionData",
    task_execution_pb2.TaskExecutionGetDataRequest,
    task_execution_pb2.TaskExecutionGetDataResponse,
)
CREATE_UPLOAD_LOCATION = Rpc(
    DATA_PROXY,
    "CreateUploadLocation",
    dataproxy_pb2.CreateUploadLocationRequest,
    dataproxy_pb2.CreateUploadLocationResponse,
)
CREATE_DOWNLOAD_LOCATION = Rpc(
    DATA_PROXY,
    "CreateDownloadLocation",
    dataproxy_pb2.CreateDownloadLocationRequest,
    dataproxy_pb2.CreateDownloadLocationResponse,
)
CREATE_DOWNLOAD_LINK = Rpc(
    DATA_PROXY,
    "CreateDownloadLink",
    dataproxy_pb2.CreateDownloadLinkRequest,
    dataproxy_pb2.CreateDownloadLinkResponse,
)
GET_DATA = Rpc(DATA_PROXY, "GetData", dataproxy_pb2.GetDataRequest, dataproxy_pb2.GetDataResponse)
LIST_SIGNALS = Rpc(SIGNALS, "ListSignals", signal_pb2.SignalListRequest, signal_pb2.SignalList)
SET_SIGNAL = Rpc(SIGNALS, "SetSignal", signal_pb2.SignalSetRequest, signal_pb2.SignalSetResponse)
RUN_EXECUTION = Rpc(WATCH, "Run", watch_pb2.RunRequest, watch_pb2.RunReply)  # repeatable as CreateExecution is
WATCH_EXECUTION = Rpc(WATCH, "Watch", watch_pb2.WatchRequest, watch_pb2.WatchEvent)
READ_LOGS = Rpc(WATCH, "Logs", watch_pb2.LogsRequest, watch_pb2.LogChunk)
