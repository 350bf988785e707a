"""A training loop whose deck fills while it trains: unmodified flytekit code.

    flyweight run --remote --wait training_loop.py training --epochs 20

Open the link that it prints: the Deck tab is there from the start and refreshes by itself.
"""

import time

import flytekit
from flytekit import task, workflow


@task(enable_deck=True)
def train(epochs: int, pause: float, fail_at: int) -> float:
    """Descend along a parabola; each epoch takes `pause` seconds; `fail_at` shows what a failure leaves behind."""
    ctx = flytekit.current_context()
    ctx.publish_decks()

    weight, rows = 5.0, ""
    for epoch in range(epochs):
        weight -= 0.2 * weight
        loss = weight**2
        rows += f"<tr><td>{epoch}</td><td>{loss:.6f}</td></tr>"
        flytekit.Deck("metrics", f"<table><tr><th>epoch</th><th>loss</th></tr>{rows}</table>")
        ctx.publish_decks()
        if epoch == fail_at:
            raise RuntimeError(f"the loss is not a number in epoch {epoch}")
        time.sleep(pause)
    return weight**2


@workflow
def training(epochs: int = 10, pause: float = 0.5, fail_at: int = -1) -> float:
    """Train, and give the last loss."""
    return train(epochs=epochs, pause=pause, fail_at=fail_at)
