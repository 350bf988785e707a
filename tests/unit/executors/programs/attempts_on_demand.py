"""A worker's runner that does what the attempt's loader arguments say: the ways in which user code can go."""

import logging
import mmap
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from flyteidl.core import errors_pb2, literals_pb2

from flyweight.protocol import worker_pb2
from flyweight.runtime.assignment import Assignment

held: list[bytearray] = []
mapped: list[mmap.mmap] = []


def run(assignment: Assignment, report: Callable[[worker_pb2.FromWorker], None]) -> worker_pb2.Result:
    action, *arguments = assignment.shared.loader_args
    result = ACTIONS[action](assignment.start, report, *arguments)
    return result or worker_pb2.Result(outputs=assignment.start.inputs)


def fail(_start, _report, message):
    error = errors_pb2.ContainerError(code="USER:ValueError", message=message)
    return worker_pb2.Result(error=error.SerializeToString())


def say(_start, _report, text):
    print(text)
    logging.getLogger("user").info("logged %s", text)
    os.write(1, f"written {text}\n".encode())
    subprocess.run(["/bin/echo", f"child {text}"], check=True)


def wait(_start, _report, mark):
    """Hang until killed; say so by a file."""
    Path(mark).touch()
    signal.pause()


def tidy(_start, _report, mark):
    """Hang, and clean up when asked to stop."""
    try:
        wait(_start, _report, mark)
    finally:
        Path(mark).write_text("tidied")


def deaf(_start, _report):
    """Leave a handler of one's own behind."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def stubborn(start, report, mark):
    try:
        wait(start, report, mark)
    finally:
        while True:
            time.sleep(60)


def allocate(_start, _report, mebibytes, mark):
    held.append(bytearray(os.urandom(2**20) * int(mebibytes)))
    wait(_start, _report, mark)


def grow(_start, _report):
    held.append(bytearray(os.urandom(2**25)))


def keep(_start, _report, mebibytes):
    held.append(bytearray(int(mebibytes) << 20))


def map_file(_start, _report, path):
    """Keep a file mapped, and all of it in memory."""
    with Path(path).open("rb") as file:
        mapped.append(mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ))
    sum(mapped[-1][:: mmap.PAGESIZE])


def share(_start, _report, mebibytes):
    """Have three forked processes share what their parent holds, and keep it all for half a second."""
    common = os.urandom(2**20) * int(mebibytes)
    children = []
    for _ in range(3):
        child = os.fork()
        if not child:
            time.sleep(0.6)
            os._exit(len(common) == 0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)


def burn(_start, _report, seconds):
    """Keep a processor busy for so much of its time."""
    until = time.process_time() + float(seconds)
    while time.process_time() < until:
        pass


def child_allocates(start, report, mebibytes):
    """Have a child hold that much, and fail as its caller does when it is killed."""
    source = f"held = b'x' * ({mebibytes} << 20)"
    child = subprocess.run([sys.executable, "-c", source], check=False)
    return fail(start, report, f"the child ended with {child.returncode}") if child.returncode else None


def stray(start, _report, mark):
    """Leave a process behind, in a session of its own."""
    child = subprocess.Popen(["sleep", "1000"], start_new_session=True)
    Path(mark).write_text(str(child.pid))


def garble(_start, _report):
    for descriptor in range(3, 64):
        try:
            socket.socket(fileno=descriptor).sendall(b"\xff" * 16)
        except OSError:
            continue
    signal.pause()


def stored(start, _report, uri):
    return worker_pb2.Result(outputs_uri=uri)


def large(_start, _report):
    return worker_pb2.Result(outputs=bytes(65 * 2**20))


def publish(start, report):
    report(worker_pb2.FromWorker(deck=worker_pb2.DeckPublished(id=start.id, revision=1)))


def surroundings(start, _report, mark):
    lines = [str(Path.cwd()), str(os.getpid()), str(list(Path.cwd().iterdir())), *os.environ]
    Path("left-over").mkdir()
    Path("left-over/file").touch()
    Path("link").symlink_to("/nowhere")
    Path(mark).write_text("\n".join(lines))


def until(_start, _report, mark, sign):
    """Say so by a file, and wait until there is another one."""
    Path(mark).touch()
    while not Path(sign).exists():
        time.sleep(0.005)


def environment(start, _report):
    words = [f"{name}={os.environ[name]}" for name in ("A", "B", "C") if name in os.environ]
    os.environ.update(A="changed", C="by the task")
    return worker_pb2.Result(outputs=" ".join(words).encode())


def fork(_start, _report):
    """Go on in two processes; the parent after its child has ended."""
    child = os.fork()
    if child:
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)


def told(start, report):
    """Do what the attempt's input says: so one task can go in all these ways."""
    given = literals_pb2.LiteralMap.FromString(start.inputs).literals["x"].scalar.primitive.string_value
    action, *arguments = given.split()
    return ACTIONS[action](start, report, *arguments)


ACTIONS = {
    "keep": keep,
    "share": share,
    "map_file": map_file,
    "burn": burn,
    "child_allocates": child_allocates,
    "echo": lambda _start, _report: None,
    "fail": fail,
    "raise": lambda _start, _report: 1 / 0,
    "leave": lambda _start, _report: sys.exit(3),
    "die": lambda _start, _report, code: os._exit(int(code)),
    "kill": lambda _start, _report, number: os.kill(os.getpid(), int(number)),
    "say": say,
    "wait": wait,
    "tidy": tidy,
    "deaf": deaf,
    "stubborn": stubborn,
    "allocate": allocate,
    "grow": grow,
    "stray": stray,
    "garble": garble,
    "stored": stored,
    "large": large,
    "publish": publish,
    "surroundings": surroundings,
    "until": until,
    "environment": environment,
    "fork": fork,
    "told": told,
}
