"""The list of flytekit's public names is the stock flytekit's: a name that is new there fails here."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.interop.surface import STOCK, STOCK_OBJECTS

pytestmark = [pytest.mark.interop, pytest.mark.slow]


@pytest.mark.parametrize(("program", "kept"), [("surface", STOCK), ("objects", STOCK_OBJECTS)])
def test_the_list_of_names_is_the_stocks(stock_python: Path, program: str, kept: dict[str, list[str]]) -> None:
    program_file = Path(__file__).parent / f"programs/{program}.py"
    done = subprocess.run([str(stock_python), str(program_file)], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout[done.stdout.index("{") :])
    assert found == kept, f"write its JSON anew with programs/{program}.py, then run tests.interop.surface"
