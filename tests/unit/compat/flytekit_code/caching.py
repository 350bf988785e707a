from flytekit import Cache, HashMethod, task, workflow
from typing_extensions import Annotated

calls = []


def hash_text(text: str) -> str:
    return text.lower()


@task
def produce(text: str) -> Annotated[str, HashMethod(hash_text)]:
    return text


@task(cache=True, cache_version="1.0")
def square(n: int) -> int:
    calls.append(n)
    return n * n


@task(cache=Cache(version="v1", ignored_inputs=("noise",)))
def shout(text: str, noise: int) -> str:
    return text.upper()


@workflow
def wf(text: str = "abc") -> str:
    square(n=3)
    return shout(text=produce(text=text), noise=1)
