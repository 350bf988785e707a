"""What must stand in the blob store before an attempt begins, and what is looked for there."""

from flyweight import blob
from flyweight.engine.jobs import Job
from flyweight.executors import deck_page
from flyweight.executors.checkpoints import with_last_checkpoint
from flyweight.executors.starts import LARGE_INPUTS


def needs_preparing(job: Job) -> bool:
    """Tell whether there is anything to do before a warm worker is given the attempt."""
    return job.template.deck or bool(job.earlier_checkpoints) or len(job.inputs_data) > LARGE_INPUTS


def prepared(job: Job) -> Job:
    """Do it, large inputs included; gives the job with the checkpoint that it goes on from. Blocks."""
    if len(job.inputs_data) > LARGE_INPUTS:
        blob.put(job.inputs_uri, job.inputs_data)
    return furnished(job)


def furnished(job: Job) -> Job:
    """Write the deck's first page; gives the job with the checkpoint that it goes on from. Blocks."""
    if job.deck_uri:
        deck_page.place(job.deck_uri)
    return with_last_checkpoint(job)
