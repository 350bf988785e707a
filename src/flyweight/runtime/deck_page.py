"""Turns decks into one self-contained HTML page: a tab each, and a line that says what the task is doing."""

import html as markup
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from flyweight.clock import Micros, to_datetime
from flyweight.sdk.deck import DeckField


class DeckState(Enum):
    """What the page says about its task."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeckSnapshot:
    """The decks as they were at one moment, by name."""

    state: DeckState
    decks: Sequence[tuple[str, str]]
    task: str
    attempt: int


STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:0;color:#222;background:#fff}
header{display:flex;gap:1em;align-items:baseline;padding:.6em 1em;border-bottom:1px solid #ddd;flex-wrap:wrap}
header b{font-size:1.05em} .state{padding:0 .6em;border-radius:1em;color:#fff;font-size:.85em}
.running{background:#2f6fdf}.succeeded{background:#1d8348}.failed{background:#b03a2e}.stopped{background:#7f6a00}
small{color:#666} nav{padding:.4em 1em 0;border-bottom:1px solid #ddd}
nav label{display:inline-block;padding:.3em .9em;cursor:pointer;border-radius:.4em .4em 0 0}
input{position:absolute;opacity:0} section{display:none;padding:1em;overflow:auto}
table{border-collapse:collapse} td,th{padding:.2em .6em;border:1px solid #ddd;text-align:left} pre{overflow:auto}
@media(prefers-color-scheme:dark){body{background:#181a1b;color:#ddd}header,nav,td,th{border-color:#444}small{color:#aaa}}
"""


def render_page(snapshot: DeckSnapshot, revision: int, at: Micros) -> bytes:
    """Give the page. Deck names are shown as text; their HTML is the user's own and is shown as it is.

    The user's decks come before those that every task has: the first tab is the one that is open.

    Tabs work without scripts: radio buttons choose what is shown. The page's ``meta`` tags carry state and revision
    for whoever shows it.
    """
    state = snapshot.state.value
    title = markup.escape(snapshot.task)
    tabs, labels, sections, rules = [], [], [], []
    shipped = {field.value for field in DeckField}
    users_first = sorted(snapshot.decks, key=lambda deck: deck[0] in shipped)
    for index, (name, content) in enumerate(users_first):
        checked = " checked" if index == 0 else ""
        tabs.append(f'<input type="radio" name="tab" id="t{index}"{checked}>')
        labels.append(f'<label for="t{index}">{markup.escape(name)}</label>')
        sections.append(f'<section id="s{index}" data-deck="{markup.escape(name)}">{content}</section>')
        rules.append(f"#t{index}:checked~#s{index}{{display:block}}")
        rules.append(f"#t{index}:checked~nav label[for=t{index}]{{background:#7652a2;color:#fff}}")
    body = "".join(tabs) + f"<nav>{''.join(labels)}</nav>" + "".join(sections)
    if not snapshot.decks:
        body = "<section style='display:block'>The task has shown nothing yet.</section>"
    when = to_datetime(at).strftime("%Y-%m-%d %H:%M:%S UTC")
    page = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="flyweight-deck-state" content="{state}"><meta name="flyweight-deck-revision" content="{revision}">
<style>{STYLE}{"".join(rules)}</style></head>
<body><header><b>{title}</b><span class="state {state}">{state}</span>
<small>attempt {snapshot.attempt + 1} · published {when}</small></header>
{body}
</body></html>
"""
    return page.encode()
