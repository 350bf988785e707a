"""The drop-in: existing code that says ``flytekit`` runs on Flyweight, unmodified, with or without flytekit installed.

``flyweight run FILE`` and ``python -m flyweight.compat SCRIPT`` install it by themselves; in a notebook call
``install()`` before the first ``import flytekit``.
"""

from flyweight.sdk.drop_in import install, uninstall

__all__ = ["install", "uninstall"]
