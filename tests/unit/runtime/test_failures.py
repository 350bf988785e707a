"""What is kept of an exception: the members of a group, the frames below a long message, and who asks for more."""

import asyncio
from collections.abc import Callable

import pytest

from flyweight import FlyteRecoverableException, task
from flyweight.cli.failures import format_user_frames
from flyweight.runtime.failures import MAX_MESSAGE, asks_again, describe


def raised(run: Callable[[], object]) -> Exception:
    try:
        run()
    except Exception as error:
        return error
    raise AssertionError


async def breaks(number: int) -> None:
    raise ValueError(f"no {number}")


async def many() -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(12):
            group.create_task(breaks(number))


def says(text: str) -> None:
    raise ValueError(text)


def test_the_members_of_a_group_are_told_with_their_own_frames() -> None:
    text = describe(raised(lambda: asyncio.run(many())))
    assert text.startswith("ExceptionGroup: unhandled errors in a TaskGroup (12 sub-exceptions)\n")
    assert "  Error 1 of 12:\n    Traceback (most recent call last):\n" in text
    assert 'in breaks\n        raise ValueError(f"no {number}")' in text
    assert "    ValueError: no 0\n" in text
    assert text.endswith("    ValueError: no 9\n\n  ... and 2 more")
    assert "asyncio/" not in text


def test_a_group_of_groups_and_of_itself_has_an_end() -> None:
    inner: Exception = ValueError("deep")
    for _ in range(50):
        inner = ExceptionGroup("wide", [inner, *(ValueError("flat") for _ in range(20))])
    inner.__cause__ = inner
    text = describe(inner)
    assert text.count("ExceptionGroup: wide") == 4  # the head, and three levels
    assert text.endswith("... and 11 more")


def test_a_long_message_leaves_the_line_that_raised_it() -> None:
    text = describe(raised(lambda: says("x" * 200_000)))
    assert text.startswith("ValueError: xxx")
    assert 'test_failures.py", line' in text
    assert "in says\n    raise ValueError(text)\n" in text
    assert len(text) < MAX_MESSAGE + 100


def test_the_error_that_asks_for_another_attempt_has_the_name_that_users_raise() -> None:
    assert describe(FlyteRecoverableException("busy")) == "FlyteRecoverableException: busy"


def test_long_messages_of_causes_leave_the_last_line() -> None:
    def chained() -> None:
        try:
            says("y" * 200_000)
        except ValueError as error:
            raise KeyError("z" * 200_000) from error

    text = describe(raised(chained))
    assert "in chained\n    raise KeyError" in text
    assert len(text) < MAX_MESSAGE + 100


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (FlyteRecoverableException("busy"), True),
        (ValueError("no"), False),
        (
            ExceptionGroup(
                "both", [FlyteRecoverableException("a"), ExceptionGroup("", [FlyteRecoverableException("b")])]
            ),
            True,
        ),
        (ExceptionGroup("mixed", [FlyteRecoverableException("a"), ValueError("b")]), False),
    ],
)
def test_a_group_asks_for_another_attempt_when_all_of_it_does(error: Exception, again: bool) -> None:
    assert asks_again(error) is again


def test_a_group_that_asks_for_it_is_tried_again_here() -> None:
    calls: list[int] = []

    async def fetch() -> None:
        calls.append(1)
        if len(calls) < 3:
            raise FlyteRecoverableException("busy")

    @task(retries=2)
    async def together() -> int:
        async with asyncio.TaskGroup() as group:
            group.create_task(fetch())
        return len(calls)

    assert asyncio.run(together()) == 3


def test_an_error_of_an_async_task_run_here_is_the_users_alone() -> None:
    @task
    async def grouped() -> None:
        await many()

    error = raised(lambda: asyncio.run(grouped()))
    text = "".join(format_user_frames(error))
    assert "no running event loop" not in text
    assert "During handling" not in text
    assert "in breaks" in text
    assert "/asyncio/" not in text
    assert "/concurrent/" not in text
