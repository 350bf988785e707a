"""Plugins that announce themselves: what stands under the entry point group ``flytekit.plugins`` is imported."""

from importlib.metadata import entry_points


def load_implicit_plugins() -> None:
    """Import every plugin of this environment that asks for it, with ``flytekit`` answered by us.

    Raises:
        ImportError: a plugin needs a name that Flyweight has not.

    """
    for plugin in entry_points(group="flytekit.plugins"):
        plugin.load()
