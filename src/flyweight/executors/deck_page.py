"""The page that stands where a deck will be, from before the task starts until it publishes its first one."""

import logging

from flyweight import blob
from flyweight.errors import FlyweightError

CONTENT_TYPE = "text/html"

PAGE = b"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="flyweight-deck" content="placeholder">
<title>No deck yet</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; color: #555; margin: 0 }
  body { display: grid; place-items: center; min-height: 90vh }
  div { text-align: center; max-width: 30em }
  h1 { font-size: 1.1em; color: #222; margin: 0 0 .3em }
  @media (prefers-color-scheme: dark) { body { background: #16181d; color: #aaa } h1 { color: #eee } }
</style>
<div>
  <h1>Deck not published yet</h1>
  The task makes a deck and has not published it so far. It appears here as soon as it does.
</div>
</html>
"""

_log = logging.getLogger(__name__)


def place(uri: str) -> None:
    """Write the page, before the attempt starts: so it never replaces a deck. A store that fails costs a log line."""
    try:
        blob.put(uri, PAGE, CONTENT_TYPE)
    except (FlyweightError, OSError) as error:
        _log.warning("the placeholder deck %s could not be written: %s", uri, error)


def published(uri: str) -> bool:
    """Tell whether something else than the placeholder stands there."""
    try:
        return blob.get(uri) != PAGE
    except (FlyweightError, OSError):
        return False
