import flytekit
from flytekit import Deck, task, workflow
from flytekit.deck import DeckField, MarkdownRenderer, TopFrameRenderer
from typing_extensions import Annotated


@task(enable_deck=True, deck_fields=(DeckField.SOURCE_CODE, DeckField.INPUT))
def train(epochs: int) -> int:
    deck = Deck("metrics", MarkdownRenderer().to_html("# Metrics"))
    for epoch in range(epochs):
        deck.append(f"<p>{epoch}</p>")
        Deck.publish()
    flytekit.current_context().default_deck.append("done")
    return len(flytekit.current_context().decks)


@workflow
def wf(epochs: int = 2) -> bool:
    return enough(decks=train(epochs=epochs))


@task
def enough(decks: int) -> bool:
    return decks >= 2
