"""Turns Markdown, source code and dataframes into HTML for decks; without network, safe against what the text holds."""

import html as markup
import re
from collections.abc import Callable
from typing import Protocol

from flyweight.errors import MissingExtra

DEFAULT_ROWS = 10
DEFAULT_COLUMNS = 100


class Frame(Protocol):
    """As much of a pandas dataframe as the renderer needs."""

    def to_html(self, *, max_rows: int, max_cols: int) -> str:
        """Give a table."""
        ...


class TopFrameRenderer:
    """Shows the first rows and columns of a dataframe (pandas, or Arrow when pandas is installed).

    Args:
        max_rows: how many rows.
        max_cols: how many columns.

    """

    def __init__(self, max_rows: int = DEFAULT_ROWS, max_cols: int = DEFAULT_COLUMNS) -> None:
        self._max_rows = max_rows
        self._max_cols = max_cols

    def to_html(self, df: object) -> str:
        """Give a table.

        Raises:
            MissingExtra: neither the value itself nor pandas can draw it.

        """
        to_pandas: Callable[[], Frame] | None = getattr(df, "to_pandas", None)
        frame = to_pandas() if to_pandas is not None else df
        draw: Callable[..., str] | None = getattr(frame, "to_html", None)
        if draw is None:
            raise MissingExtra("pandas", "dataframes")
        return draw(max_rows=self._max_rows, max_cols=self._max_cols)


class MarkdownRenderer:
    """Shows Markdown: headings, lists, emphasis, code and links; any HTML in the text is shown as text."""

    def to_html(self, text: str) -> str:
        """Give HTML."""
        blocks = re.split(r"\n\s*\n", text.strip().replace("\r\n", "\n"))
        return "\n".join(_block(block) for block in _whole_fences(blocks))


class SourceCodeRenderer:
    """Shows Python source with colours.

    Args:
        title: the heading above it.

    """

    def __init__(self, title: str = "Source Code") -> None:
        self._title = title

    def to_html(self, source_code: str) -> str:
        """Give HTML that carries its own colours."""
        from pygments import highlight  # noqa: PLC0415 - a third of a second, only for decks that show source
        from pygments.formatters.html import HtmlFormatter  # noqa: PLC0415
        from pygments.lexers.python import PythonLexer  # noqa: PLC0415

        return highlight(source_code, PythonLexer(), HtmlFormatter(noclasses=True, title=self._title))


def _whole_fences(blocks: list[str]) -> list[str]:
    """Join blocks that lie inside one ``` fence."""
    joined: list[str] = []
    for block in blocks:
        if joined and joined[-1].startswith("```") and joined[-1].count("```") % 2:
            joined[-1] += "\n\n" + block
        else:
            joined.append(block)
    return joined


def _block(block: str) -> str:
    lines = block.splitlines()
    if block.startswith("```"):
        return "<pre><code>" + markup.escape("\n".join(lines[1:]).removesuffix("```")) + "</code></pre>"
    if heading := re.match(r"^(#{1,6})\s+(.*)$", lines[0]):
        rest = _block("\n".join(lines[1:])) if lines[1:] else ""
        return f"<h{len(heading[1])}>{_inline(heading[2])}</h{len(heading[1])}>{rest}"
    if all(re.match(r"^\s*[-*+]\s+", line) for line in lines):
        return _list("ul", lines, r"^\s*[-*+]\s+")
    if all(re.match(r"^\s*\d+[.)]\s+", line) for line in lines):
        return _list("ol", lines, r"^\s*\d+[.)]\s+")
    return f"<p>{_inline(' '.join(lines))}</p>"


def _list(tag: str, lines: list[str], marker: str) -> str:
    items = "".join(f"<li>{_inline(re.sub(marker, '', line))}</li>" for line in lines)
    return f"<{tag}>{items}</{tag}>"


def _inline(text: str) -> str:
    text = markup.escape(text)
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    text = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", text)
    text = re.sub(r"\*(.+?)\*", r"<em>\1</em>", text)
    return re.sub(r"\[([^\]]+)\]\((https?://[^)\s]+)\)", r'<a href="\2" rel="noopener">\1</a>', text)
