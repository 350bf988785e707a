"""The environment variables that tell an attempt which one it is (Flyte: flyteplugins, k8s_resource_adds.go)."""

from flyweight.ids import NO_ITEM

INDEX_NAME = "BATCH_JOB_ARRAY_INDEX_VAR_NAME"
"""Names the variable that has the index of an item of a map: flytekit looks here first."""
_INDEX = "FLYTE_K8S_ARRAY_INDEX"


def attempt_variables(node: str, attempt: int, item: int = NO_ITEM, execution_url: str = "") -> dict[str, str]:
    """Give the variables of one attempt, beside those that all attempts of its task have; ``node`` is the map's own."""
    variables = {"FLYTE_ATTEMPT_NUMBER": str(attempt)}
    if item != NO_ITEM:
        variables[INDEX_NAME] = _INDEX
        variables[_INDEX] = str(item)
    if execution_url:
        variables["FLYTE_EXECUTION_URL"] = f"{execution_url}/nodeId/{node}/nodes"
    return variables
