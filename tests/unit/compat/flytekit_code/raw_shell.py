"""A shell script that is chosen when the workflow runs, with variables and arguments."""

import os
import tempfile
from typing import Dict

from flytekit import task, workflow
from flytekit.extras.tasks.shell import get_raw_shell_task
from flytekit.types.directory import FlyteDirectory

run = get_raw_shell_task("raw_shell.run")


@task
def script() -> str:
    handle, path = tempfile.mkstemp(suffix=".sh")
    with os.fdopen(handle, "w") as file:
        file.write('echo "$GREETING $1 $2" > told.txt\n')
    return path


@task
def read(folder: FlyteDirectory) -> str:
    with open(os.path.join(folder, "told.txt")) as file:
        return file.read().strip()


@workflow
def wf(env: Dict[str, str] = {"GREETING": "good day", "OTHER": "1"}) -> str:
    return read(folder=run(env=env, script_args="a b", script_file=script()))
