"""Kills the platform, its workers and all of them, hundreds of times, while thousands of tasks run; then nothing is lost.

    python -m tests.acceptance.chaos --kills 200 --seed 1 [--folder DIR] [--planted]

Each attempt writes a line into a ledger when it runs, so that what ran can be held against what the rows say. With
``--planted`` the platform acts before it commits, and the ledger must show it. Ends with 1 and what it found, the
folder left for a look; planted, with 1 when nothing was found.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flyteidl.core import literals_pb2

from flyweight.engine.phases import AttemptPhase, ExecutionPhase
from tests.acceptance.killing import PROGRAMS, Chaos, OwnTemporary, family, leftovers, rows
from tests.acceptance.programs.storm import RESULTS
from tests.live import until

PLANTED = (sys.executable, "-m", "tests.acceptance.planted")
VERSION = "chaos"
WORKERS = 6
AT_ONCE = {"storm": 5, "thread": 4}
"""Executions in flight. Storms keep a long queue before the workers; threads leave workers idle, so that what is decided
runs at once."""
WORDS = 3
"""Of a line in the ledger: attempt, process, time."""
SPELL = 4
"""Executions of one kind before it is the other's turn."""
PATIENCE = 180.0
"""Seconds until what is in flight must have ended once nobody kills any more."""


class Found(Exception):
    """Something that may never happen."""


@dataclass(slots=True)
class Storm:
    """Executions that are kept in flight, and the ledger of what ran."""

    platform: OwnTemporary
    ledger: Path
    named: list[str] = field(default_factory=list[str])

    def register(self) -> None:
        """Send the program there, once."""
        self.platform.run("register", "--version", VERSION, "storm.py", cwd=PROGRAMS)

    def feed(self) -> None:
        """Start executions until so many are in flight. A platform that dies in the middle is asked again later."""
        kind = "storm" if len(self.named) // SPELL % 2 else "thread"
        for _ in range(AT_ONCE[kind] - self.in_flight()):
            name = f"{kind}{len(self.named)}"
            try:
                self._create(kind, name)
            except urllib.error.HTTPError as error:
                if error.code != 409:  # it is there: the platform died after its commit
                    raise Found(f"{name} was refused: {error.read().decode()}") from error
            except (OSError, TimeoutError):
                return
            self.named.append(name)

    def in_flight(self) -> int:
        """Count the executions that have not ended, children left aside."""
        query = "select count(*) from executions where ended_at = 0 and parent_execution = 0"
        return rows(self.platform, query)[0][0]

    def _create(self, kind: str, name: str) -> None:
        plan = {
            "resourceType": "LAUNCH_PLAN",
            "project": "flytesnacks",
            "domain": "development",
            "name": f"storm.{kind}",
            "version": VERSION,
        }
        body = {
            "project": "flytesnacks",
            "domain": "development",
            "name": name,
            "spec": {"launchPlan": plan, "metadata": {"mode": "MANUAL"}},
            "inputs": {"literals": {"ledger": {"scalar": {"primitive": {"stringValue": str(self.ledger)}}}}},
        }
        request = urllib.request.Request(
            f"http://{self.platform.endpoint}/api/v1/executions",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=10).close()

    def lines(self) -> Iterator[tuple[str, float]]:
        """Read the ledger: which attempt ran, and when; without half lines, of whom was killed while it wrote."""
        for words in map(str.split, self.ledger.read_text().splitlines()):
            if len(words) == WORDS:
                yield words[0], float(words[2])

    def doubled(self) -> Iterator[str]:
        """Tell which attempts ran more than once: they were started before any row said so, and so started again."""
        started = Counter(attempt for attempt, _ in self.lines())
        yield from (f"{attempt} ran {times} times" for attempt, times in started.items() if times > 1)

    def faults(self) -> Iterator[str]:
        """Tell what is wrong, once everything has ended."""
        yield from self.doubled()
        last = dict(self.lines())
        good, ended = AttemptPhase.SUCCEEDED.value, ExecutionPhase.SUCCEEDED.value
        for name, phase, error in rows(
            self.platform, f"select name, phase, error from executions where phase != {ended}"
        ):
            yield f"execution {name} is in phase {phase}: {error}"
        query = (
            f"select execution, node from attempts where phase = {good} group by execution, node having count(*) > 1"
        )
        yield from (f"node {node} of {key} succeeded more than once" for key, node in rows(self.platform, query))
        query = (
            "select e.name, count(*) from node_executions n join executions e on e.key = n.execution"
            " where n.ended_at = 0 group by e.name"
        )
        yield from (f"{open_nodes} nodes of {name} are open" for name, open_nodes in rows(self.platform, query))
        query = (
            "select a.output_prefix, e.ended_at from attempts a join executions e on e.key = a.execution"
            f" where a.phase = {good} and a.task like '%storm.step%'"
        )
        known = rows(self.platform, query)
        yield from (f"{prefix} succeeded and never ran" for prefix, _ in known if prefix not in last)
        yield from (f"{prefix} ran after its end" for prefix, end in known if last.get(prefix, 0.0) * 1e6 > end)
        for name, outputs in rows(self.platform, "select name, outputs from executions where parent_execution = 0"):
            value = literals_pb2.LiteralMap.FromString(outputs).literals["o0"].scalar.primitive.integer
            if value != RESULTS[name.rstrip("0123456789")]:
                yield f"execution {name} gave {value}"
        missing = set(self.named) - {name for (name,) in rows(self.platform, "select name from executions")}
        yield from (f"execution {name} was accepted and is lost" for name in sorted(missing))


