"""References keep the user's signature, and say what to do when they are run here."""

import pytest

from flyweight import ReferenceEntity, reference_launch_plan, reference_task, reference_workflow
from flyweight.errors import InvalidInput

KINDS = [(reference_task, "task"), (reference_workflow, "workflow"), (reference_launch_plan, "launch plan")]


@pytest.mark.parametrize(("make", "kind"), KINDS)
def test_a_reference_keeps_its_signature_and_cannot_run_here(make, kind: str) -> None:
    @make(project="p", domain="d", name="there.it", version="v1")
    def it(xs: list[int], scale: float = 0.5) -> int: ...

    assert isinstance(it, ReferenceEntity)
    assert it.kind == kind
    assert it.interface.defaults == {"scale": 0.5}
    assert it.id.version == "v1"
    with pytest.raises(InvalidInput, match="run --remote"):
        it(xs=[1])
