"""Makes a Python environment on this machine that stands for an image: the packages it names, on top of Flyweight.

The environment sees the packages of the interpreter that Flyweight's own tasks run in, behind its own; of another
version of Python, Flyweight is installed into it. It is found by the image's name once it is complete.
"""

import fcntl
import hashlib
import importlib.metadata
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
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
    requirements: Sequence[str] = ()
    """Paths of files that list packages."""
    python_version: str = ""
    """As ``3.12``; any if empty."""
    options: Sequence[str] = ()
    """Arguments of ``pip install`` and ``uv pip install`` alike."""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])


def build_environment(root: Path, wanted: Wanted, base: str, tell: Callable[[str], None]) -> Path:
    """Make the environment of an image below ``root``, if it is not there; gives its folder.

    One that is there, and was made of other parts (of the same name, by a fixed tag or ``runtime_packages``), gets what
    it lacks; nothing is taken out of it. Blocks for as long as the downloads take; of two that build the same one, the
    second waits for the first.

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
        complete, parts = folder / COMPLETE, f"{wanted.image}\n{_digest(wanted)}\n"
        if not complete.exists():
            shutil.rmtree(folder, ignore_errors=True)  # what a build that was broken off has left
            _make(folder, wanted, base, tell)
        elif complete.read_text() == parts:
            return folder
        _fill(folder, wanted, base, tell)
        complete.write_text(parts)
    return folder


def _digest(wanted: Wanted) -> str:
    """Tell what is wanted from anything else; a digest, since there may be passwords in it."""
    listed = [Path(path).read_bytes() for path in wanted.requirements]
    return hashlib.sha256(repr((asdict(wanted), listed)).encode()).hexdigest()


def _make(folder: Path, wanted: Wanted, base: str, tell: Callable[[str], None]) -> None:
    """Make an environment with nothing in it."""
    other = _is_other(wanted, base)
    uv = shutil.which("uv")
    if uv is not None:
        words = [uv, "venv", "--quiet", "--python", wanted.python_version if other else base, str(folder)]
    else:
        words = [shutil.which(f"python{wanted.python_version}") or "" if other else base, "-m", "venv", str(folder)]
    if not words[0]:
        raise PreconditionFailed(
            f"The image {wanted.image} wants Python {wanted.python_version}, and there is none on this machine: install"
            " it, or uv (pip install uv), which fetches it."
        )
    tell(f"making an environment for {wanted.image}")
    _run(words, wanted.image)


def _fill(folder: Path, wanted: Wanted, base: str, tell: Callable[[str], None]) -> None:
    """Install what an environment is to hold."""
    other = _is_other(wanted, base)
    python = str(folder / "bin/python")
    uv = shutil.which("uv")
    if uv is not None:
        install = [uv, "pip", "install", "--quiet", "--python", python]
    else:
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    packages = [*wanted.packages, *(word for path in wanted.requirements for word in ("-r", path))]
    if other:
        packages.append(_own_requirement())
    if packages:
        tell(f"installing {_shown(packages)}")
        _run([*install, *wanted.options, *packages], wanted.image)
    _lay_below([] if other else _described(base)[1], folder, wanted.variables)


def _is_other(wanted: Wanted, base: str) -> bool:
    """Tell whether another version of Python is wanted than that of our own tasks."""
    return bool(wanted.python_version) and wanted.python_version.split(".")[:2] != _described(base)[0]


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
        raise PreconditionFailed(f"The environment of {image} cannot be made. `{_shown(words)}` said:\n{said}")
    return done.stdout


def _shown(words: Sequence[str]) -> str:
    """Write a command for people, without the passwords and tokens that its URLs hold."""
    return re.sub(r"://[^/@\s]+@", "://***@", shlex.join(words))
