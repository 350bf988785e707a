"""``flyweight local-cache clear``: what cached tasks gave in runs here is forgotten."""

import click


@click.group("local-cache")
def local_cache() -> None:
    """Look after what cached tasks gave in runs on this machine."""


@local_cache.command()
def clear() -> None:
    """Forget what is kept: cached tasks run again."""
    from flyweight.runtime.local_cache import LocalCache
    from flyweight.settings import load_local_cache_settings

    folder = load_local_cache_settings().folder
    count = LocalCache(folder=folder).clear()
    click.echo(f"Cleared {count} {'entry' if count == 1 else 'entries'} of {folder}.")
