"""Counts what a node's attempts have taken of its budgets so far."""

from flyweight.engine.model import NodeState
from flyweight.engine.phases import AttemptPhase
from flyweight.semantics import budgets

_FAILURES = frozenset({AttemptPhase.FAILED, AttemptPhase.RETRYABLE_FAILED})
_NONE = budgets.Failures()


def failures(node: NodeState) -> budgets.Failures:
    """Count the attempts that failed, by who pays.

    A dynamic task's success that another attempt followed, or is to follow, was a drawing that failed. The user's
    budget pays for it, whoever is to blame: the nodes that were drawn had retries of theirs for the platform's faults.
    """
    ended = [attempt for attempt in node.attempts if not attempt.open]
    if not ended:
        return _NONE
    failed = [attempt.error for attempt in ended if attempt.phase in _FAILURES and attempt.error is not None]
    payers = [budgets.payer(error) for error in failed]
    drawn = sum(attempt.phase is AttemptPhase.SUCCEEDED for attempt in ended)
    return budgets.Failures(user=payers.count(budgets.Payer.USER) + drawn, system=payers.count(budgets.Payer.SYSTEM))
