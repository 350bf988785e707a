from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Stage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ASKS: _ClassVar[Stage]
    WAITS: _ClassVar[Stage]
    HELD: _ClassVar[Stage]
    PLACED: _ClassVar[Stage]
ASKS: Stage
WAITS: Stage
HELD: Stage
PLACED: Stage

class MapProgress(_message.Message):
    __slots__ = ("size", "needed", "open", "succeeded", "failed", "aborted", "bound_inputs", "deck", "cached", "dataset")
    SIZE_FIELD_NUMBER: _ClassVar[int]
    NEEDED_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    SUCCEEDED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    ABORTED_FIELD_NUMBER: _ClassVar[int]
    BOUND_INPUTS_FIELD_NUMBER: _ClassVar[int]
    DECK_FIELD_NUMBER: _ClassVar[int]
    CACHED_FIELD_NUMBER: _ClassVar[int]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    size: int
    needed: int
    open: int
    succeeded: int
    failed: int
    aborted: int
    bound_inputs: _containers.RepeatedScalarFieldContainer[str]
    deck: bool
    cached: int
    dataset: bytes
    def __init__(self, size: _Optional[int] = ..., needed: _Optional[int] = ..., open: _Optional[int] = ..., succeeded: _Optional[int] = ..., failed: _Optional[int] = ..., aborted: _Optional[int] = ..., bound_inputs: _Optional[_Iterable[str]] = ..., deck: _Optional[bool] = ..., cached: _Optional[int] = ..., dataset: _Optional[bytes] = ...) -> None: ...

class ItemChunk(_message.Message):
    __slots__ = ("states", "attempts", "user_failures", "system_failures", "outputs", "stored", "queued_at", "started_at", "ended_at", "first_started_at", "log", "log_start", "log_end", "cpu_seconds", "peak_memory_bytes", "deck_revisions", "errors", "logs", "lookups", "usage")
    class ErrorsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: int
        value: bytes
        def __init__(self, key: _Optional[int] = ..., value: _Optional[bytes] = ...) -> None: ...
    class LookupsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: int
        value: Lookup
        def __init__(self, key: _Optional[int] = ..., value: _Optional[_Union[Lookup, _Mapping]] = ...) -> None: ...
    class UsageEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: int
        value: bytes
        def __init__(self, key: _Optional[int] = ..., value: _Optional[bytes] = ...) -> None: ...
    STATES_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    USER_FAILURES_FIELD_NUMBER: _ClassVar[int]
    SYSTEM_FAILURES_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    STORED_FIELD_NUMBER: _ClassVar[int]
    QUEUED_AT_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    FIRST_STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    LOG_FIELD_NUMBER: _ClassVar[int]
    LOG_START_FIELD_NUMBER: _ClassVar[int]
    LOG_END_FIELD_NUMBER: _ClassVar[int]
    CPU_SECONDS_FIELD_NUMBER: _ClassVar[int]
    PEAK_MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    DECK_REVISIONS_FIELD_NUMBER: _ClassVar[int]
    ERRORS_FIELD_NUMBER: _ClassVar[int]
    LOGS_FIELD_NUMBER: _ClassVar[int]
    LOOKUPS_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    states: _containers.RepeatedScalarFieldContainer[int]
    attempts: _containers.RepeatedScalarFieldContainer[int]
    user_failures: _containers.RepeatedScalarFieldContainer[int]
    system_failures: _containers.RepeatedScalarFieldContainer[int]
    outputs: _containers.RepeatedScalarFieldContainer[bytes]
    stored: _containers.RepeatedScalarFieldContainer[bool]
    queued_at: _containers.RepeatedScalarFieldContainer[int]
    started_at: _containers.RepeatedScalarFieldContainer[int]
    ended_at: _containers.RepeatedScalarFieldContainer[int]
    first_started_at: _containers.RepeatedScalarFieldContainer[int]
    log: _containers.RepeatedScalarFieldContainer[int]
    log_start: _containers.RepeatedScalarFieldContainer[int]
    log_end: _containers.RepeatedScalarFieldContainer[int]
    cpu_seconds: _containers.RepeatedScalarFieldContainer[float]
    peak_memory_bytes: _containers.RepeatedScalarFieldContainer[int]
    deck_revisions: _containers.RepeatedScalarFieldContainer[int]
    errors: _containers.ScalarMap[int, bytes]
    logs: _containers.RepeatedCompositeFieldContainer[Log]
    lookups: _containers.MessageMap[int, Lookup]
    usage: _containers.ScalarMap[int, bytes]
    def __init__(self, states: _Optional[_Iterable[int]] = ..., attempts: _Optional[_Iterable[int]] = ..., user_failures: _Optional[_Iterable[int]] = ..., system_failures: _Optional[_Iterable[int]] = ..., outputs: _Optional[_Iterable[bytes]] = ..., stored: _Optional[_Iterable[bool]] = ..., queued_at: _Optional[_Iterable[int]] = ..., started_at: _Optional[_Iterable[int]] = ..., ended_at: _Optional[_Iterable[int]] = ..., first_started_at: _Optional[_Iterable[int]] = ..., log: _Optional[_Iterable[int]] = ..., log_start: _Optional[_Iterable[int]] = ..., log_end: _Optional[_Iterable[int]] = ..., cpu_seconds: _Optional[_Iterable[float]] = ..., peak_memory_bytes: _Optional[_Iterable[int]] = ..., deck_revisions: _Optional[_Iterable[int]] = ..., errors: _Optional[_Mapping[int, bytes]] = ..., logs: _Optional[_Iterable[_Union[Log, _Mapping]]] = ..., lookups: _Optional[_Mapping[int, Lookup]] = ..., usage: _Optional[_Mapping[int, bytes]] = ...) -> None: ...

class Lookup(_message.Message):
    __slots__ = ("status", "inputs", "source", "reason", "stage", "outputs_uri")
    STATUS_FIELD_NUMBER: _ClassVar[int]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_URI_FIELD_NUMBER: _ClassVar[int]
    status: int
    inputs: str
    source: bytes
    reason: str
    stage: Stage
    outputs_uri: str
    def __init__(self, status: _Optional[int] = ..., inputs: _Optional[str] = ..., source: _Optional[bytes] = ..., reason: _Optional[str] = ..., stage: _Optional[_Union[Stage, str]] = ..., outputs_uri: _Optional[str] = ...) -> None: ...

class Log(_message.Message):
    __slots__ = ("worker", "path")
    WORKER_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    worker: str
    path: str
    def __init__(self, worker: _Optional[str] = ..., path: _Optional[str] = ...) -> None: ...
