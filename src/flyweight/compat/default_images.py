"""``flytekit.configuration.default_images``: the image of tasks that name none, and of plugins that have their own."""

import sys
from collections.abc import Mapping
from enum import Enum
from typing import ClassVar

from flyweight.compile.settings import DEFAULT_IMAGE
from flyweight.sdk.drop_in import VERSION


class PythonVersion(Enum):
    """The versions of Python that flytekit has images for."""

    PYTHON_3_8 = (3, 8)
    PYTHON_3_9 = (3, 9)
    PYTHON_3_10 = (3, 10)
    PYTHON_3_11 = (3, 11)
    PYTHON_3_12 = (3, 12)


class DefaultImages:
    """Knows the default image; a plugin derives from it to name images of its own, by the version of Python."""

    _DEFAULT_IMAGE_PREFIXES: ClassVar[Mapping[PythonVersion, str]] = {}

    @classmethod
    def default_image(cls) -> str:
        """Give the image's whole name: Flyweight for this Python, or the plugin's."""
        return cls.find_image_for()

    @classmethod
    def find_image_for(cls, python_version: PythonVersion | None = None, flytekit_version: str | None = None) -> str:
        """Give the name for a version of Python (this one's) and of flytekit (the one whose names are answered)."""
        version = tuple(python_version.value if python_version else sys.version_info[:2])
        for known, prefix in cls._DEFAULT_IMAGE_PREFIXES.items():
            if known.value == version:
                return prefix + (flytekit_version or VERSION).removeprefix("v")
        return DEFAULT_IMAGE
