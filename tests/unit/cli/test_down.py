"""``flyweight down`` waits until the platform has ended."""

import json
import subprocess
from pathlib import Path

from click.testing import CliRunner

from flyweight.cli.down import down


def test_a_platform_that_nobody_takes_away_when_it_is_dead_has_stopped(tmp_path: Path) -> None:
    """As in a container whose first process looks after no others."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as platform:
        told = {"address": "127.0.0.1:1", "pid": platform.pid, "born": "", "started": 7, "version": "1"}
        (tmp_path / "platform.json").write_text(json.dumps(told))
        said = CliRunner().invoke(down, ["--data-dir", str(tmp_path)]).output
    assert said == "Stopped.\n"
