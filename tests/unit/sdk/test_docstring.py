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
