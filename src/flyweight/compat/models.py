"""flytekit's model classes, as one thin face over flyteidl messages: the message holds the data, the face the manners.

``flytekit.models.literals.Literal`` is a flyteidl ``Literal`` with what code written against flytekit expects of it:
positional arguments, None for what is not set, Python's datetimes and dicts, ``value`` for whichever part is set,
``to_flyte_idl`` and ``from_flyte_idl``. A class is made when it is first asked for, from the message's descriptor.
"""

import datetime as dt
import enum
import functools
import importlib
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from google.protobuf import json_format, struct_pb2
from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.duration_pb2 import Duration
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from flyweight.compat.model_arguments import ORDERED, RENAMED

PAIRS: Final = "flyteidl.core.KeyValuePair"
WRAPPERS: Final = "google/protobuf/wrappers.proto"
FLATTENED: Final = frozenset({"flyteidl.core.VariableMap"})
"""Messages around one mapping for which flytekit has the mapping itself."""


class ModelType(type):
    """Gives a face what is nested in its message: other messages, and enums."""

    def __getattr__(cls, name: str) -> Any:
        message: type[Message] | None = cls.__dict__.get("MESSAGE")
        if message is None or name.startswith("_"):
            raise AttributeError(name)
        if name in message.DESCRIPTOR.nested_types_by_name:
            return face(getattr(message, name))
        if name in message.DESCRIPTOR.enum_types_by_name:
            return EnumFace(getattr(message, name))
        raise AttributeError(f"{cls.__name__} has no {name}", name=name, obj=cls)


