from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WatchRequest(_message.Message):
    __slots__ = ("project", "domain", "name", "logs", "together", "coming")
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    LOGS_FIELD_NUMBER: _ClassVar[int]
    TOGETHER_FIELD_NUMBER: _ClassVar[int]
    COMING_FIELD_NUMBER: _ClassVar[int]
    project: str
    domain: str
    name: str
    logs: bool
    together: bool
    coming: bool
    def __init__(self, project: _Optional[str] = ..., domain: _Optional[str] = ..., name: _Optional[str] = ..., logs: _Optional[bool] = ..., together: _Optional[bool] = ..., coming: _Optional[bool] = ...) -> None: ...

class RunRequest(_message.Message):
    __slots__ = ("execution", "patience_ms")
    EXECUTION_FIELD_NUMBER: _ClassVar[int]
    PATIENCE_MS_FIELD_NUMBER: _ClassVar[int]
    execution: bytes
    patience_ms: int
    def __init__(self, execution: _Optional[bytes] = ..., patience_ms: _Optional[int] = ...) -> None: ...

class RunReply(_message.Message):
    __slots__ = ("events",)
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[WatchEvent]
    def __init__(self, events: _Optional[_Iterable[_Union[WatchEvent, _Mapping]]] = ...) -> None: ...

class WatchEvent(_message.Message):
    __slots__ = ("execution", "node", "log", "deck", "capacity", "nodes")
    EXECUTION_FIELD_NUMBER: _ClassVar[int]
    NODE_FIELD_NUMBER: _ClassVar[int]
    LOG_FIELD_NUMBER: _ClassVar[int]
    DECK_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_FIELD_NUMBER: _ClassVar[int]
    NODES_FIELD_NUMBER: _ClassVar[int]
    execution: ExecutionUpdate
    node: NodeUpdate
    log: LogChunk
    deck: DeckUpdate
    capacity: CapacityUpdate
    nodes: NodeUpdates
    def __init__(self, execution: _Optional[_Union[ExecutionUpdate, _Mapping]] = ..., node: _Optional[_Union[NodeUpdate, _Mapping]] = ..., log: _Optional[_Union[LogChunk, _Mapping]] = ..., deck: _Optional[_Union[DeckUpdate, _Mapping]] = ..., capacity: _Optional[_Union[CapacityUpdate, _Mapping]] = ..., nodes: _Optional[_Union[NodeUpdates, _Mapping]] = ...) -> None: ...

class ExecutionUpdate(_message.Message):
    __slots__ = ("execution", "outputs")
    EXECUTION_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    execution: bytes
    outputs: bytes
    def __init__(self, execution: _Optional[bytes] = ..., outputs: _Optional[bytes] = ...) -> None: ...

class NodeUpdate(_message.Message):
    __slots__ = ("node_execution", "outputs", "attempt", "reason", "task")
    NODE_EXECUTION_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TASK_FIELD_NUMBER: _ClassVar[int]
    node_execution: bytes
    outputs: bytes
    attempt: int
    reason: str
    task: str
    def __init__(self, node_execution: _Optional[bytes] = ..., outputs: _Optional[bytes] = ..., attempt: _Optional[int] = ..., reason: _Optional[str] = ..., task: _Optional[str] = ...) -> None: ...

class NodeUpdates(_message.Message):
    __slots__ = ("updates",)
    UPDATES_FIELD_NUMBER: _ClassVar[int]
    updates: _containers.RepeatedCompositeFieldContainer[NodeUpdate]
    def __init__(self, updates: _Optional[_Iterable[_Union[NodeUpdate, _Mapping]]] = ...) -> None: ...

class LogChunk(_message.Message):
    __slots__ = ("node_id", "attempt", "offset", "text")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    attempt: int
    offset: int
    text: bytes
    def __init__(self, node_id: _Optional[str] = ..., attempt: _Optional[int] = ..., offset: _Optional[int] = ..., text: _Optional[bytes] = ...) -> None: ...

class DeckUpdate(_message.Message):
    __slots__ = ("node_id", "attempt", "revision")
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    node_id: str
    attempt: int
    revision: int
    def __init__(self, node_id: _Optional[str] = ..., attempt: _Optional[int] = ..., revision: _Optional[int] = ...) -> None: ...

class CapacityUpdate(_message.Message):
    __slots__ = ("slots", "busy", "queued", "memory_bytes", "memory_free_bytes")
    SLOTS_FIELD_NUMBER: _ClassVar[int]
    BUSY_FIELD_NUMBER: _ClassVar[int]
    QUEUED_FIELD_NUMBER: _ClassVar[int]
    MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    MEMORY_FREE_BYTES_FIELD_NUMBER: _ClassVar[int]
    slots: int
    busy: int
    queued: int
    memory_bytes: int
    memory_free_bytes: int
    def __init__(self, slots: _Optional[int] = ..., busy: _Optional[int] = ..., queued: _Optional[int] = ..., memory_bytes: _Optional[int] = ..., memory_free_bytes: _Optional[int] = ...) -> None: ...

class LogsRequest(_message.Message):
    __slots__ = ("project", "domain", "name", "node_id", "attempt", "offset", "follow")
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    FOLLOW_FIELD_NUMBER: _ClassVar[int]
    project: str
    domain: str
    name: str
    node_id: str
    attempt: int
    offset: int
    follow: bool
    def __init__(self, project: _Optional[str] = ..., domain: _Optional[str] = ..., name: _Optional[str] = ..., node_id: _Optional[str] = ..., attempt: _Optional[int] = ..., offset: _Optional[int] = ..., follow: _Optional[bool] = ...) -> None: ...
