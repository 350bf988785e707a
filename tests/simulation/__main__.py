"""Runs as many seeds of the simulation as one likes, on all cores, or one seed again.

    python -m tests.simulation --seeds 20000 [--first N] [--jobs N]
    python -m tests.simulation --seed 4711          # that one alone, with every check and its traceback

Ends with 1 and the seeds that failed; each of them fails again, anywhere.
"""

import argparse
import logging
import os
import sys
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.simulate import CHECKS

BLOCK = 50
CHECKING = 0.1
"""Share of commits after which rows and memory are compared. Twenty thousand seeds make up for the rest."""
SHOWN = 10
KINDS = ("ends", "terminated", "ends", "terminated", "ends", "terminated", "ends", "recovered")
"""What is looked at, by turns; every other round has two executions side by side."""


def executions(seed: int) -> int:
    """Tell how many executions a seed has."""
    return 1 + seed // len(KINDS) % 2


def check(name: str, seed: int, **options: float) -> str:
    """Run one check of one seed; gives what was found, or nothing."""
    try:
        CHECKS[name](seed, executions=executions(seed), **options)
    except Exception as error:  # whatever it is, it is found
        return f"{name} {seed}: {type(error).__name__}: {error}"
    return ""


def block(first: int, last: int) -> list[str]:
    """Run a range of seeds, each for one of the kinds."""
    logging.disable()
    names = ((seed, KINDS[seed % len(KINDS)]) for seed in range(first, last))
    return [found for seed, name in names if (found := check(name, seed, checking=CHECKING))]


def run(first: int, count: int, jobs: int) -> list[str]:
    """Run them all; gives what was found."""
    found: list[str] = []
    starts = range(first, first + count, BLOCK)
    with ProcessPoolExecutor(jobs) as pool:
        for part in pool.map(block, starts, [min(start + BLOCK, first + count) for start in starts]):
            for line in part[:SHOWN]:
                print(line, flush=True)
            found += part
    return found


def main() -> int:
    """Read the command line and go."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, help="run this one alone")
    options = parser.parse_args()
    if options.seed is not None:
        for name in CHECKS:
            CHECKS[name](options.seed, executions=executions(options.seed))
        return 0
    found = run(options.first, options.seeds, options.jobs)
    print(f"simulation: {options.seeds - len(found)} passed, {len(found)} failed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
