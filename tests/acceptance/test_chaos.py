"""The chaos of ``make chaos``, in small: a kill in each way while executions of both kinds run."""

from pathlib import Path

import pytest

from tests.acceptance.chaos import chaos

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_nothing_is_lost_and_nothing_runs_twice(tmp_path: Path) -> None:
    done = chaos(tmp_path, kills=6, seed=11)
    assert done["attempts"] > 100
