"""Finds the Python environment that stands for a container image on this machine, as the configuration says."""

import hashlib
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

from flyteidl.core import tasks_pb2

from flyweight.errors import NotFound
from flyweight.settings import OWN_FLAVOR

DEFAULT = "default"
"""The configuration's key for every image that no pattern fits."""
BUILT = "environments"
"""The folder in the platform's data folder of environments that were built in the place of images."""
COMPLETE = "complete"
"""The file that an environment which was built for an image has when all is in it."""
_READABLE = 60


@dataclass(frozen=True, slots=True)
class Environments:
    """Maps image names (or shell patterns of them) to the Python interpreters of environments on this machine."""

    interpreters: Mapping[str, str] = field(default_factory=dict[str, str])
    """Such as ``{"ghcr.io/me/train:*": "/envs/train/bin/python", "default": "/envs/flyte/bin/python"}``."""
    built: Path | None = None
    """The folder of environments that were built in the place of images; looked into at each use."""

    def named(self, image: str) -> str | None:
        """Find the interpreter that stands for an image: its own entry, the first pattern, else one that was built."""
        if image in self.interpreters:
            return self.interpreters[image]
        return self._by_pattern(image) or self._was_built(image)

    @property
    def default(self) -> str | None:
        """The interpreter for every image that no pattern fits, if there is one."""
        return self.interpreters.get(DEFAULT)

    def for_image(self, image: str) -> str:
        """Find the interpreter for an image: its own entry, the first pattern that fits, then ``default``.

        Raises:
            NotFound: none fits; the message has the line that the configuration needs.
        """
        interpreter = self.named(image) or self.default
        if interpreter is not None:
            return interpreter
        raise NotFound(
            f"No Python environment of this machine stands for the container image {image!r}. Add one to config.yaml "
            "in the platform's data folder and restart it:\n\n"
            f"environments:\n  {image!r}: /path/to/environment/bin/python\n\n"
            "(a pattern such as 'ghcr.io/me/*' or the name 'default' fits more images)"
        )

    def for_worker(self, task: tasks_pb2.TaskTemplate) -> str | None:
        """Find the interpreter whose workers run this task; None when it is not our own or none is configured."""
        if task.metadata.runtime.flavor != OWN_FLAVOR:
            return None
        return self.named(task.container.image) or self.interpreters.get(OWN_FLAVOR)

    def _was_built(self, image: str) -> str | None:
        if self.built is None:
            return None
        folder = built_folder(self.built, image)
        return f"{folder}/bin/python" if os.path.exists(f"{folder}/{COMPLETE}") else None  # noqa: PTH110 - for each job

    def _by_pattern(self, image: str) -> str | None:
        for pattern, interpreter in self.interpreters.items():
            if pattern not in {OWN_FLAVOR, DEFAULT} and fnmatchcase(image, pattern):
                return interpreter
        return None


@lru_cache(maxsize=256)
def built_folder(root: Path, image: str) -> Path:
    """Give the folder of the environment that was, or is to be, built for an image."""
    readable = re.sub(r"[^\w.-]+", "-", image)[-_READABLE:]
    return root / f"{readable}-{hashlib.sha256(image.encode()).hexdigest()[:12]}"


def find_program(word: str, interpreter: str, path: str) -> str:
    """Find a command's first word: in the environment's own bin folder, else where ``path`` (as in PATH) leads.

    Raises:
        NotFound: there is no such program.
    """
    folder = os.path.dirname(interpreter)  # noqa: PTH120 - a virtual environment's python is a link: do not resolve it
    if word in {"python", "python3"}:
        return interpreter
    found = shutil.which(word, path=os.pathsep.join([folder, path]))
    if found is None:
        raise NotFound(
            f"The task's command starts with {word!r}, and there is no such program in {folder} or on the PATH. "
            "Install it in that environment, or configure another environment for the task's image."
        )
    return found
