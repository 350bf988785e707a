"""``ShellTask``: a shell script as a task, and ``subproc_execute``: a command inside of one."""

import datetime as dt
import os
import string
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Generic, TypeVar, Unpack

from flyweight.errors import InvalidInput
from flyweight.sdk.auto_container import PythonInstanceTask
from flyweight.sdk.exceptions import FlyteRecoverableException
from flyweight.sdk.execution import current_context
from flyweight.sdk.interface import Interface
from flyweight.sdk.options import ClassSettings
from flyweight.types.directory import FlyteDirectory
from flyweight.types.file import FlyteFile

C = TypeVar("C")


@dataclass(frozen=True, slots=True)
class ProcessResult:
    """How a command ended, and what it wrote."""

    returncode: int
    output: str
    error: str


@dataclass(frozen=True, slots=True)
class OutputLocation:
    """An output of a script: its name, ``FlyteFile`` or ``FlyteDirectory``, and the path where the script leaves it.

    The path may name inputs, as in ``"{inputs.x}.md"``.

    Args:
        var: the output's name.
        var_type: ``FlyteFile`` or ``FlyteDirectory``.
        location: the path.

    """

    var: str
    var_type: Any
    location: str | os.PathLike[str]


class ShellTask(PythonInstanceTask[C], Generic[C]):
    """A shell script; ``{inputs.NAME}``, ``{outputs.NAME}`` and ``{ctx.NAME}`` in it are replaced when it runs.

    Args:
        name: the task's name; must be unique.
        debug: print the script as it is run.
        script: the script.
        script_file: or the file that holds it.
        task_config: settings of the task type.
        shell: what runs it.
        inputs: types by name.
        output_locs: what it leaves, and where.
        settings: see ``ClassSettings``.

    Raises:
        InvalidInput: no script or two, a file that is not there, or an output that is neither file nor folder.

    """

    def __init__(
        self,
        name: str,
        debug: bool = False,  # noqa: FBT001, FBT002 - flytekit's own signature
        script: str | None = None,
        script_file: str | os.PathLike[str] | None = None,
        task_config: Any = None,
        **settings: Unpack["ShellSettings"],
    ) -> None:
        if (script is None) == (script_file is None):
            raise InvalidInput(f"{name}: give either `script` or `script_file`.")
        if script_file is not None and not Path(script_file).is_file():
            raise InvalidInput(f"{name}: there is no script {script_file}.")
        self._debug = debug
        self.script = script
        self.script_file = None if script_file is None else str(Path(script_file).resolve())
        self._shell = settings.pop("shell", "/bin/sh")
        self._places = tuple(settings.pop("output_locs", None) or ())
        self.result: ProcessResult | None = None
        """How the script ended when it last ran in this process."""
        interface = Interface(
            settings.pop("inputs", None) or {}, {one.var: _checked(name, one) for one in self._places}
        )
        super().__init__(name, task_config, interface=interface, **settings)

    def execute(self, **inputs: Any) -> Any:
        """Run the script; give the files and folders it left.

        Raises:
            FlyteRecoverableException: it ended with another code than 0; says what it wrote.
            InvalidInput: the script names an input that there is not.

        """
        outputs = {one.var: _filled(self.name, str(one.location), inputs, {}) for one in self._places}
        text = self.script if self.script_file is None else Path(self.script_file).read_text(encoding="utf-8")
        script = _filled(self.name, text or "", inputs, outputs)
        if self._debug:
            current_context().logging.info("%s runs:\n%s", self.name, script)
        done = subprocess.run([self._shell, "-c", script], capture_output=True, text=True, check=False)
        self.result = ProcessResult(done.returncode, done.stdout, done.stderr)
        if done.returncode:
            raise FlyteRecoverableException(
                f"The script of {self.name} ended with code {done.returncode}.\n{done.stdout}\n{done.stderr}"
            )
        found = tuple(one.var_type(outputs[one.var]) for one in self._places)
        return found[0] if len(found) == 1 else found or None


class ShellSettings(ClassSettings, total=False):
    """What a ``ShellTask`` takes beside its script; see ``ClassSettings`` too."""

    shell: str
    inputs: Mapping[str, Any] | None
    output_locs: Sequence[OutputLocation] | None


def subproc_execute(command: str | Sequence[str], **settings: Any) -> ProcessResult:
    """Run a command, and give what it wrote.

    Args:
        command: program and arguments; or, with ``shell=True``, a line for the shell.
        settings: as of ``subprocess.run``.

    Raises:
        RuntimeError: it ended with another code than 0, or there is no such program.

    """
    given: dict[str, Any] = {"capture_output": True, "text": True, "check": False, **settings}
    try:
        done: subprocess.CompletedProcess[str] = subprocess.run(command, **given)  # noqa: PLW1510 - among what is given
    except FileNotFoundError as error:
        raise RuntimeError(f"There is no program {error.filename}. Is it in the task's image?") from error
    if done.returncode:
        raise RuntimeError(f"{command} ended with code {done.returncode}:\n{done.stderr}")
    return ProcessResult(done.returncode, done.stdout, done.stderr)


class _Formatter(string.Formatter):
    """Fills a script: files and folders by their paths here, times in ISO's form."""

    def format_field(self, value: Any, format_spec: str) -> str:
        match value:
            case FlyteFile() | FlyteDirectory():
                return os.fspath(value)
            case dt.datetime():
                return value.isoformat()
            case _:
                return super().format_field(value, format_spec)


def _filled(name: str, text: str, inputs: Mapping[str, Any], outputs: Mapping[str, str]) -> str:
    try:
        return _Formatter().format(
            text, inputs=SimpleNamespace(**inputs), outputs=SimpleNamespace(**outputs), ctx=current_context()
        )
    except (AttributeError, KeyError, IndexError, ValueError) as error:
        raise InvalidInput(
            f"{name}: the script cannot be filled in: {error}. It may name {{inputs.X}}, {{outputs.X}} and {{ctx.X}}; "
            "other braces are doubled."
        ) from error


def _checked(name: str, place: OutputLocation) -> Any:
    if not isinstance(place.var_type, type) or not issubclass(place.var_type, (FlyteFile, FlyteDirectory)):
        raise InvalidInput(f"{name}: output `{place.var}` of a script is a FlyteFile or FlyteDirectory.")
    return place.var_type
