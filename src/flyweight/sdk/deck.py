"""HTML that a task shows to people while it runs and after: named decks, and the page's default ones."""

import html as markup
from enum import Enum

from flyweight.errors import InvalidInput
from flyweight.sdk.context import running_parameters
from flyweight.sdk.kinds import require_kinds

BAR = "background:#7652a2;height:0.8em"


class DeckField(Enum):
    """Decks that Flyweight fills by itself when a task has ``enable_deck=True``."""

    INPUT = "Input"
    OUTPUT = "Output"
    TIMELINE = "Timeline"
    SOURCE_CODE = "Source Code"
    DEPENDENCIES = "Dependencies"


class Deck:
    r"""A named piece of HTML. Made in a task it joins that task's page; a second of the same name takes its place.

    Args:
        name: the tab's title.
        html: its content; more is added by ``append``.
        auto_add_to_deck: whether it joins the running task's page.

    Raises:
        InvalidInput: it has no name.

    Example:
        >>> deck = Deck("metrics", "<p>loss 0.3</p>")
        >>> deck.append("<p>loss 0.2</p>")
        >>> deck.html
        '<p>loss 0.3</p>\n<p>loss 0.2</p>'

    """

    def __init__(self, name: str, html: str | None = "", auto_add_to_deck: bool = True) -> None:  # noqa: FBT001, FBT002 - flytekit's signature
        require_kinds("Deck", {"name": name}, {"name": (str,)})
        if not name:
            raise InvalidInput("A deck needs a name: it is the title of its tab.")
        self.name = name
        self._parts: list[str] = [_text(html)] if html else []
        if auto_add_to_deck and (parameters := running_parameters()) is not None:
            parameters.add_deck(self)

    @property
    def html(self) -> str:
        """Everything that was appended, in order."""
        return "\n".join(self._parts)

    def append(self, html: str) -> "Deck":
        """Add HTML at the end.

        Raises:
            InvalidInput: not a string.

        """
        self._parts.append(_text(html))
        return self

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"Deck({self.name!r}, {len(self.html)} characters)"

    @staticmethod
    def publish() -> None:
        """Show the running task's decks as they are now; does nothing outside of a task."""
        parameters = running_parameters()
        if parameters is not None:
            parameters.publish_decks()


def _text(html: object) -> str:
    if not isinstance(html, str):
        raise InvalidInput(f"A deck takes HTML as a string, not a {type(html).__name__}. Render it first.")
    return html


class Timeline(Deck):
    """The deck that says how long each part of the attempt took."""

    def __init__(self) -> None:
        super().__init__(DeckField.TIMELINE.value, auto_add_to_deck=False)
        self._spans: list[tuple[str, float]] = []

    def add(self, what: str, seconds: float) -> None:
        """Note how long something took."""
        self._spans.append((what, seconds))

    @property
    def html(self) -> str:
        """A table with a bar for each part."""
        if not self._spans:
            return ""
        whole = sum(seconds for _, seconds in self._spans) or 1.0
        rows = "".join(
            f"<tr><td>{markup.escape(what)}</td><td style='text-align:right'>{seconds:.3f} s</td>"
            f"<td style='width:50%'><div style='{BAR};width:{100 * seconds / whole:.1f}%'></div></td></tr>"
            for what, seconds in self._spans
        )
        return f"<table style='width:100%'>{rows}</table>"
