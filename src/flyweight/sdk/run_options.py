"""Settings that go with one execution or with a launch plan: labels, annotations, where raw data lies, limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from flyweight.sdk.kinds import LIST, Kinds, require_count, require_own_kinds
from flyweight.sdk.security import Identity, SecurityContext
from flyweight.sdk.wire import OnTheWire


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


_KINDS: Final[Kinds] = {
    "labels": (Labels,),
    "annotations": (Annotations,),
    "raw_output_data_config": (RawOutputDataConfig,),
    "security_context": (OnTheWire,),
    "notifications": LIST,
    "disable_notifications": (bool,),
    "overwrite_cache": (bool,),
}


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

    Raises:
        InvalidInput: a value of another kind than it takes.

    """

    labels: Labels | None = None
    annotations: Annotations | None = None
    raw_output_data_config: RawOutputDataConfig | None = None
    security_context: OnTheWire | None = None
    """A ``SecurityContext``: on whose behalf it runs."""
    max_parallelism: int | None = None
    """Nodes that may run at once; 0 is no limit."""
    notifications: Sequence[OnTheWire] | None = None
    """Of ``Email``, ``Slack`` and ``PagerDuty``."""
    disable_notifications: bool | None = None
    overwrite_cache: bool | None = None

    def __post_init__(self) -> None:
        require_own_kinds(self, _KINDS)
        require_count("max_parallelism", self.max_parallelism)

    @classmethod
    def default_from(cls, k8s_service_account: str | None = None, raw_data_prefix: str | None = None) -> "Options":
        """Give options that say on whose behalf, and where raw data is written."""
        identity = Identity(k8s_service_account=k8s_service_account)
        return cls(
            security_context=SecurityContext(run_as=identity) if k8s_service_account else None,
            raw_output_data_config=RawOutputDataConfig(raw_data_prefix) if raw_data_prefix else None,
        )
