"""``flyweight up``: the platform in this process, or with ``--detach`` in one of its own that is waited for."""

import http.client
import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Final

import click

from flyweight.clock import SystemClock
from flyweight.settings import PlatformSettings, child_environment, discover, load_platform_settings

START_SECONDS: Final = 30.0
LOOK_EVERY: Final = 0.02
TAIL: Final = 3000
"""How much of the log a failed start shows."""


@click.command()
@click.option("--host", metavar="ADDRESS", help="Where to listen. [default: 127.0.0.1 and ::1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port of gRPC, REST and console. [default: 30080]")
@click.option("--data-dir", type=click.Path(path_type=Path), help="Where everything is kept. [default: ~/.flyweight]")
@click.option("--workers", type=click.IntRange(min=1), help="Tasks that run at once. [default: number of cores]")
@click.option("--insecure-bind", is_flag=True, help="Listen beyond this machine without authentication: see the docs.")
@click.option("--detach", is_flag=True, help="Start it in the background, and return when it answers.")
def up(detach: bool, **given: Any) -> int:
    """Start the platform: engine, API and console on one port.

    Ctrl-C or `flyweight down` stops it. What was running goes on at the next start.
    """
    settings = load_platform_settings({name: None if value is False else value for name, value in given.items()})
    if detach:
        return _detached(settings, given)
    from flyweight import server

    return server.run(settings)


def _detached(settings: PlatformSettings, given: dict[str, Any]) -> int:
    running = discover(settings.data_dir)
    if running is not None:
        click.echo(f"It runs already: http://{running.address}/console (process {running.pid}).")
        other_port = given["port"] is not None and not running.address.endswith(f":{given['port']}")
        unused = _flags({**given, "data_dir": None, "port": given["port"] if other_port else None})
        if unused:
            advice = "stop it first (`flyweight down`), or give --data-dir for another one beside it"
            click.echo(f"{' '.join(unused)} says nothing to one that runs: {advice}.", err=True)
        return 1 if other_port else 0
    log = settings.data_dir / "logs" / "server.log"
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.data_dir.chmod(0o700)
    began = log.stat().st_size if log.exists() else 0
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "flyweight", "up", *_flags(given)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=child_environment({}),
            start_new_session=True,
        )
    if not _wait(settings, process):
        said = log.read_bytes()[began:][-TAIL:].decode(errors="replace").strip()
        left = process.poll()
        what = (
            f"did not answer within {START_SECONDS:g} s"
            if left is None
            else f"ended with {left} and could not say why: start it without --detach to see"
        )
        click.echo(said or f"The platform {what}; its log is {log}.", err=True)
        return 1
    found = discover(settings.data_dir)
    address = found.address if found else f"{settings.host}:{settings.port}"
    click.echo(f"Flyweight runs: http://{address}/console (process {process.pid}, log {log}).")
    return 0


def _wait(settings: PlatformSettings, process: "subprocess.Popen[bytes]") -> bool:
    """Wait until the new platform answers; false when it has left, or takes too long."""
    clock, pause = SystemClock(), threading.Event()
    end = clock.monotonic() + START_SECONDS
    while clock.monotonic() < end and process.poll() is None:
        found = discover(settings.data_dir)
        if found is not None and answers(found.address):
            return True
        pause.wait(LOOK_EVERY)
    return False


def answers(address: str) -> bool:
    """Tell whether a platform answers its health check there."""
    return health(address) is not None


def health(address: str) -> dict[str, Any] | None:
    """Give what a platform tells of itself; None when none answers there."""
    connection = http.client.HTTPConnection(address, timeout=2)
    try:
        connection.request("GET", "/healthcheck")
        answer = connection.getresponse()
        return json.loads(answer.read()) if answer.status == http.HTTPStatus.OK else None
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _flags(given: dict[str, Any]) -> list[str]:
    flags: list[str] = []
    for name, value in given.items():
        flag = f"--{name.replace('_', '-')}"
        if value is True:
            flags.append(flag)
        elif value is not None and value is not False:
            flags += [flag, str(value)]
    return flags
