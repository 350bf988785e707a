"""Messages of protobuf as values."""

from flyteidl.core.identifier_pb2 import Identifier
from flytekit import task, workflow


@task
def make(name: str) -> Identifier:
    return Identifier(name=name, version="v")


@task
def read(value: Identifier) -> str:
    return value.name + value.version


@workflow
def wf(name: str) -> str:
    return read(value=make(name=name))


RUNS = (("wf", {"name": "n"}),)
