"""``ContainerTask``: any program in any image; its inputs and outputs are files, which are brought and taken for it."""

import tempfile
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

from flyteidl.core import tasks_pb2

from flyweight.containers.environments import BUILT, Environments
from flyweight.containers.here import run_here
from flyweight.containers.programs import Place, RawContainer
from flyweight.sdk.base_task import PythonTask
from flyweight.sdk.containers import container
from flyweight.sdk.execution import current_context
from flyweight.sdk.image import ImageSpec
from flyweight.sdk.interface import Interface
from flyweight.sdk.options import ClassSettings
from flyweight.sdk.pod_template import pod
from flyweight.settings import child_environment, load_platform_settings, secret_name
from flyweight.types.data import current_data
from flyweight.types.interface import to_literal_map, to_python_values, typed_interface

if TYPE_CHECKING:
    from flyweight.compile.settings import SerializationSettings

_Loading = tasks_pb2.DataLoadingConfig
_Strategy = tasks_pb2.IOStrategy


class MetadataFormat(Enum):
    """How inputs are listed in the input folder."""

    JSON = _Loading.JSON
    YAML = _Loading.YAML
    PROTO = _Loading.PROTO


class IOStrategy(Enum):
    """When inputs are brought, or outputs taken."""

    DOWNLOAD_EAGER = tasks_pb2.IOStrategy(download_mode=_Strategy.DOWNLOAD_EAGER)
    DOWNLOAD_STREAM = tasks_pb2.IOStrategy(download_mode=_Strategy.DOWNLOAD_STREAM)
    DO_NOT_DOWNLOAD = tasks_pb2.IOStrategy(download_mode=_Strategy.DO_NOT_DOWNLOAD)
    UPLOAD_EAGER = tasks_pb2.IOStrategy(upload_mode=_Strategy.UPLOAD_EAGER)
    UPLOAD_ON_EXIT = tasks_pb2.IOStrategy(upload_mode=_Strategy.UPLOAD_ON_EXIT)
    DO_NOT_UPLOAD = tasks_pb2.IOStrategy(upload_mode=_Strategy.DO_NOT_UPLOAD)


class ContainerSettings(ClassSettings, total=False):
    """What a ``ContainerTask`` takes beside its image, command, inputs and outputs; see ``ClassSettings`` too."""

    arguments: Sequence[str] | None
    """What follows the command."""
    input_data_dir: str | None
    """The folder where the program finds each input as a file of its name."""
    output_data_dir: str | None
    """The folder where the program leaves each output as a file of its name."""
    metadata_format: MetadataFormat
    """JSON, unless said otherwise."""
    io_strategy: IOStrategy | None
    local_logs: bool
    """Whether what the program writes is shown when it is run here; else only the end of it, in the error."""


class ContainerTask(PythonTask[None]):
    """A program of any language in an image of its own.

    It finds each input as a file of the input's name in ``input_data_dir``, with ``inputs.json`` beside them, and
    leaves each output as a file of the output's name in ``output_data_dir``. ``{{.inputs.NAME}}`` in the command is
    replaced by the input's value; of a file, by its URI. The variables ``FLYTE_INPUT_DATA_DIR`` and
    ``FLYTE_OUTPUT_DATA_DIR`` name the folders, too.

    Args:
        name: the task's name; must be unique.
        image: the image's name, or an ``ImageSpec``.
        command: the program and its arguments.
        inputs: types by name.
        outputs: types by name.
        settings: see ``ContainerSettings``.

    Raises:
        InvalidInput: an unknown setting, or settings that contradict each other.

    """

    MetadataFormat = MetadataFormat
    IOStrategy = IOStrategy

    def __init__(
        self,
        name: str,
        image: str | ImageSpec,
        command: Sequence[str],
        inputs: Mapping[str, Any] | None = None,
        outputs: Mapping[str, Any] | None = None,
        **settings: Unpack[ContainerSettings],
    ) -> None:
        self.command = tuple(command)
        self.arguments = tuple(settings.pop("arguments", None) or ())
        strategy = settings.pop("io_strategy", None)
        self.data_loading = tasks_pb2.DataLoadingConfig(
            enabled=True,
            input_path=settings.pop("input_data_dir", None),
            output_path=settings.pop("output_data_dir", None),
            format=settings.pop("metadata_format", MetadataFormat.JSON).value,
            io_strategy=strategy.value if strategy else None,
        )
        self.local_logs = settings.pop("local_logs", False)
        settings["container_image"] = image
        super().__init__("raw-container", name, None, Interface(inputs or {}, outputs or {}), **settings)

    def get_container(self, settings: "SerializationSettings") -> tasks_pb2.Container | None:
        """Give the container; a task with a pod template has a pod instead."""
        return None if self.options.pod_template is not None else self._container(settings)

    def get_k8s_pod(self, settings: "SerializationSettings") -> tasks_pb2.K8sPod | None:
        """Give the pod of a task with a pod template."""
        if self.options.pod_template is None:
            return None
        made = pod(self.options.pod_template, self._container(settings), settings.image_config.resolve)
        made.data_config.CopyFrom(self.data_loading)
        return made

    def get_config(self, settings: "SerializationSettings") -> Mapping[str, str] | None:
        """Tell which container of the pod is the task's own."""
        del settings
        template = self.options.pod_template
        return {"primary_container_name": template.primary_container_name} if template else None

    def execute(self, **inputs: Any) -> Any:
        """Run the program on this machine: in the environment that stands for its image, else by Docker or Podman.

        Raises:
            NotFound: nothing here can run its image; the message says what would.
            RecoverableError: it ended with another code than 0, left the file ``_ERROR``, or none for an output.
            TypeMismatch: what it left is not of its output's type.

        """
        settings = load_platform_settings()
        parameters = current_context()
        given = to_literal_map(inputs, self.interface.inputs)
        variables = child_environment({})
        with tempfile.TemporaryDirectory(dir=parameters.working_directory, ignore_cleanup_errors=True) as folder:
            place = Place(
                environments=Environments(settings.environments, settings.data_dir / BUILT),
                folder=Path(folder),
                variables=variables,
                raw_prefix=current_data().new_uri(),
            )
            own = {**self.options.environment, **self._secrets(variables)}
            program = RawContainer(template=self._bare_container(), inputs=given, own=own).prepare(place)
            declared = typed_interface({}, self.interface.outputs).outputs.variables
            found = run_here(self.name, program, declared, self.data_loading, show=self.local_logs)
        values = tuple(to_python_values(found, self.interface.outputs).values())
        return values[0] if len(values) == 1 else values or None

    def _bare_container(self) -> tasks_pb2.Container:
        """Give the container without what only the settings of a registration say."""
        return tasks_pb2.Container(
            image=self.options.container_image,
            command=self.command,
            args=self.arguments,
            data_config=self.data_loading,
        )

    def _secrets(self, variables: Mapping[str, str]) -> dict[str, str]:
        """Give those of its secrets that this process has."""
        asked = self.options.secrets
        names = [secret_name(secret.group or "", secret.group_version or "", secret.key or "") for secret in asked]
        return {name: variables[name] for name in names if name in variables}

    def _container(self, settings: "SerializationSettings") -> tasks_pb2.Container:
        made = container(self.options, settings, list(self.arguments), {})
        made.command.extend(self.command)
        made.data_config.CopyFrom(self.data_loading)
        return made
