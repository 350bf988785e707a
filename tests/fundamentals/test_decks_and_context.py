"""A task can ask about itself, and show HTML while it runs."""

from pathlib import Path

import flyweight as flytekit
from flyweight import task


@task(enable_deck=True)
def train(epochs: int) -> str:
    ctx = flytekit.current_context()
    for epoch in range(epochs):
        flytekit.Deck("metrics", flytekit.MarkdownRenderer().to_html(f"# Epoch {epoch}"))
        ctx.publish_decks()
    return f"{ctx.working_directory}/deck.html"


def test_the_training_loop_publishes_its_deck() -> None:
    page = Path(train(epochs=3)).read_text()
    assert "<h1>Epoch 2</h1>" in page
    assert "Epoch 1" not in page
    assert 'content="succeeded"' in page
    assert "Source Code" in page
