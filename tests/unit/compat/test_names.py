"""The page of names promises nothing that is not there, and names everything that flytekit has."""

import importlib

import pytest

from flyweight import compat
from tests.interop.surface import STOCK, listed, missing


def test_what_the_page_does_not_excuse_is_here() -> None:
    excused = listed()
    for module, names in missing().items():
        # A name that has come since is no fault: `python -m tests.interop.surface` writes the page anew.
        assert set(names) <= set(excused[module]), f"{module}: run `python -m tests.interop.surface`"
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
