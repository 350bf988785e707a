"""``FlyteRemote``: all a program asks of a platform, under flytekit's names; each subject stands in its own file."""

import functools
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from flyteidl.admin import execution_pb2
from flyteidl.core import interface_pb2

from flyweight.client.backfill import Backfilling
from flyweight.client.config import Config
from flyweight.client.executions import FlyteWorkflowExecution
from flyweight.client.interactive import Guards, in_notebook
from flyweight.client.notebook_errors import show_user_frames
from flyweight.client.result import ExecutionResult
from flyweight.client.signals import Signalling
from flyweight.client.synchronous import SynchronousFlyteClient
from flyweight.sdk.entity import Entity
from flyweight.types.data import use_data


class FlyteRemote(Backfilling, Signalling):
    """A platform, as a program sees it: fetch, register, execute, watch, answer.

    Args:
        config: where the platform is; found by itself when left out (``Config.auto()``).
        default_project: used where no project is named.
        default_domain: likewise.
        interactive_mode_enabled: take code from the running kernel, and let ``execute`` return at once with a handle
            that stands for its result. Left out, it is so in a notebook.

    Example:
        >>> remote = FlyteRemote(config=Config.auto(), interactive_mode_enabled=True)  # doctest: +SKIP
        >>> data_frame = remote.execute(preprocessing_workflow, inputs={"raw_data": rows})  # doctest: +SKIP
        >>> plot_distribution(data_frame)  # doctest: +SKIP

    """

    def __init__(
        self,
        config: Config | None = None,
        default_project: str | None = None,
        default_domain: str | None = None,
        interactive_mode_enabled: bool | None = None,  # noqa: FBT001  flytekit's signature
        **_: object,
    ) -> None:
        super().__init__(config, default_project, default_domain)
        self.interactive = in_notebook() if interactive_mode_enabled is None else interactive_mode_enabled
        self._guards = Guards(self)
        if self.interactive:
            show_user_frames()

    @classmethod
    def auto(cls, config_file: str | None = None, **settings: Any) -> "FlyteRemote":
        """Speak to the platform that ``Config.auto()`` finds."""
        return cls(config=Config.auto(config_file), **settings)

    @classmethod
    def for_endpoint(cls, endpoint: str, insecure: bool = False, **settings: Any) -> "FlyteRemote":  # noqa: FBT001, FBT002
        """Speak to the platform at ``host:port``."""
        return cls(config=Config.for_endpoint(endpoint, insecure), **settings)

    @classmethod
    def for_sandbox(cls, **settings: Any) -> "FlyteRemote":
        """Speak to the platform on its default port of this machine."""
        return cls(config=Config.for_sandbox(), **settings)

    @functools.cached_property
    def client(self) -> SynchronousFlyteClient:
        """The platform's calls one by one, under the names of flytekit's client."""
        return SynchronousFlyteClient(self.connection)

    def remote_context(self) -> AbstractContextManager[object]:
        """Send what is read and written inside the block (files, folders, dataframes) through the platform's store."""
        return use_data(self._access())

    if not TYPE_CHECKING:  # a checker need not think that every name is here

        def __getattr__(self, name: str) -> object:
            raise AttributeError(
                f"FlyteRemote has no {name!r}. docs/flytekit-names.md lists the names of flytekit's that are not here, "
                "and why; docs/compatibility.md what there is."
            )

    @property
    def interactive_mode_enabled(self) -> bool:
        """Whether code is taken from the running kernel."""
        return self.interactive

    def derive_version(self, user_version: str | None = None, *, entity: Entity[Any, Any] | None = None) -> str:
        """Give the version that code would be registered under.

        Args:
            user_version: the user's own choice; it is checked and given back.
            entity: whose code counts; everything defined in the notebook when left out.

        Raises:
            InvalidInput: the user's version cannot be one.

        """
        return self._guards.version(user_version, entity)

    def _start_own(self, entity: Entity[Any, Any], given: dict[str, Any], settings: Any) -> FlyteWorkflowExecution:
        if self.interactive:
            self._guards.check_python()
        return super()._start_own(entity, given, settings)

    def _handle_of(
        self,
        execution: execution_pb2.Execution,
        output_types: Mapping[str, Any] | None,
        output_variables: Mapping[str, interface_pb2.Variable],
    ) -> FlyteWorkflowExecution:
        if not self.interactive:
            return super()._handle_of(execution, output_types, output_variables)
        return ExecutionResult(self, execution, output_types=output_types, output_variables=output_variables)

    def _watches_at_once(self) -> bool:
        return self.interactive
