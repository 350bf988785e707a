"""From a node to lines that say how it came to stand where it stands: its attempts, and the items that failed."""

from collections.abc import Iterator
from typing import Final

from flyteidl.core import execution_pb2

from flyweight.client.attempts import FlyteTaskExecution
from flyweight.client.executions import FlyteWorkflowExecution
from flyweight.errors import NotFound
from flyweight.ids import item_name, place_named, shown_item
from flyweight.semantics.failing import headline, in_words

MOST_ITEMS: Final = 10
"""Failed items that are shown; of the others there is the number."""


def attempts(execution: FlyteWorkflowExecution, node: str) -> Iterator[str]:
    """Write a line for each attempt of a node, or of an item of a map, with its error, and for items that failed.

    Raises:
        NotFound: there is no such node, or none yet.

    """
    named = place_named(node)
    found = execution.attempts_of(named)
    if not found:
        known = execution.node_executions.get(named)
        if known is None:
            raise NotFound(f"{execution.name} has no node {node}, or none yet: flyweight execution {execution.name}")
        yield f"{node} {known.phase.lower()}, without an attempt of its own"
        if known.closure.HasField("error"):
            yield from _indented(in_words(known.closure.error))
    told: set[str] = set()
    for each in found:
        phase = each.phase.lower().replace("_", " ")
        yield f"{node}, attempt {each.id.retry_attempt + 1}: {phase}, {each.closure.reason}"
        why = [reason.message for reason in each.closure.reasons if reason.message not in {*told, each.closure.reason}]
        told.update(why)
        yield from _indented(*why, *([in_words(each.error)] if each.error is not None else []))
        yield from _failed_items(execution, named, each)


def _failed_items(execution: FlyteWorkflowExecution, node: str, of: FlyteTaskExecution) -> Iterator[str]:
    items = of.closure.metadata.external_resources
    failed = sorted(item.index for item in items if item.phase == execution_pb2.TaskExecution.FAILED)
    for index in failed[:MOST_ITEMS]:
        [*_, last] = execution.attempts_of(item_name(node, index))
        why = f": {headline(last.error)}" if last.error is not None else ""
        yield f"  {shown_item(node, index)} failed, attempt {last.id.retry_attempt + 1}{why}"
    more = max(len(failed), round(of.closure.custom_info.fields["failed"].number_value)) - MOST_ITEMS
    if more > 0:
        yield f"  and {more:,} more"
    if failed:
        yield f"  all of an item's error: --node '{shown_item(node, failed[0])}'"


def _indented(*texts: str) -> Iterator[str]:
    for text in texts:
        yield from (f"    {line}".rstrip() for line in text.splitlines())
