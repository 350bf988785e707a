"""The list of flytekit's public names is the stock flytekit's: a name that is new there fails here."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.interop.surface import STOCK

pytestmark = [pytest.mark.interop, pytest.mark.slow]


def test_the_list_of_names_is_the_stocks(stock_python: Path) -> None:
    program = Path(__file__).parent / "programs/surface.py"
    done = subprocess.run([str(stock_python), str(program)], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout[done.stdout.index("{") :])
    assert found == STOCK, "write flytekit_names.json anew with programs/surface.py, then run tests.interop.surface"
