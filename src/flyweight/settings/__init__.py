"""Settings of the platform and of clients; the only package that reads the environment and configuration files."""

from flyweight.settings.client import ClientSettings, load_client_settings
from flyweight.settings.discovery import Discovered, discover, lives, remove_discovery, write_discovery
from flyweight.settings.environment import (
    TaskEnvironment,
    apply_environment,
    child_environment,
    secret_variable,
    task_environment,
    variable,
)
from flyweight.settings.local_cache import LocalCacheSettings, load_local_cache_settings
from flyweight.settings.platform import (
    DEFAULT_PORT,
    OWN_FLAVOR,
    PlatformSettings,
    default_data_dir,
    load_platform_settings,
)
from flyweight.settings.secrets import PlatformSecrets, secret_name, without_secrets
from flyweight.settings.storage import StorageSettings, load_storage_settings

__all__ = [
    "DEFAULT_PORT",
    "OWN_FLAVOR",
    "ClientSettings",
    "Discovered",
    "LocalCacheSettings",
    "PlatformSecrets",
    "PlatformSettings",
    "StorageSettings",
    "TaskEnvironment",
    "apply_environment",
    "child_environment",
    "default_data_dir",
    "discover",
    "lives",
    "load_client_settings",
    "load_local_cache_settings",
    "load_platform_settings",
    "load_storage_settings",
    "remove_discovery",
    "secret_name",
    "secret_variable",
    "task_environment",
    "variable",
    "without_secrets",
    "write_discovery",
]
