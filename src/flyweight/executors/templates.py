"""Fills Flyte's variables into a container's command: ``{{.input}}``, ``{{ $outputPrefix }}``, in any case.

The variables and how values are printed follow flyteplugins (core/template/template.go).
"""

import re
from collections.abc import Callable, Iterable, Mapping

from flyteidl.core import literals_pb2

from flyweight.clock import from_timestamp, to_datetime
from flyweight.engine.jobs import Job
from flyweight.errors import InvalidInput
from flyweight.ids import hashed_name

_VARIABLE = re.compile(r"\{\{\s*[.$]\s*([A-Za-z_]\w*(?:\.[^\s{}]+)?)\s*\}\}")
_INPUTS = "inputs."


def fill(words: Iterable[str], job: Job, *, task_template_path: str = "") -> list[str]:
    """Put an attempt's values into a command's words.

    Raises:
        InvalidInput: a word names an input that the task has not, or one that cannot be printed.
    """
    variables = _variables(job, task_template_path)
    inputs = job.inputs.literals

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name.lower().startswith(_INPUTS):
            return _input(name[len(_INPUTS) :], inputs)
        # Flyte leaves what it does not know as it stands: it may be meant for the command itself.
        return variables.get(name.lower(), match.group(0))

    return [_VARIABLE.sub(value, word) for word in words]


def _variables(job: Job, task_template_path: str) -> dict[str, str]:
    attempt = job.attempt
    unique = hashed_name(f"{job.execution.name}-{attempt.place}-{attempt.attempt}")
    inputs_uri = job.lists.uri if job.lists else job.inputs_uri
    return {
        "input": inputs_uri,
        "inputprefix": inputs_uri.rpartition("/")[0],
        "outputprefix": job.output_prefix,
        "rawoutputdataprefix": job.raw_output_prefix,
        "checkpointoutputprefix": job.checkpoint_prefix,
        # A word of two quotes, not an empty one: what flytekit's entry point expects for "none".
        "prevcheckpointprefix": job.previous_checkpoint_prefix or '""',
        "perretryuniquekey": re.sub(r"\W", "_", unique),
        "tasktemplatepath": task_template_path,
        "namespace": f"{job.execution.project}-{job.execution.domain}",
    }


def _input(name: str, inputs: Mapping[str, literals_pb2.Literal]) -> str:
    if name not in inputs:
        raise InvalidInput(
            f"the container's command names the input {name!r}; the task has {', '.join(sorted(inputs)) or 'none'}"
        )
    return _printed(inputs[name], name)


def _printed(literal: literals_pb2.Literal, name: str) -> str:
    if literal.HasField("collection"):
        return f"[{','.join(_printed(item, name) for item in literal.collection.literals)}]"
    scalar = literal.scalar
    match scalar.WhichOneof("value"):
        case "primitive":
            return _primitive(scalar.primitive)
        case "blob" | "schema" | "structured_dataset" as kind:
            return getattr(scalar, kind).uri
        case "union":
            return _printed(scalar.union.value, name)
        case _:
            raise InvalidInput(f"input {name!r} is named in the container's command, and cannot be written in one")


def _primitive(primitive: literals_pb2.Primitive) -> str:
    printers: dict[str, Callable[[], str]] = {
        "integer": lambda: str(primitive.integer),
        "float_value": lambda: f"{primitive.float_value:f}",
        "string_value": lambda: primitive.string_value,
        "boolean": lambda: str(primitive.boolean).lower(),
        "datetime": lambda: to_datetime(from_timestamp(primitive.datetime)).isoformat().replace("+00:00", "Z"),
        "duration": lambda: f"{primitive.duration.ToTimedelta().total_seconds():g}s",
    }
    return printers[primitive.WhichOneof("value") or "string_value"]()
