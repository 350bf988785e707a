"""Settings that go with one execution or with a launch plan: labels, annotations, where raw data lies, limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Labels:
    """Key-value pairs that executions can be found by."""

    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Annotations:
    """Key-value pairs that travel with an execution."""

    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RawOutputDataConfig:
    """Where files and dataframes are written: a URI prefix."""

    output_location_prefix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Settings of one execution; what is left out stays as the launch plan and the platform say."""

    labels: Labels | None = None
    annotations: Annotations | None = None
    raw_output_data_config: RawOutputDataConfig | None = None
    max_parallelism: int | None = None
    """Nodes that may run at once; 0 is no limit."""
    notifications: Sequence[object] | None = None
    disable_notifications: bool | None = None
    overwrite_cache: bool | None = None
