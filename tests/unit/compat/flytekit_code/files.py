import os

import flytekit
from flytekit import task, workflow
from flytekit.types.directory import FlyteDirectory
from flytekit.types.file import FlyteFile


@task
def write(text: str) -> FlyteFile:
    path = os.path.join(flytekit.current_context().working_directory, "out.txt")
    with open(path, "w") as f:
        f.write(text)
    return FlyteFile(path=path)


@task
def spread(f: FlyteFile, n: int) -> FlyteDirectory:
    folder = os.path.join(flytekit.current_context().working_directory, "many")
    os.makedirs(folder)
    with open(f) as source:
        text = source.read()
    for i in range(n):
        with open(os.path.join(folder, f"{i}.txt"), "w") as out:
            out.write(text)
    return FlyteDirectory(folder)


@task
def count(d: FlyteDirectory) -> int:
    return sum(os.path.getsize(os.path.join(d, name)) for name in os.listdir(d))


@workflow
def wf(text: str = "abc", n: int = 3) -> int:
    return count(d=spread(f=write(text=text), n=n))
