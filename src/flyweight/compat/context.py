"""``flytekit.core.context_manager``: flytekit's stack of contexts over ours, as far as code outside flytekit goes.

A context says who the running task is, where files go, and how entities are compiled. ``with_context`` makes it the
current one: files and ``current_context()`` follow it; how calls run is decided as everywhere else here.
"""

import contextlib
import dataclasses
import shutil
from collections.abc import Generator
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, ClassVar

from flyweight import blob
from flyweight.ids import new_object_name
from flyweight.sdk.compilation import Compilation, current_compilation, drawing
from flyweight.sdk.context import running_parameters, use_parameters
from flyweight.sdk.execution import ExecutionParameters, current_context
from flyweight.types.data import DataAccess, current_data, use_data
from flyweight.types.storage import BlobData


class FileAccessProvider:
    """Where files go and how they are read, as flytekit names it."""

    def __init__(
        self,
        local_sandbox_dir: str | Path,
        raw_output_prefix: str,
        data_config: object = None,
        execution_metadata: object = None,
    ) -> None:
        del data_config, execution_metadata  # stores are configured for the whole process
        self.data: DataAccess = BlobData(raw_output_prefix, local_sandbox_dir)

    @classmethod
    def over(cls, data: DataAccess) -> "FileAccessProvider":
        """Stand before the access that is in place."""
        made = cls.__new__(cls)
        made.data = data
        return made

    @property
    def raw_output_prefix(self) -> str:
        """New objects are written below this URI."""
        return self.data.new_uri().rpartition("/")[0]

    @property
    def local_sandbox_dir(self) -> str:
        """A local folder for scratch files."""
        return str(self.data.local_path().parent)

    @staticmethod
    def is_remote(path: str | Path) -> bool:
        """Tell whether a path must be downloaded before it can be opened."""
        return not blob.is_file(str(path))

    @staticmethod
    def get_random_string() -> str:
        """Make up a name."""
        return new_object_name()

    def get_random_remote_path(self, file_path_or_file_name: str | None = None) -> str:
        """Make up the URI of a new object, of that last part if one is given."""
        return self.data.new_uri(Path(file_path_or_file_name).name if file_path_or_file_name else "")

    def get_random_remote_directory(self) -> str:
        """Make up the URI of a new folder."""
        return self.data.new_uri()

    def get_random_local_path(self, file_path_or_file_name: str | None = None) -> str:
        """Make up a local path for a file, of that name if one is given."""
        return str(self.data.local_path(Path(file_path_or_file_name).name if file_path_or_file_name else ""))

    def get_random_local_directory(self) -> str:
        """Make a fresh local folder."""
        folder = self.data.local_path()
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder)

    def exists(self, path: str) -> bool:
        """Tell whether there is such an object."""
        return blob.exists(path)

    def get_data(self, remote_path: str, local_path: str, is_multipart: bool = False, **options: object) -> None:  # noqa: FBT001, FBT002  flytekit's
        """Download an object, or a folder."""
        del is_multipart, options
        self.data.get(remote_path, local_path)

    def put_data(
        self,
        local_path: str | Path,
        remote_path: str,
        is_multipart: bool = False,  # noqa: FBT001, FBT002  flytekit's
        **options: object,
    ) -> str:
        """Upload a file, or a folder, and give its URI."""
        del is_multipart, options
        self.data.put(local_path, remote_path)
        return remote_path

    def put_raw_data(
        self, lpath: str | Path, upload_prefix: str | None = None, file_name: str | None = None, **options: object
    ) -> str:
        """Upload a file or folder below the raw output prefix, and give its URI."""
        del options
        name = file_name or Path(lpath).name
        uri = blob.join(blob.join(self.raw_output_prefix, upload_prefix), name) if upload_prefix else None
        return self.put_data(lpath, uri or self.data.new_uri(name))

    def download(self, remote_path: str, local_path: str, **options: object) -> None:
        """Download an object."""
        del options
        self.get_data(remote_path, local_path)

    def upload(self, file_path: str | Path, to_path: str, **options: object) -> str:
        """Upload a file."""
        del options
        return self.put_data(file_path, to_path)

    download_directory = download
    upload_directory = upload

    @staticmethod
    def clear_local(path: str) -> None:
        """Remove a local folder."""
        shutil.rmtree(path, ignore_errors=True)


@dataclass(slots=True)
class ExecutionState:
    """In which way code runs."""

    class Mode(Enum):
        """The ways that flytekit tells apart."""

        TASK_EXECUTION = 1
        LOCAL_WORKFLOW_EXECUTION = 2
        LOCAL_TASK_EXECUTION = 3
        DYNAMIC_TASK_EXECUTION = 4
        EAGER_EXECUTION = 5
        EAGER_LOCAL_EXECUTION = 6
        LOCAL_DYNAMIC_TASK_EXECUTION = 7

    working_dir: str = ""
    mode: Mode | None = None
    engine_dir: str | None = None
    branch_eval_mode: object = None
    user_space_params: ExecutionParameters | None = None

    def with_params(self, **changed: Any) -> "ExecutionState":
        """Give a copy with some things changed."""
        return dataclasses.replace(self, **{name: value for name, value in changed.items() if value is not None})

    def is_local_execution(self) -> bool:
        """Tell whether no platform is told of what runs."""
        local = (self.Mode.LOCAL_TASK_EXECUTION, self.Mode.LOCAL_WORKFLOW_EXECUTION)
        return self.mode in (*local, self.Mode.EAGER_LOCAL_EXECUTION, self.Mode.LOCAL_DYNAMIC_TASK_EXECUTION)


