"""NumPy's scalars as the Python numbers they hold: a metric or a count is rarely anything else, and nothing is lost.

NumPy itself is never imported here.
"""

from typing import Any


def plain_scalar(value: Any) -> Any:
    """Give the Python value of a NumPy scalar (``numpy.float64(0.9)`` is ``0.9``), and any other value as it is."""
    if type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0:
        return value.item()
    return value
