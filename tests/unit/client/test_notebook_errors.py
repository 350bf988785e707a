"""Which frames of an error a notebook shows."""

import traceback

from flyweight.client.notebook_errors import without_ours
from flyweight.errors import InvalidInput
from flyweight.runtime.failures import MACHINERY
from flyweight.semantics import cron


def deep(left: int) -> None:
    if not left:
        cron.parse("never")
    deep(left - 1)


def test_the_users_frames_are_left_also_of_a_recursion_too_deep() -> None:
    for depth in (2, 10_000):
        try:
            deep(depth)
        except (RecursionError, InvalidInput) as error:
            shown = traceback.extract_tb(without_ours(error).__traceback__)
            assert {frame.filename for frame in shown} == {__file__}
            assert len(shown) > min(depth, 500)


def test_a_package_beside_ours_is_the_users() -> None:
    assert not f"{MACHINERY[0].rstrip('/')}_plugin/task.py".startswith(MACHINERY)
