"""Boots a kernel of its own, where control groups are of version 2 alone, and runs tests of limits in it.

    python -m tests.kernel [arguments for pytest]

The kernel is user-mode Linux: one process, no rights needed, this machine's files read-only; Debian has it as the
package user-mode-linux. It has one processor, and is some ten times slower at what touches memory.
"""

import ctypes
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = (
    "tests/unit/executors/test_groups.py",
    "tests/unit/executors/test_dividing.py",
    "tests/acceptance/test_limits.py",
)
MEMORY = "1500M"
NOISE = (b"SELinux", b"mmapper_init", b"ubd device", b"Memory cgroup out of memory", b"reboot:")
VERDICT = b"the tests left with "
POWER_OFF = 0x4321FEDC
SIOCSIFFLAGS, IFF_UP = 0x8914, 1


def main(arguments: Sequence[str]) -> int:
    """Boot it, show what the tests say, and leave with their code."""
    program = shutil.which("linux.uml")
    if program is None:
        print("no linux.uml here: `apt-get install user-mode-linux` (Debian, Ubuntu) brings it")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        kernel = [
            program,
            f"mem={MEMORY}",
            "root=98:0",
            "rootfstype=hostfs",
            "rootflags=/",
            "ro",
            "quiet",
            f"uml_dir={folder}",
        ]
        wanted = Path(folder) / "wanted"
        wanted.write_text("\n".join(arguments or TESTS))
        console = ["con=null", "con0=null,fd:1"]
        variables = [f"PYTHONPATH={ROOT}", "PYTHONDONTWRITEBYTECODE=1", f"WANTED={wanted}"]
        # Whatever stands behind, and the kernel adds words of its own there, is init's.
        command = [*kernel, *console, *variables, f"init={sys.executable}", "--", "-m", "tests.kernel"]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as running:
            assert running.stdout is not None
            code = 1
            for line in running.stdout:
                if line.startswith(VERDICT):
                    code = int(line.removeprefix(VERDICT))
                elif not any(noise in line for noise in NOISE):
                    sys.stdout.buffer.write(line)
                    sys.stdout.flush()
    return code


def inside() -> None:
    """Be the first process of the kernel: mount what a system has, run the tests, say how they went, and power off."""
    code = 1
    try:
        wanted = Path(os.environ["WANTED"]).read_text().splitlines()  # before a /tmp of its own hides this machine's
        for kind, point in (
            *(("proc", "/proc"), ("sysfs", "/sys"), ("tmpfs", "/tmp"), ("tmpfs", "/run")),
            *(("cgroup2", "/sys/fs/cgroup"), ("devpts", "/dev/pts"), ("tmpfs", "/dev/shm")),
        ):
            if point.startswith("/dev/"):
                Path(point).mkdir(exist_ok=True)
            subprocess.run(["mount", "-t", kind, kind, point], check=True)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP))
        surroundings = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8"}
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--color=no",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:hypothesispytest",
            "-o",
            "timeout=300",
        ]
        os.environ.update(surroundings)
        code = subprocess.run([*command, *wanted], cwd=ROOT, check=False).returncode
    except Exception:  # the first process must not end: the kernel would panic, and nobody would read why
        traceback.print_exc()
    print(VERDICT.decode() + str(code), flush=True)
    os.sync()
    ctypes.CDLL(None).reboot(POWER_OFF)


if __name__ == "__main__":
    if os.getpid() == 1:
        inside()
    else:
        sys.exit(main(sys.argv[1:]))
