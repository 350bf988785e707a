"""Whatever goes wrong around it, and whenever: every execution comes to the one end that its tasks' fates decide.

A few dozen seeds; ``make simulation`` runs as many as one likes, and any of them again.
"""

import pytest

from tests.simulation.simulate import check_ends, check_recovered, check_terminated

pytestmark = pytest.mark.slow  # dozens of seeds; any one of them takes milliseconds


def test_every_execution_comes_to_the_same_end_in_a_storm_as_in_a_calm(seed):
    check_ends(seed)


def test_a_terminated_execution_ends_in_any_weather(seed):
    check_terminated(seed)


def test_a_recovery_takes_over_all_that_succeeded(seed):
    check_recovered(seed)
