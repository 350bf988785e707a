"""Who is told, and how, when an execution ends: ``Email``, ``Slack`` and ``PagerDuty``, each by its e-mail gateway."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from flyteidl.admin import common_pb2
from flyteidl.core import execution_pb2

from flyweight.errors import InvalidInput
from flyweight.sdk.kinds import LIST, require_kinds

Phase = execution_pb2.WorkflowExecution.Phase
_ENDS: Final = (Phase.SUCCEEDED, Phase.FAILED, Phase.ABORTED, Phase.TIMED_OUT)


@dataclass(frozen=True, slots=True)
class Notification:
    """Tells recipients when an execution comes to one of these phases.

    Raises:
        InvalidInput: no phase, a phase in which an execution has not ended, or no recipient.

    """

    phases: Sequence[int]
    """``WorkflowExecutionPhase.SUCCEEDED``, ``FAILED``, ``ABORTED``, ``TIMED_OUT``."""
    recipients_email: Sequence[str]
    field: ClassVar[str]
    """Of ``flyteidl.admin.Notification``: whose gateway takes the e-mail."""

    def __post_init__(self) -> None:
        require_kinds(type(self).__name__, {"phases": self.phases}, {"phases": LIST})
        names = ", ".join(Phase.Name(phase) for phase in _ENDS)
        if not self.phases or any(phase not in _ENDS for phase in self.phases):
            raise InvalidInput(f"A notification is sent when an execution has ended: its phases are of {names}.")
        if not self.recipients_email or isinstance(self.recipients_email, str):
            raise InvalidInput("`recipients_email` is a list of addresses, with one at least.")

    @property
    def names(self) -> list[str]:
        """The phases' names."""
        return [Phase.Name(phase) for phase in self.phases]

    def to_flyte_idl(self) -> common_pb2.Notification:
        """Give it on the wire."""
        made = common_pb2.Notification(phases=self.names)
        getattr(made, self.field).recipients_email.extend(self.recipients_email)
        return made


class Email(Notification):
    """An e-mail to those who want to know.

    Args:
        phases: at which ends of an execution.
        recipients_email: whom, by e-mail address.

    """

    __slots__ = ()
    field = "email"


class Slack(Notification):
    """A message to a Slack channel, through the address of the channel.

    Args:
        phases: at which ends of an execution.
        recipients_email: whom, by e-mail address.

    """

    __slots__ = ()
    field = "slack"


class PagerDuty(Notification):
    """An alert of PagerDuty, through the address of the service.

    Args:
        phases: at which ends of an execution.
        recipients_email: whom, by e-mail address.

    """

    __slots__ = ()
    field = "pager_duty"
