"""Plugins that announce themselves: what stands under the entry point group ``flytekit.plugins`` is imported."""

from importlib.metadata import entry_points

from flyweight.compat.loggers import logger


def load_implicit_plugins() -> None:
    """Import every plugin of this environment that asks for it, with ``flytekit`` answered by us.

    One that needs a name that Flyweight has not is told in the log and left out: it may be no concern of the program
    that runs, which finds it missing where it uses it.
    """
    for plugin in entry_points(group="flytekit.plugins"):
        try:
            plugin.load()
        except (ImportError, AttributeError) as error:
            logger.warning("The plugin %s (%s) is left out: %s", plugin.name, plugin.value, error)
