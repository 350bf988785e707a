from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class UsageSeries(_message.Message):
    __slots__ = ("milliseconds", "memory", "cpu")
    MILLISECONDS_FIELD_NUMBER: _ClassVar[int]
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    CPU_FIELD_NUMBER: _ClassVar[int]
    milliseconds: _containers.RepeatedScalarFieldContainer[int]
    memory: _containers.RepeatedScalarFieldContainer[int]
    cpu: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, milliseconds: _Optional[_Iterable[int]] = ..., memory: _Optional[_Iterable[int]] = ..., cpu: _Optional[_Iterable[int]] = ...) -> None: ...