class Model(metaclass=ModelType):
    """A flyteidl message that answers as flytekit's classes do; what is set on it is set in the message."""

    __slots__ = ("_idl",)
    MESSAGE: ClassVar[type[Message]]

    def __init__(self, *arguments: object, **named: object) -> None:
        object.__setattr__(self, "_idl", self.MESSAGE())
        order = _order(self.MESSAGE)
        if len(arguments) > len(order):
            raise TypeError(f"{type(self).__name__} takes {len(order)} arguments: {', '.join(order)}")
        for name, value in {**dict(zip(order, arguments, strict=False)), **named}.items():
            if _field(self.MESSAGE, name) is None:
                raise TypeError(f"{type(self).__name__} takes no `{name}`; it takes: {', '.join(order)}")
            setattr(self, name, value)

    def to_flyte_idl(self) -> Any:
        """Give the flyteidl message."""
        return self._idl

    @classmethod
    def from_flyte_idl(cls, idl: Message) -> "Model":
        """Take a flyteidl message; it is not copied."""
        made = cls.__new__(cls)
        object.__setattr__(made, "_idl", idl)
        return made

    @classmethod
    def arguments(cls) -> tuple[str, ...]:
        """Give the names of the arguments, in the order in which they may be given by position."""
        return _order(cls.MESSAGE)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is set."""
        return not self._idl.ListFields()

    def serialize_to_string(self) -> bytes:
        """Give the message's bytes."""
        return self._idl.SerializeToString()

    def short_string(self) -> str:
        """Give the message as text."""
        return str(self._idl)

    verbose_string = short_string

    def __getattr__(self, name: str) -> Any:
        field = _field(self.MESSAGE, name)
        if field is not None:
            return _read(self._idl, field)
        choice = _choice(self.MESSAGE, name)
        if choice:
            which = self._idl.WhichOneof(choice)
            return getattr(self, which) if which else None
        raise AttributeError(f"{type(self).__name__} has no {name}", name=name, obj=self)

    def __setattr__(self, name: str, value: object) -> None:
        field = _field(self.MESSAGE, name)
        if field is None:
            raise AttributeError(f"{type(self).__name__} has no {name}", name=name, obj=self)
        self._idl.ClearField(field.name)
        _write(self._idl, field, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Model) and self._idl == other.to_flyte_idl()

    def __hash__(self) -> int:
        return hash((self.MESSAGE.DESCRIPTOR.full_name, self._idl.SerializeToString(deterministic=True)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({json_format.MessageToJson(self._idl, indent=None)})"

    def __reduce__(self) -> tuple[object, ...]:
        return _restored, (self.MESSAGE, self.serialize_to_string())


class EnumFace:
    """An enum of flyteidl: its members are numbers, and ``enum_to_string`` gives their names."""

    def __init__(self, wrapper: EnumTypeWrapper) -> None:
        self._wrapper = wrapper
        descriptor: EnumDescriptor = wrapper.DESCRIPTOR
        self.__name__ = descriptor.name

    def __getattr__(self, name: str) -> int:
        # flytekit leaves out the prefix that some of flyteidl's members bear: NAMED_ENTITY_ACTIVE is ACTIVE.
        for member, number in self._wrapper.items():
            if member == name or member.endswith(f"_{name}"):
                return number
        raise AttributeError(f"{self.__name__} has no {name}", name=name, obj=self)

    def enum_to_string(self, value: int) -> str:
        """Give a member's name, or the number itself where there is none."""
        return self._wrapper.Name(value) if value in self._wrapper.values() else str(value)


def face(message: type[Message]) -> type[Model]:
    """Give the face of a message class; always the same one."""
    return _faces(message)


@functools.cache
def _faces(message: type[Message]) -> type[Model]:
    members = {"MESSAGE": message, "__slots__": (), "__doc__": f"flyteidl's {message.DESCRIPTOR.full_name}."}
    return ModelType(message.DESCRIPTOR.name, (Model,), members)


@functools.cache
def __getattr__(name: str) -> Any:
    """Give what the drop-in's table names by a path below flyteidl: ``core.literals.Literal``."""
    parts = name.split(".")
    if len(parts) < 3 or "" in parts:  # noqa: PLR2004  package, module and class
        raise AttributeError(name)
    package, module, *path = parts
    found: Any = importlib.import_module(f"flyteidl.{package}.{module}_pb2")
    for step in path:
        found = getattr(found, step)
    return EnumFace(found) if isinstance(found, EnumTypeWrapper) else face(found)


def _restored(message: type[Message], data: bytes) -> Model:
    idl = message()
    idl.ParseFromString(data)
    return face(message).from_flyte_idl(idl)


@functools.cache
def _order(message: type[Message]) -> tuple[str, ...]:
    """Give the names of a class's arguments: flytekit's own first where it has an order of its own."""
    full_name = message.DESCRIPTOR.full_name
    known = {field: name for name, field in RENAMED.get(full_name, {}).items()}
    fields = (known.get(one.name, one.name) for one in message.DESCRIPTOR.fields)
    return tuple(dict.fromkeys((*ORDERED.get(full_name, ()), *fields)))


@functools.cache
def _field(message: type[Message], name: str) -> Any:
    descriptor = message.DESCRIPTOR
    return descriptor.fields_by_name.get(RENAMED.get(descriptor.full_name, {}).get(name, name))


@functools.cache
def _choice(message: type[Message], name: str) -> str:
    """Give the oneof that a name stands for; ``value`` stands for the only one."""
    oneofs = [one.name for one in message.DESCRIPTOR.oneofs if not one.name.startswith("_")]
    if name == "value" and len(oneofs) == 1:
        return oneofs[0]
    return next((one for one in oneofs if one.lower() == name.replace("_", "")), name if name in oneofs else "")


def _is_map(field: Any) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def _read(idl: Message, field: Any) -> Any:
    value: Any = getattr(idl, field.name)
    if _is_map(field):
        return {key: _shown(value[key]) for key in value}
    if field.is_repeated:
        if field.message_type is not None and field.message_type.full_name == PAIRS:
            return {pair.key: pair.value for pair in value}
        return [_shown(one) for one in value]
    if field.has_presence and not idl.HasField(field.name):
        return None
    return _shown(value)


def _shown(value: Any) -> Any:
    """Give a part of a message as flytekit's code expects it."""
    match value:
        case Timestamp():
            return value.ToDatetime(dt.UTC)
        case Duration():
            return value.ToTimedelta()
        case struct_pb2.Struct():
            return json_format.MessageToDict(value)
        case Message() if value.DESCRIPTOR.file.name == WRAPPERS or value.DESCRIPTOR.full_name in FLATTENED:
            return _read(value, value.DESCRIPTOR.fields[0])
        case Message():
            return face(type(value)).from_flyte_idl(value)
        case _:
            return value


def _write(idl: Message, field: Any, value: Any) -> None:
    if value is None:
        return
    target: Any = getattr(idl, field.name)
    if _is_map(field):
        _write_map(target, field, value)
    elif field.is_repeated:
        _write_list(target, field, value)
    elif field.message_type is not None:
        target.SetInParent()
        _fill(target, value)
    else:
        setattr(idl, field.name, value.value if isinstance(value, enum.Enum) else value)


def _write_map(target: Any, field: Any, value: Mapping[str, Any]) -> None:
    if field.message_type.fields_by_name["value"].message_type is None:
        target.update(value)
        return
    for key, item in value.items():
        _fill(target[key], item)


def _write_list(target: Any, field: Any, value: Any) -> None:
    if field.message_type is None:
        target.extend(one.value if isinstance(one, enum.Enum) else one for one in value)
    elif field.message_type.full_name == PAIRS and isinstance(value, Mapping):
        for key, item in value.items():
            target.add(key=key, value=item)
    else:
        for item in value:
            _fill(target.add(), item)


def _fill(target: Any, value: Any) -> None:
    """Put a value into a message of its kind.

    Raises:
        TypeError: it is none.

    """
    match value:
        case Message():
            target.CopyFrom(value)
        case dt.datetime():
            target.FromDatetime(value)
        case dt.timedelta():
            target.FromTimedelta(value)
        case Mapping() if isinstance(target, struct_pb2.Struct):
            target.update(value)
        case Mapping() | list() | tuple() if len(target.DESCRIPTOR.fields) == 1:
            _write(target, target.DESCRIPTOR.fields[0], value)
        case bool() | int() | float() | str() if target.DESCRIPTOR.file.name == WRAPPERS:
            target.value = value
        case _ if hasattr(value, "to_flyte_idl"):
            target.CopyFrom(value.to_flyte_idl())
        case _:
            raise TypeError(f"{target.DESCRIPTOR.name} cannot be made of {value!r}")
