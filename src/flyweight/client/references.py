"""A reference meets what is registered: the fetched entity, and which value of which input comes from where.

Precedence: what the caller gives, then the default in the reference's own signature, then the launch plan's default.
What a launch plan has fixed cannot be given. The same rules for tasks, workflows and launch plans.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flyteidl.core import identifier_pb2, types_pb2

from flyweight.client.entities import FetchedEntity
from flyweight.client.fetch import Fetching
from flyweight.errors import CompileError, InvalidInput, NotFound
from flyweight.sdk.interface import describe_type
from flyweight.sdk.reference import ReferenceEntity
from flyweight.semantics.casting import castable
from flyweight.types.mismatch import type_name
from flyweight.types.registry import default_registry

AnyReference = ReferenceEntity[Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedCall:
    """A registered entity and the values it will be called with."""

    entity: FetchedEntity
    inputs: Mapping[str, Any]
    """What is sent; the platform fills in the rest."""
    origins: Mapping[str, str]
    """Where the value of each input comes from, in words."""

    def explain(self) -> str:
        """Say in one line where each input comes from."""
        if not self.origins:
            return f"{self.entity.name} takes no inputs."
        return "inputs: " + "; ".join(f"{name} {origin}" for name, origin in self.origins.items())


def resolve_reference(remote: Fetching, reference: AnyReference, given: Mapping[str, Any]) -> ResolvedCall:
    """Fetch what a reference points to, check that its signature still fits, and decide the inputs.

    Args:
        remote: the platform.
        reference: the reference.
        given: what the caller gives.

    Raises:
        NotFound: nothing is registered under that name and version.
        CompileError: the signature does not fit what is registered; every difference is named.
        InvalidInput: an input is unknown, fixed or missing.

    """
    fetched = fetch_reference(remote, reference)
    check_signature(reference, fetched)
    for name in given:
        if name in fetched.fixed:
            raise InvalidInput(f"`{name}` is fixed by launch plan {fetched.name} and cannot be given. Leave it out.")
    inputs: dict[str, Any] = {}
    origins: dict[str, str] = {}
    missing: list[str] = []
    # Maps on the wire have no order; the reference's signature has.
    for name in dict.fromkeys([*(one for one in reference.interface.inputs if one in fetched.inputs), *fetched.inputs]):
        if name in given:
            inputs[name], origins[name] = given[name], "as given"
        elif name in reference.interface.defaults:
            inputs[name] = reference.interface.defaults[name]
            beaten = ", not the launch plan's" if name in fetched.defaults else ""
            origins[name] = f"by default of the reference's signature{beaten}"
        elif name in fetched.defaults:
            origins[name] = "by default of the launch plan"
        else:
            missing.append(name)
    unknown = [name for name in given if name not in fetched.inputs]
    if unknown or missing:
        raise InvalidInput(_wrong_names(fetched, unknown, missing))
    origins.update(dict.fromkeys(fetched.fixed, "fixed by the launch plan"))
    return ResolvedCall(entity=fetched, inputs=inputs, origins=origins)


def fetch_reference(remote: Fetching, reference: AnyReference) -> FetchedEntity:
    """Fetch the task or launch plan that runs when the reference does.

    Raises:
        NotFound: nothing is registered under that name and version.

    """
    key = reference.key
    place = (key.project, key.domain, key.name, key.version)
    try:
        match reference.resource_type:
            case identifier_pb2.TASK:
                return remote.fetch_task(*place)
            case identifier_pb2.WORKFLOW:
                remote.fetch_workflow(*place)  # its absence is told apart from that of its launch plan
                return remote.fetch_launch_plan(*place)
            case _:
                return remote.fetch_launch_plan(*place)
    except NotFound as error:
        raise NotFound(
            f"The {reference.kind} that {reference.name} refers to is not registered as {key}: "
            f"{error.message.rstrip('.')}. To register it: flyweight register --version {key.version} FILE"
        ) from error


def check_signature(reference: AnyReference, fetched: FetchedEntity) -> None:
    """Refuse a reference whose signature does not fit what is registered.

    Raises:
        CompileError: names every difference.

    """
    problems = [
        *_input_problems(reference, fetched),
        *_output_problems(reference, fetched),
    ]
    if problems:
        raise CompileError(
            f"{reference.name} {reference.key.version} is registered with another interface than its reference says. "
            f"Change the reference's signature:",
            problems=tuple(problems),
        )


def _input_problems(reference: AnyReference, fetched: FetchedEntity) -> list[str]:
    problems: list[str] = []
    known = fetched.inputs
    for name, python_type in reference.interface.inputs.items():
        if name in fetched.fixed:
            continue
        if name not in known:
            problems.append(f"input `{name}` is not registered; there are: {', '.join(known) or 'none'}")
        elif not castable(default_registry().literal_type(python_type), known[name].type):
            problems.append(
                f"input `{name}` is {_shown(known[name].type)}, the reference says {describe_type(python_type)}"
            )
    unsaid = [name for name in known if name not in reference.interface.inputs and name not in fetched.defaults]
    return problems + [f"input `{name}` ({_shown(known[name].type)}) is missing in the reference" for name in unsaid]


def _output_problems(reference: AnyReference, fetched: FetchedEntity) -> list[str]:
    declared = reference.interface.outputs
    if not declared:
        return []  # a reference may leave its outputs unsaid when it is only run
    problems: list[str] = []
    for name, python_type in declared.items():
        if name not in fetched.outputs:
            there = ", ".join(fetched.outputs) or "none"
            problems.append(f"output `{name}` is not registered; there are: {there}")
        elif not castable(fetched.outputs[name].type, default_registry().literal_type(python_type)):
            registered = _shown(fetched.outputs[name].type)
            problems.append(f"output `{name}` is {registered}, the reference says {describe_type(python_type)}")
    return problems


def _wrong_names(fetched: FetchedEntity, unknown: list[str], missing: list[str]) -> str:
    faults = [f"it has no input `{name}`" for name in unknown]
    faults += [f"it needs `{name}` ({_shown(fetched.inputs[name].type)})" for name in missing]
    return f"{fetched.name} cannot be run like that: {'; '.join(faults)}."


def _shown(literal_type: types_pb2.LiteralType) -> str:
    return type_name(default_registry().guess(literal_type))
