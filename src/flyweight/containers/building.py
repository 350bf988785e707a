"""Makes a Python environment on this machine that stands for an image: the packages it names, on top of Flyweight.

The environment sees the packages of the interpreter that Flyweight's own tasks run in, behind its own; of another
version of Python, Flyweight is installed into it. It is found by the image's name once it is complete.
"""

import fcntl
import importlib.metadata
import json
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flyweight.containers.environments import COMPLETE, built_folder
from flyweight.errors import PreconditionFailed

_LAYERS = "import json, site, sys; print(json.dumps([list(sys.version_info[:2]), site.getsitepackages()]))"
_LAST_WORDS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an environment is to hold."""

    image: str
    packages: Sequence[str] = ()
    requirements: str = ""
    """Path of a file that lists packages; none if empty."""
    python_version: str = ""
    """As ``3.12``; any if empty."""
    options: Sequence[str] = ()
    """Arguments of ``pip install`` and ``uv pip install`` alike."""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])


def build_environment(root: Path, wanted: Wanted, base: str, tell: Callable[[str], None]) -> Path:
    """Make the environment of an image below ``root``, if it is not there; gives its folder.

    Blocks for as long as the downloads take; of two that build the same one, the second waits for the first.

    Args:
        root: the folder of such environments.
        wanted: what it is to hold.
        base: the interpreter of Flyweight's own tasks.
        tell: is told each step.

    Raises:
        PreconditionFailed: a package, or a version of Python, cannot be had; says what the installer said.

    """
    folder = built_folder(root, wanted.image)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / COMPLETE).exists():
            shutil.rmtree(folder, ignore_errors=True)  # what a build that was broken off has left
            _build(folder, wanted, base, tell)
            (folder / COMPLETE).write_text(f"{wanted.image}\n")
    return folder


def _build(folder: Path, wanted: Wanted, base: str, tell: Callable[[str], None]) -> None:
    version, layers = _described(base)
    other = bool(wanted.python_version) and wanted.python_version.split(".")[:2] != version
    uv = shutil.which("uv")
    if uv is not None:
        make = [uv, "venv", "--quiet", "--python", wanted.python_version if other else base, str(folder)]
        install = [uv, "pip", "install", "--quiet", "--python", str(folder / "bin/python")]
    else:
        make = [shutil.which(f"python{wanted.python_version}") or "" if other else base, "-m", "venv", str(folder)]
        install = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if not make[0]:
        raise PreconditionFailed(
            f"The image {wanted.image} wants Python {wanted.python_version}, and there is none on this machine: install"
            " it, or uv (pip install uv), which fetches it."
        )
    tell(f"making an environment for {wanted.image}")
    _run(make, wanted.image)
    packages = [*wanted.packages, *(["-r", wanted.requirements] if wanted.requirements else [])]
    if other:
        packages.append(_own_requirement())
    if packages:
        tell(f"installing {shlex.join(packages)}")
        _run([*install, *wanted.options, *packages], wanted.image)
    _lay_below([] if other else layers, folder, wanted.variables)


def _described(base: str) -> tuple[list[str], list[str]]:
    """Ask an interpreter for its version and where its packages are."""
    told = _run([base, "-c", _LAYERS], base)
    version, layers = json.loads(told)
    return [str(part) for part in version], layers


def _lay_below(layers: Sequence[str], folder: Path, variables: Mapping[str, str]) -> None:
    """Let the environment see the packages of others behind its own, and have variables of its own."""
    (packages,) = folder.glob("lib/python*/site-packages")
    lines = [f"import site; site.addsitedir({layer!r})" for layer in layers]
    lines += [f"import os; os.environ.setdefault({name!r}, {value!r})" for name, value in variables.items()]
    (packages / "zz_flyweight.pth").write_text("\n".join(lines) + "\n")


def _own_requirement() -> str:
    """Give what installs this very Flyweight: from where it was installed, else by its version."""
    own = importlib.metadata.distribution("flyweight")
    origin = own.read_text("direct_url.json")
    return f"flyweight @ {json.loads(origin)['url']}" if origin else f"flyweight=={own.version}"


def _run(words: Sequence[str], image: str) -> str:
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    except OSError as error:
        raise PreconditionFailed(f"{image}: {words[0]} cannot be started: {error.strerror}.") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-_LAST_WORDS:]
        raise PreconditionFailed(f"The environment of {image} cannot be made. `{shlex.join(words)}` said:\n{said}")
    return done.stdout
