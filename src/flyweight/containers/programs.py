"""Turns a raw container's template into a program that can be started here: in an environment, or by an engine.

An image that the configuration maps to an environment is a plain process there. The folders that it knows by absolute
paths are folders of its own then: their paths are replaced in its words and variables. Else a container engine runs it.
"""

import os
import posixpath
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Self
from uuid import uuid4

from flyteidl.core import literals_pb2, tasks_pb2

from flyweight.containers.engines import ENGINES, Engine, ImageRun, RunningContainer
from flyweight.containers.environments import Environments, find_program
from flyweight.containers.inputs import lay_out
from flyweight.containers.outputs import OutputFolder
from flyweight.containers.templates import fill
from flyweight.errors import InvalidInput, NotFound

INPUTS_VARIABLE = "FLYTE_INPUT_DATA_DIR"
OUTPUTS_VARIABLE = "FLYTE_OUTPUT_DATA_DIR"
_DEFAULT_INPUTS = "/var/flyte/inputs"
_DEFAULT_OUTPUTS = "/var/flyte/outputs"
"""Where propeller mounts the folders of a task that names none."""
NOTE = "container"
"""The file in a program's folder that names its container."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program that is ready to be started."""

    argv: tuple[str, ...]
    environment: dict[str, str]
    directory: Path
    runs_in: str
    """The interpreter whose environment it runs in, or the engine."""
    image: str
    outputs: OutputFolder
    container: RunningContainer | None = None
    """To be removed when the program has ended, or is to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a program runs: what this machine is set up for, and a folder of the program's own."""

    environments: Environments
    folder: Path
    variables: Mapping[str, str]
    """The environment that processes are started with."""
    raw_prefix: str
    """Files that the program leaves are brought to below this URI."""
    memory: int = 0
    """Bytes that an engine lets it have; 0 is no limit."""
    cpu: float = 0.0
    """Processors, likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawContainer:
    """A container that takes its inputs and leaves its outputs as files, and what one attempt gives it."""

    template: tasks_pb2.Container
    inputs: literals_pb2.LiteralMap
    own: Mapping[str, str]
    """The variables of the program itself."""
    known: Mapping[str, str] = field(default_factory=dict[str, str])
    """What Flyte's variables in its command stand for, by their names in lower case."""

    def prepare(self, place: Place) -> Program:
        """Lay out the files and give the command line. Blocks: on the blob store, and on an engine.

        Raises:
            NotFound: nothing here can run its image, there is no such program, or an input's file is gone.
            InvalidInput: its command is empty, or names what there is not.
        """
        folders = _Folders.of(self.template.data_config, place.folder)
        interpreter = place.environments.named(self.template.image)
        engine = Engine.find() if interpreter is None else None
        if engine is None:
            interpreter = interpreter or place.environments.default
        if interpreter is None and engine is None:
            raise NotFound(_nothing_runs(self.template.image))
        for folder in (folders.outputs, place.folder / "work", place.folder / "tmp"):
            folder.mkdir(parents=True)
        if engine is not None:
            program, seen = self._image(place, folders, engine), folders.inputs_in_image
        else:
            program, seen = self._process(place, folders, interpreter or ""), str(folders.inputs)
        lay_out(self.inputs, folders.inputs, PurePosixPath(seen), self.template.data_config)
        return program

    def _process(self, place: Place, folders: "_Folders", interpreter: str) -> Program:
        words = self._words(map(folders.here, [*self.template.command, *self.template.args]))  # not of inputs' values
        if not words:
            raise InvalidInput(
                f"its container names no command, so only the image {self.template.image} itself knows what to run: "
                "give the task a command, or let a container engine run the image"
            )
        variables = {
            **place.variables,
            **{name: folders.here(value) for name, value in self.own.items()},
            "TMPDIR": str(place.folder / "tmp"),
            INPUTS_VARIABLE: str(folders.inputs),
            OUTPUTS_VARIABLE: str(folders.outputs),
        }
        own_folder = os.path.dirname(interpreter)  # noqa: PTH120 - a virtual environment's python is a link
        variables["PATH"] = os.pathsep.join([own_folder, variables.get("PATH", os.defpath)])
        program = find_program(words[0], interpreter, variables["PATH"])
        return Program(
            argv=(program, *words[1:]),
            environment=variables,
            directory=place.folder / "work",
            runs_in=interpreter,
            image=self.template.image,
            outputs=OutputFolder(path=folders.outputs, shown=folders.outputs_in_image, raw_prefix=place.raw_prefix),
        )

    def _image(self, place: Place, folders: "_Folders", engine: Engine) -> Program:
        container = RunningContainer(engine=engine.program, name=f"flyweight-{uuid4().hex}")
        container.note(place.folder / NOTE)
        variables = {
            **self.own,
            INPUTS_VARIABLE: folders.inputs_in_image,
            OUTPUTS_VARIABLE: folders.outputs_in_image,
        }
        run = ImageRun(
            name=container.name,
            image=self.template.image,
            command=tuple(self._words(self.template.command)),
            arguments=tuple(self._words(self.template.args)),
            variables=variables,
            taken={name for name, value in variables.items() if place.variables.get(name, value) != value},
            mounts=((folders.inputs, folders.inputs_in_image), (folders.outputs, folders.outputs_in_image)),
            memory=place.memory,
            cpu=place.cpu,
        )
        return Program(
            argv=engine.words(run),
            environment={**variables, **place.variables},
            directory=place.folder / "work",
            runs_in=engine.program,
            image=self.template.image,
            outputs=OutputFolder(
                path=folders.outputs, shown=folders.outputs_in_image, raw_prefix=place.raw_prefix, isolated=True
            ),
            container=container,
        )

    def _words(self, words: Iterable[str]) -> list[str]:
        return fill(words, self.inputs.literals, self.known)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Folders:
    """The two folders, here and as the image knows them."""

    inputs: Path
    outputs: Path
    inputs_in_image: str
    outputs_in_image: str

    @classmethod
    def of(cls, loading: tasks_pb2.DataLoadingConfig, folder: Path) -> Self:
        """Read where a task wants them; one that says nothing finds them where a cluster would put them."""
        return cls(
            inputs=folder / "inputs",
            outputs=folder / "outputs",
            inputs_in_image=posixpath.normpath(loading.input_path or _DEFAULT_INPUTS),
            outputs_in_image=posixpath.normpath(loading.output_path or _DEFAULT_OUTPUTS),
        )

    def here(self, word: str) -> str:
        """Replace the image's folders in a word by those here, wherever one of them is named as a path."""
        here = {self.inputs_in_image: str(self.inputs), self.outputs_in_image: str(self.outputs)}
        longest_first = sorted(here, key=len, reverse=True)
        pattern = rf"(?<![\w./-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w.-])"
        return re.sub(pattern, lambda found: here[found.group()], word)


def _nothing_runs(image: str) -> str:
    installed = [name for name in ENGINES if shutil.which(name)]
    engine = (
        f"{installed[0]} is installed and does not answer: see what `{installed[0]} version` says"
        if installed
        else f"none is installed ({' or '.join(ENGINES)})"
    )
    return (
        f"Nothing on this machine can run the container image {image!r}. Either of two would do. (1) A container "
        f"engine: {engine}. (2) An environment of this machine in the image's place: add it to config.yaml in the "
        "platform's data folder (or to FLYWEIGHT_ENVIRONMENTS) and restart the platform, if one runs:\n\n"
        f"environments:\n  {image!r}: /path/to/environment/bin/python\n\n"
        "The program is looked for in that environment's bin folder, then on the PATH."
    )
