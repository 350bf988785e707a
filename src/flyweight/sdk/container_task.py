"""``ContainerTask``: any program in any image; its inputs and outputs are files, which the cluster brings and takes."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, Unpack

from flyteidl.core import tasks_pb2

from flyweight.errors import Unsupported
from flyweight.sdk.base_task import PythonTask
from flyweight.sdk.containers import container
from flyweight.sdk.image import ImageSpec
from flyweight.sdk.interface import Interface
from flyweight.sdk.options import ClassSettings
from flyweight.sdk.pod_template import pod

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
    """For the stock flytekit, which runs containers through Docker here."""


class ContainerTask(PythonTask[None]):
    """A program of any language in an image of its own.

    ``{{.inputs.NAME}}`` in the command is replaced by the input's value, and for files by their path.

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
        settings.pop("local_logs", None)
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
        """Refuse: no image is run here.

        Raises:
            Unsupported: always.

        """
        del inputs
        raise Unsupported(
            f"{self.name} is a program in the image {self.options.container_image}, and images are not run here. Run "
            "it on a Flyte cluster, or put a stand-in in its place: flyweight.testing.task_mock."
        )

    def _container(self, settings: "SerializationSettings") -> tasks_pb2.Container:
        made = container(self.options, settings, list(self.arguments), {})
        made.command.extend(self.command)
        made.data_config.CopyFrom(self.data_loading)
        return made
