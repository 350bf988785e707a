"""The page of settings tells each of them, with the default that it has."""

import re
from dataclasses import MISSING, Field, fields
from typing import Any

import pytest

from flyweight.settings import PlatformSettings
from tests.live import ROOT

PAGE = (ROOT / "docs/settings.md").read_text()
ROWS = {
    cells[0].strip("`"): cells
    for line in PAGE.splitlines()
    if line.startswith("| `") and len(cells := [cell.strip() for cell in line.strip("| ").split(" | ")]) == 5
}
DEPENDS = {
    "data_dir": "`~/.flyweight`",
    "workers": "processors, at least 2",
    "environments": '`{"flyweight": the platform\'s own}`',
    "secrets_dir": "`<data_dir>/secrets`",
    "max_parallelism": "`{}`",
    "project_parallelism": "`{}`",
}
"""Defaults that are made for each platform, in the page's words."""


def test_every_setting_of_the_platform_is_told_and_no_other() -> None:
    assert list(ROWS) == [field.name for field in fields(PlatformSettings)]


@pytest.mark.parametrize("field", fields(PlatformSettings), ids=lambda field: field.name)
def test_a_setting_is_told_with_its_variable_and_default(field: Field[Any]) -> None:
    name, default = field.name, field.default
    _, variable, unit, told, meaning = ROWS[name]
    assert variable == f"`FLYWEIGHT_{name.upper()}`"
    assert told == DEPENDS.get(name, f"`{default}`")
    assert (name in DEPENDS) == (default is MISSING or default is None)
    assert unit
    assert meaning


def test_every_variable_that_clients_read_is_told() -> None:
    sources = [*(ROOT / "src/flyweight/settings").glob("*.py"), ROOT / "src/flyweight/sdk/secret.py"]
    read = {name for source in sources for name in re.findall(r'"(FLY[A-Z_]+[A-Z])"', source.read_text())}
    assert {name for name in read if f"`{name}`" not in PAGE} == set()
