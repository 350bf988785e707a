"""A script for ANOTHER Python environment, one with flytekit: imports its entry point once, then forks a child a task.

    python warm_entrypoint.py FD

FD is a stream socket of JSON lines. In: ``{"run": id, "argv": [...], "env": {...}, "cwd": path, "log": path}`` and
``{"signal": number, "id": id}``. Out: ``{"ready": true}`` or ``{"unavailable": why}`` once, then for each task
``{"pid": pid, "id": id}`` and ``{"exit": code, "id": id, "cpu": seconds, "peak": bytes}`` (a negative code: a signal).
Python 3.9 and its library suffice.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable
from typing import Any

USUAL = (
    "flytekit.tools.fast_registration",
    "flytekit.types.structured.basic_dfs",
    "mashumaro.jsonschema",
    "numpy",
    "pandas",
    "pyarrow.parquet",
    "pyarrow.compute",
)
"""What most tasks import, or flytekit for them, and what takes longest of it."""

PR_SET_PDEATHSIG = 1
READ = 65536
MAXRSS = 1 if sys.platform == "darwin" else 1024
"""Bytes in what the kernel counts a process's largest size in."""

Task = dict[str, Any]


def main(descriptor: int) -> None:
    """Serve until the platform closes the connection; in a forked child: run its task and leave."""
    end_with_parent()
    connection = socket.socket(fileno=descriptor)
    os.set_inheritable(descriptor, False)  # noqa: FBT003 - the call has no keyword
    try:
        preload()
    except Exception as error:  # whatever this environment's flytekit raises: it cannot be kept warm
        send(connection, {"unavailable": f"{type(error).__name__}: {error}"})
        return
    send(connection, {"ready": True})
    task = Server(connection).serve()
    if task is not None:
        try:
            run(task)
        except SystemExit as left:
            leave(left.code)
        leave(0)


def end_with_parent() -> None:
    """Have the kernel kill this process when the one that started it dies (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def preload() -> None:
    """Import what a task needs before its own code; what is imported is then shared by all children."""
    importlib.import_module("flytekit.bin.entrypoint")
    for name in USUAL:
        with contextlib.suppress(Exception):  # not there, or broken: a task that needs it says so
            # flytekit puts off imports until a name of the module is asked for: so one is.
            getattr(importlib.import_module(name), "__doc__")  # noqa: B009 - the import is what is wanted
    # Objects that live for ever are not looked at again, so that the pages of memory stay shared with the children.
    gc.collect()
    gc.freeze()


def send(connection: socket.socket, message: Task) -> None:
    """Send one line."""
    connection.sendall(json.dumps(message).encode() + b"\n")


class Server:
    """Forks children as told, and tells how they ended. One thread: a fork copies nothing that is half done."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.children: dict[int, int] = {}
        self.buffer = b""
        self.waker, self.woken = socket.socketpair()
        for end in (self.waker, self.woken):
            end.setblocking(False)  # noqa: FBT003 - the call has no keyword
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(self.waker.fileno(), warn_on_full_buffer=False)

    def serve(self) -> Task | None:
        """Return the task in a child, and None in the parent once the platform is gone."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.connection, selectors.EVENT_READ)
            selector.register(self.woken, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is self.woken:
                        self.woken.recv(READ)
                        self.reap()
                        continue
                    data = self.connection.recv(READ)
                    if not data:
                        self.signal_all(signal.SIGKILL)
                        return None
                    task = self.received(data)
                    if task is not None:
                        return task

    def received(self, data: bytes) -> Task | None:
        """Do what whole lines say; gives a task in its child."""
        self.buffer += data
        *lines, self.buffer = self.buffer.split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "run" not in message:
                self.signal(message["id"], message["signal"])
            elif self.fork(message["run"]):
                return message
        return None

    def fork(self, number: int) -> bool:
        """Start a child; True in it."""
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            self.children[pid] = number
            send(self.connection, {"pid": pid, "id": number})
            return False
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for end in (self.connection, self.waker, self.woken):
            end.close()
        os.setsid()
        end_with_parent()
        return True

    def reap(self) -> None:
        """Tell of every child that has ended, and end what it left behind."""
        while self.children:
            try:
                pid, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            number = self.children.pop(pid, None)
            if number is not None:
                signal_group(pid, signal.SIGKILL)
                code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
                cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss * MAXRSS
                send(self.connection, {"exit": code, "id": number, "cpu": cpu, "peak": peak})

    def signal(self, number: int, which: int) -> None:
        """Signal one child's process group; a child that has ended is no longer here, so no other process is hit."""
        for pid, owner in self.children.items():
            if owner == number:
                signal_group(pid, which)

    def signal_all(self, which: int) -> None:
        """Signal every child's process group."""
        for pid in self.children:
            signal_group(pid, which)


def signal_group(leader: int, which: int) -> None:
    """Signal a process group, if it is there (a child just forked has not made its own yet)."""
    try:
        os.killpg(leader, which)
    except ProcessLookupError:
        try:
            os.kill(leader, which)
        except ProcessLookupError:
            return


