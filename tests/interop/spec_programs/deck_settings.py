"""Decks with chosen fields, on tasks and dynamics."""

from flytekit import Deck, dynamic, task, workflow
from flytekit.deck import DeckField


@task(enable_deck=True, deck_fields=(DeckField.INPUT, DeckField.OUTPUT))
def some(x: int) -> int:
    Deck("own", "<b>x</b>")
    return x


@task(enable_deck=True, deck_fields=())
def none(x: int) -> int:
    return x


@dynamic(enable_deck=True)
def drawn(x: int) -> int:
    return none(x=x)


@workflow
def wf(x: int) -> int:
    return drawn(x=some(x=x))


RUNS = (("wf", {"x": 3}),)
