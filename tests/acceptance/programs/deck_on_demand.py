"""A workflow of a task whose deck has as many rows as a file says, each time that it says another number; it ends with the file."""

import time
from pathlib import Path

from flyweight import Deck, current_context, task, workflow


@task(enable_deck=True)
def fill(wanted: str) -> int:
    shown = 0
    while Path(wanted).exists():
        rows = int(Path(wanted).read_text() or 0)
        if rows > shown:
            shown = rows
            Deck("metrics", f"<table>{''.join(f'<tr><td>row {row}</td></tr>' for row in range(1, rows + 1))}</table>")
            current_context().publish_decks()
        time.sleep(0.02)
    return shown


@workflow
def table(wanted: str) -> int:
    return fill(wanted=wanted)
