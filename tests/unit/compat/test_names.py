"""The page of names promises nothing that is not there, and names everything that flytekit has."""

import importlib

import pytest

from flyweight import compat
from tests.interop.surface import STOCK, listed, missing


def test_the_page_excuses_what_is_not_here_and_nothing_else() -> None:
    excused = listed()
    for module, names in missing().items():
        assert set(names) == set(excused[module]), f"{module}: run `python -m tests.interop.surface`"
    assert excused.keys() == STOCK.keys()


def test_what_is_not_here_says_so_on_import() -> None:
    absent = [(module, name) for module, names in missing().items() for name in names]
    compat.install()
    try:
        for module, name in absent:
            with pytest.raises(ImportError, match=r"Flyweight has none\. docs/compatibility\.md"):
                exec(f"from {module} import {name}", {})
            assert importlib.invalidate_caches() is None
    finally:
        compat.uninstall()
