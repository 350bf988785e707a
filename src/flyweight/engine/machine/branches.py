"""Chooses which case of a branch runs."""

from flyweight.engine.machine.turn import ExecutionError, user_error
from flyweight.engine.model import NodeState
from flyweight.errors import InvalidInput, PlatformError
from flyweight.semantics import conditions

USER_PROVIDED = "UserProvidedError"
MALFORMED = "MalformedBranch"
NO_BRANCH = "NoBranchTakenError"


class NoCaseError(Exception):
    """No case of the branch can run; ``error`` is what its node fails of."""

    def __init__(self, error: ExecutionError) -> None:
        self.error = error
        super().__init__(error.message)


def choose(node: NodeState) -> int:
    """Give the index of the case that runs, in the graph of the branch's cases.

    Raises:
        NoCaseError: no condition holds and there is no other case, or a condition cannot be decided.
    """
    branch = node.graph.branch
    if branch is None:
        raise PlatformError(f"node {node.id} is not a branch")
    try:
        for condition, case in branch.conditions:
            if conditions.evaluate(condition, node.inputs.literals):
                return case
    except InvalidInput as error:
        raise NoCaseError(user_error(MALFORMED, f"branch {node.graph.name}: {error.message}")) from error
    if branch.otherwise is not None:
        return branch.otherwise
    if branch.complaint:
        raise NoCaseError(user_error(USER_PROVIDED, branch.complaint))
    raise NoCaseError(user_error(NO_BRANCH, f"branch {node.graph.name}: no condition holds, and it has no else"))
