"""Turns a docstring (Google, NumPy or Sphinx style) into a summary, a long text, a text for each input and output."""

import inspect
import re
from dataclasses import dataclass, field

_SPHINX = re.compile(r"^:(?:param(?:\s+[^:\s]+)?\s+(?P<param>\w+)|(?P<returns>returns?))\s*:\s*(?P<text>.*)$")
_GOOGLE_HEADER = re.compile(r"^(Args|Arguments|Parameters|Params|Returns?|Yields?|Raises|Examples?|Notes?)\s*:\s*$")
_GOOGLE_ENTRY = re.compile(r"^(?P<name>\w+)\s*(?:\([^)]*\))?\s*:\s*(?P<text>.*)$")
_INPUT_HEADERS = {"Args", "Arguments", "Parameters", "Params"}
_OUTPUT_HEADERS = {"Return", "Returns", "Yield", "Yields"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Docstring:
    """What a docstring says."""

    short: str = ""
    long: str = ""
    inputs: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    """By name; a text for the result as a whole stands under the empty name."""


def parse_docstring(text: str | None) -> Docstring:
    """Read a docstring; what is in no known style is the long text."""
    if not text:
        return Docstring()
    lines = inspect.cleandoc(text).splitlines()
    start = next((index for index in range(len(lines)) if _starts_section(lines, index)), len(lines))
    prose, sections = lines[:start], lines[start:]
    blank = next((index for index, line in enumerate(prose) if not line.strip()), len(prose))
    entries = _sphinx(sections) if sections and _SPHINX.match(sections[0]) else _headed(sections)
    return Docstring(
        short="\n".join(prose[:blank]).strip(),
        long="\n".join(prose[blank:]).strip(),
        inputs={name: "\n".join(lines).strip() for (is_input, name), lines in entries.items() if is_input},
        outputs={name: "\n".join(lines).strip() for (is_input, name), lines in entries.items() if not is_input},
    )


def _starts_section(lines: list[str], index: int) -> bool:
    line = lines[index]
    return bool(_SPHINX.match(line) or _GOOGLE_HEADER.match(line)) or _is_underlined(lines, index)


def _is_underlined(lines: list[str], index: int) -> bool:
    following = lines[index + 1] if index + 1 < len(lines) else ""
    return bool(lines[index].strip()) and set(following.strip()) == {"-"}


def _sphinx(lines: list[str]) -> dict[tuple[bool, str], list[str]]:
    entries: dict[tuple[bool, str], list[str]] = {}
    current: list[str] = []
    for line in lines:
        if found := _SPHINX.match(line):
            current = entries.setdefault((found["param"] is not None, found["param"] or ""), [found["text"].strip()])
        elif line.startswith(":"):
            current = []
        else:
            current.append(line.strip())
    return entries


def _headed(lines: list[str]) -> dict[tuple[bool, str], list[str]]:
    entries: dict[tuple[bool, str], list[str]] = {}
    header = ""
    for index, line in enumerate(lines):
        if found := _GOOGLE_HEADER.match(line):
            header = found[1]
        elif _is_underlined(lines, index):
            header = line.strip()
        elif set(line.strip()) != {"-"}:
            _add_entry(entries, header, line)
    return entries


def _add_entry(entries: dict[tuple[bool, str], list[str]], header: str, line: str) -> None:
    if header not in _INPUT_HEADERS | _OUTPUT_HEADERS or not line.strip():
        return
    is_input = header in _INPUT_HEADERS
    found = _GOOGLE_ENTRY.match(line.strip())
    numpy_name = re.match(r"^(\w+)(\s*:.*)?$", line) if not line.startswith(" ") else None
    if numpy_name and (is_input or numpy_name[2]):
        entries[is_input, numpy_name[1]] = []
    elif found and is_input and not (entries and line.startswith("        ")):
        entries[is_input, found["name"]] = [found["text"]]
    elif is_input and entries:
        entries[next(reversed(entries))].append(line.strip())
    elif not is_input:
        entries.setdefault((False, ""), []).append(line.strip())
