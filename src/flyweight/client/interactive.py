"""What interactive mode checks before anything runs: which Python, and which version of the code."""

import re
import sys
from pathlib import Path
from typing import Any, Final

from flyteidl.admin import version_pb2

from flyweight.client import rpcs
from flyweight.client.code import kernel_code_of
from flyweight.client.session import Session
from flyweight.compile.code_digest import CodeDigest
from flyweight.compile.pickle_format import python_version
from flyweight.compile.settings import SerializationSettings
from flyweight.compile.versions import derive_version, environment_digest
from flyweight.errors import InvalidInput, PreconditionFailed
from flyweight.sdk.entity import Entity

AnyEntity = Entity[Any, Any]

VERSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")
"""What may stand in identifiers and addresses everywhere in Flyte."""
_PYTHON: Final = re.compile(r"python[ -]?(\d+\.\d+)", re.IGNORECASE)
"""Our platforms tell the Python of their workers in the build of their version; others do not tell."""


class Guards:
    """The checks of one client; what the platform says of itself is asked once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._python_is_right = False

    def check_python(self) -> None:
        """Compare this Python's major and minor version with the platform's, once.

        Raises:
            PreconditionFailed: they differ: functions cannot travel between versions.

        """
        if self._python_is_right:
            return
        answer = self._session.connection.call(rpcs.GET_VERSION, version_pb2.GetVersionRequest())
        told = _PYTHON.search(answer.control_plane_version.Build)
        if told is not None and told[1] != python_version():
            raise PreconditionFailed(
                f"This kernel runs Python {python_version()}, the platform's workers run Python {told[1]}. Functions "
                f"cannot travel between them: start the kernel with Python {told[1]}, or the platform with "
                f"{python_version()}."
            )
        self._python_is_right = True

    def version(self, user_version: str | None, entity: AnyEntity | None) -> str:
        """Check a user's version, or derive one from environment and code.

        Raises:
            InvalidInput: the user's version cannot be one.

        """
        if user_version is not None:
            if VERSION.fullmatch(user_version) is None:
                raise InvalidInput(
                    f"{user_version!r} cannot be a version: up to 100 letters, digits and . _ + - are, and the first "
                    "is a letter or digit."
                )
            return user_version
        settings = SerializationSettings(
            project=self._session.default_project, domain=self._session.default_domain, interactive=True
        )
        if entity is not None:
            return kernel_code_of(entity, None).version(settings)
        return derive_version(_notebook_digest(), settings, environment_digest())


def in_notebook() -> bool:
    """Tell whether this process is a notebook's kernel or an IPython shell."""
    shell = sys.modules.get("IPython")
    return shell is not None and shell.get_ipython() is not None


def _notebook_digest() -> str:
    """Digest every entity that the notebook defines."""
    defined = {name: value for name, value in vars(sys.modules["__main__"]).items() if isinstance(value, Entity)}
    codes = {name: kernel_code_of(value, None).digest for name, value in sorted(defined.items())}
    return CodeDigest(Path.cwd()).of(codes)