def run(task: Task) -> None:
    """Be the task's process: its descriptors, environment, folder, and then flytekit's command in this interpreter."""
    log = os.open(task["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for descriptor in (1, 2):
        os.dup2(log, descriptor)
    os.close(log)
    os.environ.clear()  # noqa: TID251 - this script makes the environment that a new process would have
    os.environ.update(task["env"])  # noqa: TID251 - as above
    os.chdir(task["cwd"])
    freshen()
    program, arguments = os.path.basename(task["argv"][0]), task["argv"][1:]  # noqa: PTH119 - a name, not a file
    try:
        if program == "pyflyte-fast-execute":
            program, arguments = fetch_code(arguments)
        sys.argv = [program, *arguments]
        commands()[program].main(args=arguments, prog_name=program)
    except SystemExit:
        raise
    except BaseException:  # the process's end: what is raised here is what the command raised
        traceback.print_exc()
        sys.exit(1)


def leave(code: int | str | None) -> None:
    """End as Python does, but for taking all modules apart: that writes to every page that is shared with the parent.

    It is how multiprocessing ends its forks, and more than half of what a small task would cost.
    """
    if isinstance(code, str):
        print(code, file=sys.stderr)  # noqa: T201 - what Python does with such a code
        code = 1
    # Waits for the threads that the user's code has left running, then calls what it has registered; both have no
    # public name.
    for module, name in ((threading, "_shutdown"), (atexit, "_run_exitfuncs")):
        getattr(module, name)()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # closed, or the disk is full
            stream.flush()
    os._exit(code or 0)


def commands() -> dict[str, Any]:
    """Give flytekit's commands by the names of their scripts."""
    entrypoint = importlib.import_module("flytekit.bin.entrypoint")

    return {
        "pyflyte-execute": entrypoint.execute_task_cmd,
        "pyflyte-map-execute": entrypoint.map_execute_task_cmd,
    }


def fetch_code(arguments: list[str]) -> tuple[str, list[str]]:
    """Do what pyflyte-fast-execute does before it starts a second interpreter, so that none is needed.

    Gives the command that is then to be run, with the two options for dynamic tasks put in.
    """
    options, words = fast_options(arguments)
    distribution = options.get("--additional-distribution")
    folder = options.get("--dest-dir") or os.getcwd()  # noqa: PTH109 - what flytekit's own script does
    if distribution is not None:
        importlib.import_module("flytekit.tools.fast_registration").download_distribution(distribution, folder)
    real = os.path.realpath(os.path.expanduser(folder))  # noqa: PTH111 - as above
    # Where PYTHONPATH would have put it: in front of what is installed. And children of the task find the code too.
    sys.path.insert(0, real)
    environment = os.environ  # noqa: TID251 - this script makes the environment that a new process would have
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [environment.get("PYTHONPATH"), real]))
    if "--resolver" in words and distribution is not None:
        place = words.index("--resolver")
        words[place:place] = ["--dynamic-addl-distro", distribution, "--dynamic-dest-dir", folder]
    return os.path.basename(words[0]), words[1:]  # noqa: PTH119 - a name, not a file


def fast_options(arguments: list[str]) -> tuple[dict[str, str], list[str]]:
    """Split ``[--option value]... [--] command...``."""
    options: dict[str, str] = {}
    position = 0
    while position < len(arguments) and arguments[position] in {"--additional-distribution", "--dest-dir"}:
        options[arguments[position]] = arguments[position + 1]
        position += 2
    if arguments[position : position + 1] == ["--"]:
        position += 1
    return options, list(arguments[position:])


def freshen() -> None:
    """Make again what a new interpreter would have made, and what forked children must not share."""
    tempfile.tempdir = None  # TMPDIR may be another now
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()  # else every task would draw the same "random" numbers
    own_names = sys.modules.get("flytekit.interfaces.random")
    if own_names is not None:
        own_names.random.seed()  # Python renews its own generator in a fork, but flytekit draws names from another
    own_folder()
    refresh: list[Callable[[], None]] = []
    context = sys.modules.get("flytekit.core.context_manager")
    if context is not None:
        refresh.append(context.FlyteContextManager.initialize)
    loggers = sys.modules.get("flytekit.loggers")
    if loggers is not None and hasattr(loggers, "initialize_global_loggers"):
        refresh.append(loggers.initialize_global_loggers)  # FLYTE_SDK_LOGGING_LEVEL may be another now
    for renew in refresh:
        renew()


def own_folder() -> None:
    """Give the task a scratch folder of flytekit's: the one made by the import would be shared by all tasks."""
    persistence = sys.modules.get("flytekit.core.data_persistence")
    shared = getattr(persistence, "default_local_file_access_provider", None)
    if shared is None:
        return
    folder = tempfile.mkdtemp(prefix="flyte-")
    own = type(shared)(
        local_sandbox_dir=os.path.join(folder, "sandbox"),  # noqa: PTH118 - what flytekit takes
        raw_output_prefix=os.path.join(folder, "raw"),  # noqa: PTH118 - as above
        data_config=shared.data_config,
    )
    for module in (persistence, sys.modules.get("flytekit.core.context_manager")):
        if getattr(module, "default_local_file_access_provider", None) is shared:
            setattr(module, "default_local_file_access_provider", own)  # noqa: B010 - a module of no known type


if __name__ == "__main__":
    main(int(sys.argv[1]))
