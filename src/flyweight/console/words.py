"""Amounts in the words that people use for them."""

_KIBI = 1024


def duration(millis: float) -> str:
    """Write a time span as people say it; the scripts do likewise."""
    seconds = max(0.0, millis) / 1000
    match seconds:
        case _ if seconds < 1:
            return f"{seconds * 1000:.0f} ms" if seconds else "< 1 ms"
        case _ if seconds < 60:  # noqa: PLR2004  # a minute
            return f"{seconds:.1f} s"
        case _ if seconds < 3600:  # noqa: PLR2004  # an hour
            return f"{seconds // 60:.0f} m {int(seconds) % 60:02d} s"
        case _:
            return f"{seconds // 3600:.0f} h {int(seconds) % 3600 // 60:02d} m"


def size(count: int) -> str:
    """Write a number of bytes as people say it."""
    if count <= 0:
        return ""
    value, units = float(count), ["B", "KiB", "MiB", "GiB", "TiB"]
    while value >= _KIBI and len(units) > 1:
        value /= _KIBI
        units.pop(0)
    return f"{value:.0f} {units[0]}"
