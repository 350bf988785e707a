"""Finds the checkpoint that an attempt goes on from: of the last attempt before it that wrote one."""

from flyweight import blob
from flyweight.engine.jobs import Job


def with_last_checkpoint(job: Job) -> Job:
    """Give the job with the place of what was written last; without any, Flyte's: the attempt's before it.

    An attempt that ended before it wrote anything, as with a platform that was killed, is passed over. Blocks on the
    blob store.
    """
    for prefix in job.earlier_checkpoints:
        if blob.list_objects(prefix):
            return job._replace(previous_checkpoint_prefix=prefix)
    return job
