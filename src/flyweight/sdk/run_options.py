"""Settings that go with one execution or with a launch plan: labels, annotations, where raw data lies, limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Labels:
    """Key-value pairs that executions can be found by.

    Args:
        values: texts by name; none by default.

    """

    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Annotations:
    """Key-value pairs that travel with an execution.

    Args:
        values: texts by name; none by default.

    """

    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RawOutputDataConfig:
    """Where files and dataframes are written: a URI prefix.

    Args:
        output_location_prefix: the prefix, for instance ``s3://bucket/raw``; empty leaves it to the platform.

    """

    output_location_prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Settings of one execution; what is left out stays as the launch plan and the platform say.

    Args:
        labels: what it can be found by.
        annotations: what travels with it.
        raw_output_data_config: where its files and dataframes are written.
        max_parallelism: how many nodes may run at once; 0 is no limit.
        notifications: whom to tell, and when.
        disable_notifications: tell nobody, whatever the launch plan says.
        overwrite_cache: compute anew what is cached, and keep the new outputs.

    """

    labels: Labels | None = None
    annotations: Annotations | None = None
    raw_output_data_config: RawOutputDataConfig | None = None
    max_parallelism: int | None = None
    """Nodes that may run at once; 0 is no limit."""
    notifications: Sequence[object] | None = None
    disable_notifications: bool | None = None
    overwrite_cache: bool | None = None
