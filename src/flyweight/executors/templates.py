"""Gives an attempt's values to Flyte's variables in a container's command."""

import re
from collections.abc import Iterable

from flyweight.containers import templates
from flyweight.engine.jobs import Job
from flyweight.ids import hashed_name


def fill(words: Iterable[str], job: Job, *, task_template_path: str = "") -> list[str]:
    """Put an attempt's values into a command's words.

    Raises:
        InvalidInput: a word names an input that the task has not, or one that cannot be printed.
    """
    return templates.fill(words, job.inputs.literals, variables(job, task_template_path))


def variables(job: Job, task_template_path: str = "") -> dict[str, str]:
    """Give Flyte's variables of an attempt, by their names in lower case."""
    attempt = job.attempt
    unique = hashed_name(f"{job.execution.name}-{attempt.place}-{attempt.attempt}")
    inputs_uri = job.lists.uri if job.lists else job.inputs_uri
    return {
        "input": inputs_uri,
        "inputprefix": inputs_uri.rpartition("/")[0],
        "outputprefix": job.output_prefix,
        "rawoutputdataprefix": job.raw_output_prefix,
        "checkpointoutputprefix": job.checkpoint_prefix,
        # A word of two quotes, not an empty one: what flytekit's entry point expects for "none".
        "prevcheckpointprefix": job.previous_checkpoint_prefix or '""',
        "perretryuniquekey": re.sub(r"\W", "_", unique),
        "tasktemplatepath": task_template_path,
        "namespace": f"{job.execution.project}-{job.execution.domain}",
    }