@dataclass(slots=True)
class CompilationState:
    """A graph that is being drawn."""

    prefix: str = ""
    mode: int = 1


@dataclass(slots=True)
class FlyteContext:
    """What surrounds running code; ``with_...`` give changed copies, which ``with_context`` puts in place."""

    file_access: FileAccessProvider
    execution_state: ExecutionState
    compilation_state: CompilationState | None = None
    serialization_settings: Any = None
    flyte_client: object = None
    level: int = 0

    Builder: ClassVar[type["FlyteContext"]]

    @staticmethod
    def current_context() -> "FlyteContext":
        """Give the context of the code that asks."""
        return FlyteContextManager.current_context()

    @property
    def user_space_params(self) -> ExecutionParameters | None:
        """What the running task can ask about itself."""
        return self.execution_state.user_space_params

    def new_builder(self) -> "FlyteContext":
        """Give a copy to change."""
        return dataclasses.replace(self)

    def build(self) -> "FlyteContext":
        """Give the context itself: it is its own builder."""
        return self

    def new_execution_state(self, working_dir: str | None = None) -> ExecutionState:
        """Give a state to change and put into ``with_execution_state``."""
        return ExecutionState(working_dir=working_dir or "", user_space_params=self.user_space_params)

    def new_compilation_state(self, prefix: str = "") -> CompilationState:
        """Give a state to put into ``with_compilation_state``."""
        return CompilationState(prefix)

    def with_execution_state(self, es: ExecutionState) -> "FlyteContext":
        """Give a copy in which code runs in another way."""
        return dataclasses.replace(self, execution_state=es)

    def with_compilation_state(self, c: CompilationState) -> "FlyteContext":
        """Give a copy in which calls become nodes."""
        return dataclasses.replace(self, compilation_state=c)

    def with_new_compilation_state(self) -> "FlyteContext":
        """Give a copy in which calls become nodes of a new graph."""
        return self.with_compilation_state(self.new_compilation_state())

    def with_file_access(self, fa: FileAccessProvider) -> "FlyteContext":
        """Give a copy whose files go elsewhere."""
        return dataclasses.replace(self, file_access=fa)

    def with_serialization_settings(self, ss: object) -> "FlyteContext":
        """Give a copy that compiles with other settings."""
        return dataclasses.replace(self, serialization_settings=ss)

    def with_client(self, c: object) -> "FlyteContext":
        """Give a copy that bears a client."""
        return dataclasses.replace(self, flyte_client=c)


FlyteContext.Builder = FlyteContext

_current: ContextVar[FlyteContext | None] = ContextVar("flyweight_compat_context", default=None)


class FlyteContextManager:
    """Finds and puts in place the current context."""

    @staticmethod
    def current_context() -> FlyteContext:
        """Give the context that was put in place, with the task and files that are current now."""
        known = _current.get()
        running = running_parameters()
        state = known.execution_state if known else ExecutionState()
        mode = state.mode or (ExecutionState.Mode.LOCAL_TASK_EXECUTION if running else None)
        parameters = running or current_context()
        drawn = current_compilation()
        return FlyteContext(
            file_access=FileAccessProvider.over(current_data()),
            execution_state=dataclasses.replace(
                state, mode=mode, user_space_params=parameters, working_dir=parameters.working_directory
            ),
            compilation_state=CompilationState(drawn.prefix) if drawn is not None else None,
            serialization_settings=known.serialization_settings if known else None,
            flyte_client=known.flyte_client if known else None,
            level=known.level if known else 0,
        )

    @staticmethod
    @contextlib.contextmanager
    def with_context(b: FlyteContext) -> Generator[FlyteContext]:
        """Make a context the current one inside the block."""
        token = _current.set(dataclasses.replace(b, level=b.level + 1))
        try:
            with contextlib.ExitStack() as stack:
                stack.enter_context(use_data(b.file_access.data))
                if b.user_space_params is not None and b.user_space_params is not current_context():
                    stack.enter_context(use_parameters(b.user_space_params))
                if b.compilation_state is not None and current_compilation() is None:
                    stack.enter_context(drawing(Compilation("context", b.compilation_state.prefix)))
                yield FlyteContextManager.current_context()
        finally:
            _current.reset(token)

    @staticmethod
    def initialize() -> None:
        """Do nothing: a process needs no preparation."""

    @staticmethod
    def size() -> int:
        """Tell how many contexts stand on each other."""
        known = _current.get()
        return 1 + (known.level if known else 0)


def new_context() -> contextlib.AbstractContextManager[FlyteContext]:
    """Put a copy of the current context in place."""
    return FlyteContextManager.with_context(FlyteContextManager.current_context())
