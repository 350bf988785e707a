"""Turns what was typed or read from JSON or YAML into a value of an annotation; every fault names the place in it."""

import dataclasses
import datetime as dt
import json
import re
import typing
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Final

from flyweight.clock import SystemClock, to_datetime
from flyweight.errors import FlyweightError, TypeMismatch
from flyweight.types.directory import FlyteDirectory
from flyweight.types.file import FlyteFile
from flyweight.types.mismatch import mismatch, type_name
from flyweight.types.structured import StructuredDataset

_UNITS: Final = {"w": 604800.0, "d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_SPAN: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([wdhms])[a-z]*\s*")
_ISO_SPAN: Final = re.compile(r"p(?:(\d+)w)?(?:(\d+)d)?(?:t(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?)?$")
_RELATIVE: Final = re.compile(r"(.+?)\s+([+-])\s+(.+)")
FRAME_CLASSES: Final = frozenset({"pandas.DataFrame", "pyarrow.lib.Table", "pyarrow.Table"})


def bare(annotation: Any) -> Any:
    """Take ``Annotated`` off."""
    return typing.get_args(annotation)[0] if typing.get_origin(annotation) is typing.Annotated else annotation


def variants(annotation: Any) -> tuple[Any, ...]:
    """Give the members of a union; an empty tuple for anything else."""
    is_union = typing.get_origin(annotation) in (typing.Union, UnionType)
    return typing.get_args(annotation) if is_union else ()


def from_text(text: str, annotation: Any) -> Any:
    """Read one value from the command line.

    Raises:
        TypeMismatch: it is not of that type.

    """
    python_type = bare(annotation)
    if members := variants(python_type):
        return _first_that_fits(text, members, python_type, from_text)
    if python_type is str or python_type is Any:
        return text
    if python_type is NoneType:
        return _none(text)
    if _is_scalar(python_type):
        return _scalar(text, python_type)
    if typing.get_origin(python_type) is typing.Literal:
        return _choice(text, python_type)
    return _file(text, python_type) if _is_file(python_type) else from_data(_json(text, python_type), annotation)


def _none(text: str) -> None:
    if text.lower() not in ("none", "null", ""):
        raise mismatch(text, None)


def from_data(data: Any, annotation: Any) -> Any:
    """Build a value from what JSON or YAML can hold.

    Raises:
        TypeMismatch: it does not fit; the path leads to the part that does not.

    """
    python_type = bare(annotation)
    if members := variants(python_type):
        return _first_that_fits(data, members, python_type, from_data)
    origin = typing.get_origin(python_type) or python_type
    if dataclasses.is_dataclass(python_type) and isinstance(python_type, type):
        return _dataclass(data, python_type)
    if origin is list:
        return _list(data, python_type)
    if origin is dict:
        return _dict(data, python_type)
    if isinstance(python_type, type) and python_type in (int, float, str, bool):
        return _plain(data, python_type)
    if isinstance(data, str) and (_is_scalar(python_type) or _is_file(python_type)):
        return from_text(data, annotation)
    return data


def _plain(data: Any, python_type: type) -> Any:
    """Take what JSON has a word for as it is; of a number, 3.0 is as good as 3."""
    if python_type is float and type(data) is int:
        return float(data)
    if python_type is int and type(data) is float and data.is_integer():
        return int(data)
    if type(data) is not python_type:
        raise mismatch(data, python_type)
    return data


def _first_that_fits(given: Any, members: tuple[Any, ...], union: Any, read: Any) -> Any:
    # None first, so that `null` is not read as a string; then the order in which the user wrote them.
    for member in sorted(members, key=lambda one: one is not NoneType):
        try:
            value = read(given, member)
        except TypeMismatch:
            continue
        if member is NoneType and value is not None:
            continue
        return value
    raise mismatch(given, union)


def _is_scalar(python_type: Any) -> bool:
    scalars = (int, float, bool, dt.datetime, dt.date, dt.timedelta, Enum)
    return isinstance(python_type, type) and issubclass(python_type, scalars)


def _is_file(python_type: Any) -> bool:
    if not isinstance(python_type, type):
        return False
    named = f"{python_type.__module__}.{python_type.__qualname__}"
    frame = named in FRAME_CLASSES or (
        python_type.__module__.startswith("pandas") and python_type.__name__ == "DataFrame"
    )
    return frame or issubclass(python_type, (FlyteFile, FlyteDirectory, StructuredDataset, Path))


def _scalar(text: str, python_type: type) -> Any:
    try:
        if issubclass(python_type, Enum):
            return _member(text, python_type)
        if python_type is bool:
            return {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}[text.lower()]
        if issubclass(python_type, dt.datetime):
            return moment(text)
        if issubclass(python_type, dt.date):
            return moment(text).date()
        if issubclass(python_type, dt.timedelta):
            return span(text)
        return python_type(text)
    except (ValueError, KeyError) as error:
        advice = "write now, today, an ISO date and time, or 'now - 1d'" if issubclass(python_type, dt.date) else ""
        raise mismatch(text, python_type, advice) from error


def _member(text: str, python_type: type[Enum]) -> Enum:
    by_value = {str(member.value): member for member in python_type}
    found = by_value.get(text) or python_type.__members__.get(text)
    if found is None:
        raise mismatch(text, python_type, f"one of {', '.join(by_value)}")
    return found


