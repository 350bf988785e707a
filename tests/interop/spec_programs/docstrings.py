"""Docstrings of each style, on tasks and workflows: short and long texts, inputs, outputs, named outputs."""

from typing import NamedTuple

from flytekit import task, workflow


class Split(NamedTuple):
    train: int
    test: int


@task
def google(x: int, rate: float = 0.5) -> int:
    """Short line of google.

    The long text.
    Over two lines.

    Args:
        x: the x
        rate (float): the rate,
            over two lines
    Returns:
        int: what comes out
    """
    return x


@task
def numpy_style(x: int) -> int:
    """Short line of numpy.

    Parameters
    ----------
    x : int
        the x in numpy's style

    Returns
    -------
    int
        what comes out
    """
    return x


@task
def sphinx(x: int) -> Split:
    """Short line of sphinx.

    :param x: the x
    :type x: int
    :return: the parts
    :rtype: Split
    """
    return Split(x, x)


@task
def one_line(x: int) -> int:
    """Only this."""
    return x


@task
def none(x: int) -> int:
    return x


@workflow
def wf(x: int = 3) -> Split:
    """Short line of the workflow.

    Its long text.

    Args:
        x: the workflow's x

    Returns:
        the parts
    """
    return sphinx(x=none(x=one_line(x=numpy_style(x=google(x=x)))))
