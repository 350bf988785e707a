"""Runs commands of ``pyflyte``, one after the other in one process, and tells what each printed, as JSON."""

import json
import sys

from click.testing import CliRunner
from flytekit.clis.sdk_in_container.pyflyte import main


def printed(command):
    done = CliRunner().invoke(main, command)
    if done.exit_code:
        raise SystemExit(f"{command} left with {done.exit_code}:\n{done.output}\n{done.exception!r}")
    return done.stdout


_, commands = sys.argv[1:]
print(json.dumps([printed(command) for command in json.loads(commands)]))
