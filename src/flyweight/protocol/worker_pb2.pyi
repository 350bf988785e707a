from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ToWorker(_message.Message):
    __slots__ = ("start", "shared")
    START_FIELD_NUMBER: _ClassVar[int]
    SHARED_FIELD_NUMBER: _ClassVar[int]
    start: Start
    shared: Shared
    def __init__(self, start: _Optional[_Union[Start, _Mapping]] = ..., shared: _Optional[_Union[Shared, _Mapping]] = ...) -> None: ...

class Shared(_message.Message):
    __slots__ = ("number", "part")
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    number: int
    part: Start
    def __init__(self, number: _Optional[int] = ..., part: _Optional[_Union[Start, _Mapping]] = ...) -> None: ...

class Start(_message.Message):
    __slots__ = ("id", "project", "domain", "execution", "node_id", "attempt", "task_id", "inputs", "inputs_uri", "output_prefix", "raw_output_prefix", "checkpoint_prefix", "previous_checkpoint_prefix", "bundle_uri", "resolver", "loader_args", "environment", "deck", "inline_limit", "shared", "item", "metadata", "raw", "execution_url")
    class EnvironmentEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    PROJECT_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_FIELD_NUMBER: _ClassVar[int]
    NODE_ID_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    TASK_ID_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    INPUTS_URI_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_PREFIX_FIELD_NUMBER: _ClassVar[int]
    RAW_OUTPUT_PREFIX_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_PREFIX_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_CHECKPOINT_PREFIX_FIELD_NUMBER: _ClassVar[int]
    BUNDLE_URI_FIELD_NUMBER: _ClassVar[int]
    RESOLVER_FIELD_NUMBER: _ClassVar[int]
    LOADER_ARGS_FIELD_NUMBER: _ClassVar[int]
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    DECK_FIELD_NUMBER: _ClassVar[int]
    INLINE_LIMIT_FIELD_NUMBER: _ClassVar[int]
    SHARED_FIELD_NUMBER: _ClassVar[int]
    ITEM_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    RAW_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_URL_FIELD_NUMBER: _ClassVar[int]
    id: int
    project: str
    domain: str
    execution: str
    node_id: str
    attempt: int
    task_id: bytes
    inputs: bytes
    inputs_uri: str
    output_prefix: str
    raw_output_prefix: str
    checkpoint_prefix: str
    previous_checkpoint_prefix: str
    bundle_uri: str
    resolver: str
    loader_args: _containers.RepeatedScalarFieldContainer[str]
    environment: _containers.ScalarMap[str, str]
    deck: bool
    inline_limit: int
    shared: int
    item: int
    metadata: str
    raw: str
    execution_url: str
    def __init__(self, id: _Optional[int] = ..., project: _Optional[str] = ..., domain: _Optional[str] = ..., execution: _Optional[str] = ..., node_id: _Optional[str] = ..., attempt: _Optional[int] = ..., task_id: _Optional[bytes] = ..., inputs: _Optional[bytes] = ..., inputs_uri: _Optional[str] = ..., output_prefix: _Optional[str] = ..., raw_output_prefix: _Optional[str] = ..., checkpoint_prefix: _Optional[str] = ..., previous_checkpoint_prefix: _Optional[str] = ..., bundle_uri: _Optional[str] = ..., resolver: _Optional[str] = ..., loader_args: _Optional[_Iterable[str]] = ..., environment: _Optional[_Mapping[str, str]] = ..., deck: _Optional[bool] = ..., inline_limit: _Optional[int] = ..., shared: _Optional[int] = ..., item: _Optional[int] = ..., metadata: _Optional[str] = ..., raw: _Optional[str] = ..., execution_url: _Optional[str] = ...) -> None: ...

class FromWorker(_message.Message):
    __slots__ = ("ready", "result", "deck", "heartbeat")
    READY_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    DECK_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    ready: Ready
    result: Result
    deck: DeckPublished
    heartbeat: Heartbeat
    def __init__(self, ready: _Optional[_Union[Ready, _Mapping]] = ..., result: _Optional[_Union[Result, _Mapping]] = ..., deck: _Optional[_Union[DeckPublished, _Mapping]] = ..., heartbeat: _Optional[_Union[Heartbeat, _Mapping]] = ...) -> None: ...

class Ready(_message.Message):
    __slots__ = ("pid", "python", "flyweight")
    PID_FIELD_NUMBER: _ClassVar[int]
    PYTHON_FIELD_NUMBER: _ClassVar[int]
    FLYWEIGHT_FIELD_NUMBER: _ClassVar[int]
    pid: int
    python: str
    flyweight: str
    def __init__(self, pid: _Optional[int] = ..., python: _Optional[str] = ..., flyweight: _Optional[str] = ...) -> None: ...

class Result(_message.Message):
    __slots__ = ("id", "outputs", "outputs_uri", "error", "futures_uri", "started_at", "ended_at", "cpu_seconds", "peak_memory_bytes", "decks_published", "retiring", "log_start", "log_end")
    ID_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_URI_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    FUTURES_URI_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    CPU_SECONDS_FIELD_NUMBER: _ClassVar[int]
    PEAK_MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    DECKS_PUBLISHED_FIELD_NUMBER: _ClassVar[int]
    RETIRING_FIELD_NUMBER: _ClassVar[int]
    LOG_START_FIELD_NUMBER: _ClassVar[int]
    LOG_END_FIELD_NUMBER: _ClassVar[int]
    id: int
    outputs: bytes
    outputs_uri: str
    error: bytes
    futures_uri: str
    started_at: int
    ended_at: int
    cpu_seconds: float
    peak_memory_bytes: int
    decks_published: int
    retiring: bool
    log_start: int
    log_end: int
    def __init__(self, id: _Optional[int] = ..., outputs: _Optional[bytes] = ..., outputs_uri: _Optional[str] = ..., error: _Optional[bytes] = ..., futures_uri: _Optional[str] = ..., started_at: _Optional[int] = ..., ended_at: _Optional[int] = ..., cpu_seconds: _Optional[float] = ..., peak_memory_bytes: _Optional[int] = ..., decks_published: _Optional[int] = ..., retiring: _Optional[bool] = ..., log_start: _Optional[int] = ..., log_end: _Optional[int] = ...) -> None: ...

class DeckPublished(_message.Message):
    __slots__ = ("id", "revision")
    ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    id: int
    revision: int
    def __init__(self, id: _Optional[int] = ..., revision: _Optional[int] = ...) -> None: ...

class Heartbeat(_message.Message):
    __slots__ = ("id", "memory_bytes", "cpu_seconds")
    ID_FIELD_NUMBER: _ClassVar[int]
    MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    CPU_SECONDS_FIELD_NUMBER: _ClassVar[int]
    id: int
    memory_bytes: int
    cpu_seconds: float
    def __init__(self, id: _Optional[int] = ..., memory_bytes: _Optional[int] = ..., cpu_seconds: _Optional[float] = ...) -> None: ...
