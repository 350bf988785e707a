"""Where an attempt goes on from: what was written last, by whichever attempt."""

from flyweight import blob
from flyweight.executors.checkpoints import with_last_checkpoint

from .jobs import job, template

BEFORE = tuple(f"memory://checkpoints/{number}" for number in (2, 1, 0))


def test_an_attempt_that_wrote_none_is_passed_over() -> None:
    given = job(template())._replace(previous_checkpoint_prefix=BEFORE[0], earlier_checkpoints=BEFORE)
    assert with_last_checkpoint(given).previous_checkpoint_prefix == BEFORE[0]
    blob.put(f"{BEFORE[2]}/any/name", b"first")
    assert with_last_checkpoint(given).previous_checkpoint_prefix == BEFORE[2]
    blob.put(f"{BEFORE[1]}/checkpoint", b"second")
    assert with_last_checkpoint(given).previous_checkpoint_prefix == BEFORE[1]
