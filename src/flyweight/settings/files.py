"""Reads configuration files: YAML to nested mappings, with errors that name the file, and words to values."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from flyweight.errors import InvalidInput

Value = TypeVar("Value")


def read_yaml(path: Path) -> Mapping[str, Any]:
    """Read a YAML file that holds a mapping; one that is not there or empty gives an empty mapping.

    Raises:
        InvalidInput: It cannot be read, is no YAML, or holds something else.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"The configuration file {path} cannot be read: {error}") from error
    # Here, since every task author and every worker imports this package, and hardly any of them has such a file.
    import yaml  # noqa: PLC0415

    try:
        found: Any = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InvalidInput(f"The configuration file {path} is not valid YAML: {error}") from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise InvalidInput(f"The configuration file {path} must hold names and values, as in 'port: 30080'.")
    return found


def entry(file: Mapping[str, Any], dotted: str) -> Any:
    """Give the value under a dotted name, or None."""
    found: Any = file
    for part in dotted.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(part)
    return found


def parsed(parse: Callable[[Any], Value], value: Any, place: str) -> Value:
    """Parse a value; raises ``InvalidInput`` that names where it came from."""
    try:
        return parse(value)
    except (ValueError, TypeError) as error:
        raise InvalidInput(f"{place}: {error}") from error


def flag(value: Any) -> bool:
    """Read yes or no."""
    if isinstance(value, bool):
        return value
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    answer = words.get(str(value).strip().lower())
    if answer is None:
        raise ValueError(f"{value!r} is neither true nor false")
    return answer


def text(value: Any) -> str:
    """Read a text."""
    if isinstance(value, (dict, list)):
        raise TypeError(f"{value!r} is no text")
    return str(value)


def words(value: Any) -> tuple[str, ...]:
    """Read a list, or words with commas between."""
    parts = value if isinstance(value, list) else str(value).split(",")
    return tuple(stripped for part in parts if (stripped := str(part).strip()))
