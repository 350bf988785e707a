"""Runs images by the command line of Docker or Podman, where one of them answers; neither is ever required."""

import shutil
import subprocess
from collections.abc import Container, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

ENGINES = ("docker", "podman")
ENGINE_FAILED = 125
"""The exit code by which both say that the container was never started."""
_PATIENCE = 30
"""Seconds that an engine may take for an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A container engine that answers."""

    program: str
    """Its path."""

    @property
    def name(self) -> str:
        """``docker`` or ``podman``."""
        return Path(self.program).name

    @classmethod
    def find(cls) -> "Engine | None":
        """Give the first engine that answers, asked anew each time: one may be started at any moment."""
        for name in ENGINES:
            program = shutil.which(name)
            if program is not None and _answers(program):
                return cls(program=program)
        return None

    def words(self, run: "ImageRun") -> tuple[str, ...]:
        """Give the command line that runs an image, waits for it, and writes what it writes."""
        # Values are not among the words, which everyone on the machine can see; but for names that the client has too.
        variables = [
            word
            for name, value in run.variables.items()
            for word in ("--env", f"{name}={value}" if name in run.taken else name)
        ]
        mounts = [word for source, target in run.mounts for word in ("--volume", f"{source}:{target}")]
        limits = ["--memory", str(run.memory)] if run.memory else []
        limits += ["--cpus", f"{run.cpu:g}"] if run.cpu else []
        entry = ["--entrypoint", run.command[0]] if run.command else []
        options = [*variables, *mounts, *limits, *entry]
        return (
            *(self.program, "run", "--rm", "--name", run.name, "--pull", "missing", *options),
            *("--", run.image, *run.command[1:], *run.arguments),  # no image is taken for an option
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRun:
    """An image, and what is run in it; a command takes the place of the image's own entry point, as in Kubernetes."""

    name: str
    image: str
    command: tuple[str, ...]
    arguments: tuple[str, ...]
    variables: Mapping[str, str]
    taken: Container[str]
    """Names of variables that have another value for the engine's client, which runs in this machine's environment."""
    mounts: tuple[tuple[Path, str], ...]
    """Folders here and in the container."""
    memory: int = 0
    """Bytes at most; 0 is no limit."""
    cpu: float = 0.0
    """Processors at most; 0 is no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningContainer:
    """A container that must be gone at the end, however that comes: to kill an engine's client leaves it running."""

    engine: str
    name: str

    @classmethod
    def noted_in(cls, note: Path) -> Self | None:
        """Read which container a note names."""
        with suppress(OSError, ValueError):
            engine, name = note.read_text().split("\n")
            return cls(engine=engine, name=name)
        return None

    def note(self, note: Path) -> None:
        """Write it down, so that who finds the note later can remove it."""
        note.write_text(f"{self.engine}\n{self.name}")

    def remove(self) -> None:
        """Kill and remove it; that it is gone already is no error."""
        # Podman's `rm --force` alone would wait for the program to end by itself.
        for words in (["kill", self.name], ["rm", "--force", self.name]):
            with suppress(OSError, subprocess.TimeoutExpired):
                subprocess.run([self.engine, *words], capture_output=True, check=False, timeout=_PATIENCE)


def _answers(program: str) -> bool:
    try:
        # Docker's client asks its daemon for this; Podman needs none.
        done = subprocess.run([program, "version"], capture_output=True, check=False, timeout=_PATIENCE)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
