"""Where an S3 store answers and who we are there, from Flyte's variables or Flyte's file; else the SDK's own ways."""

from dataclasses import dataclass

from flyweight.settings.environment import variable
from flyweight.settings.files import entry, read_yaml, text
from flyweight.settings.flyte_file import flyte_config_path


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageSettings:
    """How to reach an S3 store; empty leaves it to what the cloud's own variables and files say."""

    endpoint: str = ""
    access_key: str = ""
    secret_key: str = ""


def load_storage_settings() -> StorageSettings:
    """Gather them: ``FLYTE_AWS_*``, else ``storage.connection`` of Flyte's configuration file."""
    path = flyte_config_path()
    file = read_yaml(path) if path else {}

    def setting(name: str, dotted: str) -> str:
        return variable(name) or text(entry(file, dotted) or "")

    return StorageSettings(
        endpoint=setting("FLYTE_AWS_ENDPOINT", "storage.connection.endpoint"),
        access_key=setting("FLYTE_AWS_ACCESS_KEY_ID", "storage.connection.access-key"),
        secret_key=setting("FLYTE_AWS_SECRET_ACCESS_KEY", "storage.connection.secret-key"),
    )
