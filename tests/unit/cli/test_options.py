"""Inputs are read from texts and files by the types of what they are for."""

from pathlib import Path

import pytest

from flyweight.cli.options import Input, read_changes
from flyweight.errors import InvalidInput, TypeMismatch

INPUTS = [Input(name="count", python_type=int), Input(name="names", python_type=list[str])]


def test_only_what_was_given_is_changed_and_a_text_wins_over_the_file(tmp_path: Path) -> None:
    assert read_changes(INPUTS, {"count": "2"}, None) == {"count": 2}
    file = tmp_path / "inputs.yaml"
    file.write_text("count: 5\nnames: [a, b]\n")
    assert read_changes(INPUTS, {"count": "2"}, str(file)) == {"count": 2, "names": ["a", "b"]}


def test_a_wrong_name_or_value_is_told() -> None:
    with pytest.raises(InvalidInput, match="count"):
        read_changes(INPUTS, {"counts": "2"}, None)
    with pytest.raises(TypeMismatch, match="--input count"):
        read_changes(INPUTS, {"count": "two"}, None)
