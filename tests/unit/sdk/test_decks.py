"""Decks by name, and the renderers."""

import pytest

from flyweight import Deck, MarkdownRenderer, SourceCodeRenderer, TopFrameRenderer, current_context, task
from flyweight.errors import InvalidInput, MissingExtra


def test_a_deck_of_the_same_name_takes_the_first_ones_place() -> None:
    seen: list[tuple[str, str]] = []

    @task(enable_deck=True, deck_fields=())
    def loop(n: int) -> None:
        for epoch in range(n):
            Deck("metrics", f"<p>{epoch}</p>")
        current_context().default_deck.append("<b>x</b>")
        seen.extend((deck.name, deck.html) for deck in current_context().decks)

    loop(n=3)
    assert seen == [("metrics", "<p>2</p>"), ("default", "<b>x</b>")]


def test_publishing_without_enable_deck_says_how_to_switch_it_on(caplog: pytest.LogCaptureFixture) -> None:
    @task
    def quiet(n: int) -> None:
        current_context().publish_decks()
        Deck.publish()

    quiet(n=1)
    assert "enable_deck=True" in caplog.text


def test_a_deck_takes_only_text() -> None:
    with pytest.raises(InvalidInput, match="HTML as a string"):
        Deck("x").append(3)


def test_markdown_becomes_html_and_shows_html_as_text() -> None:
    html = MarkdownRenderer().to_html("# Title\n\n- a\n- **b** `c`\n\n<script>1</script>\n\n```\nx < 1\n\ny\n```")
    assert "<h1>Title</h1>" in html
    assert "<li><strong>b</strong> <code>c</code></li>" in html
    assert "<script>" not in html
    assert "<pre><code>x &lt; 1\n\ny\n</code></pre>" in html


def test_source_code_is_coloured_without_a_stylesheet() -> None:
    assert "style=" in SourceCodeRenderer().to_html("def f(): return 1")


def test_what_is_no_dataframe_is_refused() -> None:
    with pytest.raises(MissingExtra):
        TopFrameRenderer().to_html(object())
