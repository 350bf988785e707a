"""The page of names promises nothing that is not there, and names everything that flytekit has."""

import importlib

import pytest

from flyweight import compat
from flyweight.client.config import Config
from flyweight.client.remote import FlyteRemote
from tests.interop.surface import NOT_BUILT, PAGE, STOCK, listed, missing, missing_of_objects, object_rows


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


def test_what_the_client_gives_has_flytekits_names_or_a_reason() -> None:
    for kind, names in missing_of_objects().items():
        excused = [name for group in NOT_BUILT[kind] for name in group.split()]
        assert sorted(names) == sorted(excused), kind
    assert "".join(object_rows()) in PAGE.read_text(), "run `python -m tests.interop.surface`"


def test_a_name_that_the_client_has_not_is_refused_with_the_page_that_tells_why() -> None:
    remote = FlyteRemote(Config.for_endpoint("localhost:1", insecure=True), interactive_mode_enabled=False)
    with pytest.raises(AttributeError, match=r"no 'file_access'.*docs/flytekit-names\.md"):
        remote.file_access  # noqa: B018
