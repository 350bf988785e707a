"""Turns a docstring (Google, NumPy or Sphinx style) into a summary, a long text, a text for each input and output."""

import inspect
import re
from dataclasses import dataclass, field

_SPHINX = re.compile(r"^:(?:param(?:\s+[^:\s]+)?\s+(?P<param>\w+)|(?P<returns>returns?))\s*:\s*(?P<text>.*)$")
_GOOGLE_HEADER = re.compile(r"^(Args|Arguments|Parameters|Params|Returns?|Yields?|Raises|Examples?|Notes?)\s*:\s*$")
_GOOGLE_ENTRY = re.compile(r"^(?P<name>\w+)\s*(?:\([^)]*\))?\s*:\s*(?P<text>.*)$")
_GOOGLE_TYPE = re.compile(r"[^:\s]+:|[^:]*\]:")
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
    for header, body in _sections(lines):
        if header in _INPUT_HEADERS:
            entries.update({(True, name): text for name, text in _inputs(body).items()})
        elif header in _OUTPUT_HEADERS:
            entries.update({(False, name): text for name, text in _outputs(body).items()})
    return entries


def _sections(lines: list[str]) -> list[tuple[str, list[str]]]:
    sections: list[tuple[str, list[str]]] = []
    for index, line in enumerate(lines):
        if found := _GOOGLE_HEADER.match(line):
            sections.append((found[1], []))
        elif _is_underlined(lines, index):
            sections.append((line.strip(), []))
        elif sections and line.strip() and set(line.strip()) != {"-"}:
            sections[-1][1].append(line)
    return sections


def _inputs(lines: list[str]) -> dict[str, list[str]]:
    entries: dict[str, list[str]] = {}
    for line in lines:
        numpy_name = re.match(r"^(\w+)(\s*:.*)?$", line)
        google = _GOOGLE_ENTRY.match(line.strip())
        if numpy_name:
            entries[numpy_name[1]] = []
        elif google and not (entries and line.startswith("        ")):
            entries[google["name"]] = [google["text"]]
        elif entries:
            entries[next(reversed(entries))].append(line.strip())
    return entries


def _outputs(lines: list[str]) -> dict[str, list[str]]:
    """Read what comes out, without its type: before a colon in Google's style, in a line of its own in NumPy's."""
    text = [line.strip() for line in lines]
    if all(line.startswith(" ") for line in lines):
        if text and _GOOGLE_TYPE.match(text[0]):
            text[0] = text[0].partition(":")[2].strip()
        return {"": text}
    entries: dict[str, list[str]] = {}
    for line in lines:
        if line.startswith(" ") and entries:
            entries[next(reversed(entries))].append(line.strip())
        else:
            entries[line] = []
    return {_numpy_name(head): described or [head] for head, described in entries.items()}


def _numpy_name(head: str) -> str:
    """Give the name in ``name : type``; a type alone names nothing."""
    name, colon, _ = head.partition(" : ")
    return name.strip() if colon else ""
