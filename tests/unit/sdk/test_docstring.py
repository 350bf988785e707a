"""Docstrings of the three styles."""

import pytest

from flyweight.sdk.docstring import parse_docstring

GOOGLE = """Train it.

    Long text,
    two lines.

    Args:
        rate (float): how fast
        steps: how many,
            at most

    Returns:
        the model
    """
SPHINX = """Train it.

    Long text,
    two lines.

    :param rate: how fast
    :param int steps: how many,
        at most
    :raises ValueError: never
    :return: the model
    """
NUMPY = """Train it.

    Long text,
    two lines.

    Parameters
    ----------
    rate : float
        how fast
    steps : int
        how many,
        at most

    Returns
    -------
    the model
    """


@pytest.mark.parametrize("text", [GOOGLE, SPHINX, NUMPY])
def test_each_style_gives_the_same(text: str) -> None:
    found = parse_docstring(text)
    assert found.short == "Train it."
    assert found.long == "Long text,\ntwo lines."
    assert found.inputs == {"rate": "how fast", "steps": "how many,\nat most"}
    assert found.outputs == {"": "the model"}


def test_no_docstring_says_nothing() -> None:
    assert parse_docstring(None).short == ""


@pytest.mark.parametrize(
    ("text", "outputs"),
    [
        ("Returns:\n    int: the sum: all of it", {"": "the sum: all of it"}),
        ("Returns:\n    list[int]: the sums,\n        in order", {"": "the sums,\nin order"}),
        ("Returns:\n    the sum: all of it", {"": "the sum: all of it"}),
        ("Returns\n-------\nint\n    the sum", {"": "the sum"}),
        (
            "Returns\n-------\nleft : int\n    the left\nright : str\n    the right",
            {"left": "the left", "right": "the right"},
        ),
    ],
)
def test_the_type_of_what_comes_out_is_no_part_of_its_text(text: str, outputs: dict[str, str]) -> None:
    assert parse_docstring(f"Short.\n\n{text}\n").outputs == outputs