class Planted(OwnTemporary):
    """A platform that acts before it commits."""

    command = PLANTED


def chaos(folder: Path, *, kills: int, seed: int, planted: bool = False) -> Counter[str]:
    """Kill so many times while executions run; raises ``Found``. Gives how often each way was taken, and the tasks."""
    make = Planted if planted else OwnTemporary
    platform = make(folder / "data", flags=["--workers", str(WORKERS)])
    platform.temporary.mkdir()
    platform.start()
    storm, strikes = Storm(platform, folder / "ledger"), Chaos(platform, random.Random(seed))
    storm.ledger.touch()
    try:
        storm.register()
        began = time.monotonic()
        while strikes.done.total() < kills:
            storm.feed()
            strikes.strike()
            if planted and (doubled := list(storm.doubled())):
                raise Found("\n".join(doubled))
            if strikes.done.total() % 20 == 0:
                ran = rows(platform, "select count(*) from attempts")[0][0]
                print(f"{strikes.done.total()} kills, {ran} attempts, {time.monotonic() - began:.0f} s", flush=True)
        until(lambda: not storm.in_flight(), "all executions end", deadline=PATIENCE)
        platform.stop()
        found = list(storm.faults())
        found += [f"left behind: {path}" for path in leftovers(platform)]
        found += [f"process {pid} is left" for pid in family(platform)]
        if rows(platform, "pragma integrity_check") != [("ok",)]:
            found.append("the database is damaged")
        if found:
            raise Found("\n".join(found[:20]))
        strikes.done["executions"] = len(storm.named)
        strikes.done["attempts"] = rows(platform, "select count(*) from attempts")[0][0]
        return strikes.done
    finally:
        if platform.process is not None:
            platform.process.kill()
            platform.process.wait()


def main() -> int:
    """Read the command line and go."""
    parser = argparse.ArgumentParser(prog="python -m tests.acceptance.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--planted", action="store_true", help="let the platform act before it commits")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="chaos-"))
    folder.mkdir(exist_ok=True)
    print(f"folder {folder}, seed {options.seed}", flush=True)
    try:
        done = chaos(folder, kills=options.kills, seed=options.seed, planted=options.planted)
    except (Found, AssertionError) as found:
        print(f"found, as it should be:\n{found}" if options.planted else f"found:\n{found}")
        return 0 if options.planted else 1
    print(dict(done))
    if options.planted:
        print("the planted fault was not found")
        return 1
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
