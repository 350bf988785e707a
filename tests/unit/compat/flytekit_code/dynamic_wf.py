import typing

from flytekit import dynamic, task, workflow


@task
def return_index(character: str) -> int:
    return ord(character) - ord("A" if character.isupper() else "a")


@task
def total(xs: typing.List[int]) -> int:
    return sum(xs)


@dynamic
def count_characters(s: str) -> int:
    indices = []
    for c in s:
        indices.append(return_index(character=c))
    return total(xs=indices)


@workflow
def start_wf(s: str = "abcd") -> int:
    return count_characters(s=s)
