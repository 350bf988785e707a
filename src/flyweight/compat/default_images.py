"""``flytekit.configuration.default_images``: the image of tasks that name none."""

from flyweight.compile.settings import DEFAULT_IMAGE


class DefaultImages:
    """Knows the default image."""

    @staticmethod
    def default_image() -> str:
        """Give the image's whole name: Flyweight for this Python."""
        return DEFAULT_IMAGE
