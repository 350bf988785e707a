"""Secrets that tasks may ask for: from the platform's own environment, under Flyte's names, or from a folder."""

from collections.abc import Mapping
from pathlib import Path

from flyweight.errors import InvalidInput
from flyweight.settings.environment import secret_variable

PREFIX = "_FSEC_"
"""How Flyte's names of variables that hold secrets begin: ``_FSEC_GROUP_KEY``."""


def secret_name(*parts: str) -> str:
    """Name the variable that holds a secret, of its group, the group's version and its key; any may be empty."""
    return PREFIX + "_".join(part.upper() for part in parts if part)


class PlatformSecrets:
    """What a platform can give to the tasks that ask for it. Values are read anew each time, and kept nowhere."""

    def __init__(self, folder: Path | None = None) -> None:
        """Take the folder that holds ``<group>/<key>``, in lower-case letters as Flyte mounts them, or as written."""
        self._folder = folder

    def get(self, *parts: str) -> str | None:
        """Give a secret, if it is here: a variable of the platform's own wins over a file.

        Raises:
            InvalidInput: its file cannot be read, or holds no text.
        """
        value = secret_variable(secret_name(*parts))
        return self._read([part for part in parts if part]) if value is None else value

    def _read(self, parts: list[str]) -> str | None:
        if self._folder is None or any(part in {".", ".."} or "/" in part or "\0" in part for part in parts):
            return None
        for names in (parts, [part.lower() for part in parts]):
            path = self._folder.joinpath(*names)
            try:
                return path.read_text(encoding="utf-8").strip()
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
                continue
            except (OSError, UnicodeDecodeError) as error:
                why = "it is no text (UTF-8)" if isinstance(error, UnicodeDecodeError) else error.strerror
                raise InvalidInput(f"the secret in {path} cannot be read: {why}") from error
        return None


def without_secrets(variables: Mapping[str, str]) -> dict[str, str]:
    """Leave out what only the tasks that ask for it are to be given."""
    return {name: value for name, value in variables.items() if not name.startswith(PREFIX)}
