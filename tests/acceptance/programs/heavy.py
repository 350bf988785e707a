"""A task whose output needs more room than a small disk has."""

from pathlib import Path

from flyweight import task
from flyweight.types.file import FlyteFile


@task
def produce(megabytes: int) -> FlyteFile:
    path = Path("large.bin")
    path.write_bytes(b"x" * (megabytes << 20))
    return FlyteFile(str(path))
