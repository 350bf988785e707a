"""The smallest pipeline: two typed tasks and a workflow.

Here, in this process: ``flyweight run hello.py greet_all``.
On the platform (``flyweight up``): ``flyweight run --remote --wait hello.py greet_all --first Alan``.
"""

from flyweight import task, workflow


@task
def greet(name: str) -> str:
    """Greet one."""
    return f"Hello, {name}!"


@task
def join(greetings: list[str]) -> str:
    """Put greetings on one line."""
    return " ".join(greetings)


@workflow
def greet_all(first: str = "Ada", second: str = "Grace") -> str:
    """Greet two people.

    Args:
        first: who comes first
        second: who comes second
    """
    return join(greetings=[greet(name=first), greet(name=second)])
