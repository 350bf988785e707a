"""Our faces over flyteidl messages take and give what the stock flytekit's model classes do, class by class."""

import importlib
import json
import subprocess
from pathlib import Path

import pytest

from flyweight import compat
from flyweight.sdk.drop_in_models import MODELS

pytestmark = [pytest.mark.interop, pytest.mark.slow]
PROGRAM = Path(__file__).parent / "programs/model_arguments.py"
LACKING = {"flytekit.models.launch_plan:LaunchPlan": {"auto_activate", "should_auto_activate"}}
"""What flyteidl's message has no place for."""


@pytest.fixture(scope="module")
def stock(stock_python: Path) -> dict[str, dict]:
    asked = json.dumps({module: list(names) for module, names in MODELS.items()})
    done = subprocess.run(
        [str(stock_python), "-W", "ignore", str(PROGRAM)], input=asked, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_every_class_takes_the_same_arguments_and_has_the_same_attributes(stock: dict[str, dict]) -> None:
    compat.install()
    try:
        for key, theirs in stock.items():
            module, _, name = key.partition(":")
            ours = getattr(importlib.import_module(module), name)
            for member, value in theirs.get("members", {}).items():
                assert getattr(ours, member) == value, (key, member)
            lacking = LACKING.get(key, set())
            arguments = [one for one in theirs.get("arguments", ()) if one not in lacking]
            if arguments:
                given = ours(*[None] * len(arguments)), ours(**dict.fromkeys(arguments))
                assert given[0] == given[1] == ours(), key
                with_names = ours.arguments()
                assert list(with_names[: len(arguments)]) == arguments, key
            for readable in set(theirs.get("readable", ())) - lacking:
                getattr(ours(), readable)
    finally:
        compat.uninstall()
    assert len(stock) > 100