def _choice(text: str, python_type: Any) -> Any:
    """Find the value of a ``Literal`` that was typed, plainly or as JSON."""
    values = typing.get_args(python_type)
    typed = {written: value for value in values for written in (json.dumps(value), str(value))}
    if text not in typed:
        raise mismatch(text, python_type, f"one of {', '.join(map(str, values))}")
    return typed[text]


def moment(text: str) -> dt.datetime:
    """Read a time: ``now``, ``today``, ISO 8601, or one of them plus or minus a span (``now - 1d``); in UTC."""
    if relative := _RELATIVE.fullmatch(text):
        start, sign, length = relative.groups()
        return moment(start) + span(length) * (1 if sign == "+" else -1)
    now = to_datetime(SystemClock().now())
    match text.strip().lower():
        case "now":
            return now
        case "today":
            return now.replace(hour=0, minute=0, second=0, microsecond=0)
        case _:
            read = dt.datetime.fromisoformat(text.strip())
            return read if read.tzinfo else read.replace(tzinfo=dt.UTC)


def span(text: str) -> dt.timedelta:
    """Read a length of time: ``1h 30m``, ``2 days``, ISO 8601 (``P1DT2H``), or a number of seconds."""
    wanted = text.strip().lower()
    if found := _ISO_SPAN.fullmatch(wanted):
        weeks, days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
        return dt.timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    if wanted.replace(".", "", 1).isdigit():
        return dt.timedelta(seconds=float(wanted))
    parts = _SPAN.findall(wanted)
    if not parts or _SPAN.sub("", wanted):
        raise ValueError(f"{text!r} is no length of time")
    return dt.timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in parts))


def _file(text: str, python_type: type) -> Any:
    local = "://" not in text
    if local and not Path(text).expanduser().exists():
        raise TypeMismatch(f"there is no file or folder {text}")
    place = str(Path(text).expanduser()) if local else text
    if issubclass(python_type, (FlyteFile, FlyteDirectory)):
        return python_type(path=place)
    if issubclass(python_type, Path):
        return Path(place)
    dataset = StructuredDataset(uri=place, file_format=Path(place).suffix.lstrip(".") or "parquet")
    if issubclass(python_type, StructuredDataset):
        return dataset
    try:
        return dataset.open(python_type).all()
    except (FlyweightError, ValueError, OSError) as error:  # pandas and Arrow say so what they cannot read
        said = error.message if isinstance(error, FlyweightError) else error
        raise TypeMismatch(f"{text} cannot be read as a {type_name(python_type)}: {said}") from error


def _json(text: str, python_type: Any) -> Any:
    path = Path(text)
    try:
        if text.endswith((".json", ".yaml", ".yml")) and path.is_file():
            return read_file(path)
        return json.loads(text)
    except (json.JSONDecodeError, OSError) as error:
        raise TypeMismatch(
            f"{type_name(python_type)} is given as JSON, or as the path of a JSON or YAML file; {text!r} is neither: "
            f"{error}"
        ) from error


def read_file(path: Path) -> Any:
    """Read a JSON or YAML file.

    Raises:
        TypeMismatch: it is neither.

    """
    import yaml

    try:
        return yaml.safe_load(path.read_text())  # every JSON document is a YAML document
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise TypeMismatch(f"{path} is neither JSON nor YAML: {error}") from error


def _list(data: Any, python_type: Any) -> list[Any]:
    if not isinstance(data, list):
        raise mismatch(data, python_type)
    (element,) = typing.get_args(python_type) or (Any,)
    return [_part(f"[{index}]", item, element) for index, item in enumerate(data)]


def _dict(data: Any, python_type: Any) -> dict[Any, Any]:
    if not isinstance(data, dict):
        raise mismatch(data, python_type)
    _, element = typing.get_args(python_type) or (str, Any)
    return {key: _part(f"[{key!r}]", item, element) for key, item in data.items()}


def _dataclass(data: Any, python_type: type) -> Any:
    if not isinstance(data, dict):
        raise mismatch(data, python_type, "give an object with its fields")
    hints = typing.get_type_hints(python_type, include_extras=True)
    fields = {field.name for field in dataclasses.fields(python_type) if field.init}
    for name in data:
        if name not in fields:
            raise TypeMismatch(f"{type_name(python_type)} has no field {name!r}; it has: {', '.join(sorted(fields))}")
    missing = [
        f"`{field.name}` ({type_name(hints[field.name])})"
        for field in dataclasses.fields(python_type)
        if field.init and field.name not in data and field.default is field.default_factory is dataclasses.MISSING
    ]
    if missing:
        raise TypeMismatch(f"{type_name(python_type)} lacks {', '.join(missing)}: these fields have no default")
    values = {name: _part(f".{name}", item, hints[name]) for name, item in data.items()}
    try:
        return python_type(**values)
    except TypeError as error:
        raise TypeMismatch(f"{type_name(python_type)}: {error}") from error


def _part(step: str, data: Any, annotation: Any) -> Any:
    try:
        return from_data(data, annotation)
    except TypeMismatch as error:
        inner = f"{step}{error.path}" if error.path else step
        reason = error.message.removeprefix(f"{error.path}: ") if error.path else error.message
        raise TypeMismatch(reason, path=inner) from error
