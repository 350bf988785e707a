"""What users will do wrong: each gets a clear error that says what to do next; nothing is lost, nothing hangs."""

import http.client
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import grpc
import pytest

from tests.live import FLYWEIGHT, LivePlatform, free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
PROGRAMS = Path(__file__).parent / "programs"


def fails(platform: LivePlatform, *arguments: str, cwd: Path = PROGRAMS) -> str:
    """Run our command line; it must fail with a message and without a traceback of ours."""
    done = platform.run(*arguments, cwd=cwd, check=False, timeout=60)
    printed = done.stdout + done.stderr
    assert done.returncode, printed
    assert "src/flyweight" not in printed, printed
    return printed


@pytest.mark.parametrize("where", [(), ("--remote", "--wait")], ids=["here", "there"])
class TestInARun:
    def test_a_typo_in_a_name_suggests_the_nearest(self, platform: LivePlatform, where: tuple[str, ...]) -> None:
        assert "healthy" in fails(platform, "run", *where, "faulty.py", "healty")

    def test_a_mistyped_input_names_it(self, platform: LivePlatform, where: tuple[str, ...]) -> None:
        printed = fails(platform, "run", *where, "faulty.py", "healthy", "--number", "seven")
        assert "number" in printed
        assert "seven" in printed

    def test_a_missing_input_names_it(self, platform: LivePlatform, where: tuple[str, ...]) -> None:
        assert "number" in fails(platform, "run", *where, "faulty.py", "deep")

    def test_an_exception_shows_the_users_frames(self, platform: LivePlatform, where: tuple[str, ...]) -> None:
        printed = fails(platform, "run", *where, "faulty.py", "raises")
        assert "ZeroDivisionError" in printed
        assert "division by zero" in printed
        assert "faulty.py" in printed
        assert "return 1 / value" in printed

    def test_an_output_of_another_type(self, platform: LivePlatform, where: tuple[str, ...]) -> None:
        printed = fails(platform, "run", *where, "faulty.py", "wrong_type")
        assert "int" in printed
        assert "seven" in printed

    def test_an_output_that_cannot_be_written(self, platform: LivePlatform, where: tuple[str, ...]) -> None:
        assert "lock" in fails(platform, "run", *where, "faulty.py", "unserialisable").lower()

    def test_a_module_that_does_not_import(
        self, platform: LivePlatform, where: tuple[str, ...], tmp_path: Path
    ) -> None:
        (tmp_path / "lacking.py").write_text("import nonexistent_library\n")
        printed = fails(platform, "run", *where, "lacking.py", "wf", cwd=tmp_path)
        assert "nonexistent_library" in printed
        assert "lacking.py" in printed


class TestAttempts:
    """A worker that crashes, hangs or breaks its limit fails that attempt with a clear error, and nothing else."""

    def failing(self, platform: LivePlatform, entity: str) -> str:
        return fails(platform, "run", "--remote", "--wait", "faulty.py", entity)

    def test_a_worker_killed_once_costs_its_task_an_attempt_and_the_others_nothing(
        self, platform: LivePlatform, tmp_path: Path
    ) -> None:
        name = "unlucky"
        run = ("run", "--remote", "--wait", "--name", name, "faulty.py", "unlucky", "--marker", str(tmp_path / "mark"))
        assert platform.run(*run, cwd=PROGRAMS).stdout.endswith("37\n")
        with closing(sqlite3.connect(f"file:{platform.data_dir}/flyweight.db?mode=ro", uri=True)) as database:
            query = "select node, count(*) from attempts where execution = (select key from executions where name = ?)"
            attempts = dict(database.execute(f"{query} group by node", [name]).fetchall())
        assert sorted(attempts.values()) == [1] * 9 + [2]

    def test_killed_by_the_kernel(self, platform: LivePlatform) -> None:
        assert "SIGKILL" in self.failing(platform, "killed")

    def test_a_crash_in_native_code(self, platform: LivePlatform) -> None:
        assert "SIGSEGV" in self.failing(platform, "crashes")

    def test_sys_exit(self, platform: LivePlatform) -> None:
        assert "3" in self.failing(platform, "leaves")

    def test_a_memory_limit(self, platform: LivePlatform) -> None:
        printed = self.failing(platform, "greedy")
        assert "its limit is 300.0 MiB" in printed
        assert "memory" in printed.lower()

    def test_a_timeout(self, platform: LivePlatform) -> None:
        assert "timeout" in self.failing(platform, "hangs").lower()


class TestTheServer:
    def test_a_port_that_is_taken(self, platform: LivePlatform, tmp_path: Path) -> None:
        done = platform.call(
            [*FLYWEIGHT, "up", "--port", str(platform.port), "--data-dir", str(tmp_path / "other")], check=False
        )
        assert done.returncode
        assert str(platform.port) in done.stderr
        assert "--port" in done.stderr

    def test_a_second_up_on_the_same_folder(self, platform: LivePlatform) -> None:
        done = platform.call(
            [*FLYWEIGHT, "up", "--port", str(free_port()), "--data-dir", str(platform.data_dir)], check=False
        )
        assert done.returncode
        assert str(platform.data_dir) in done.stderr
        assert platform.process is not None
        assert str(platform.process.pid) in done.stderr

    def test_a_broken_database_file(self, platform: LivePlatform, tmp_path: Path) -> None:
        folder = tmp_path / "broken"
        folder.mkdir(mode=0o700)
        (folder / "flyweight.db").write_bytes(b"this is no database" * 1000)
        done = platform.call([*FLYWEIGHT, "up", "--port", str(free_port()), "--data-dir", str(folder)], check=False)
        assert done.returncode
        assert "flyweight.db" in done.stderr
        assert "Traceback" not in done.stderr

    def test_a_moved_data_folder(self, platform: LivePlatform, tmp_path: Path) -> None:
        first = LivePlatform(tmp_path / "first")
        first.start()
        first.stop()
        (tmp_path / "first").rename(tmp_path / "second")
        done = platform.call(
            [*FLYWEIGHT, "up", "--port", str(free_port()), "--data-dir", str(tmp_path / "second")], check=False
        )
        assert done.returncode
        assert str(tmp_path / "first") in done.stderr

    def test_an_unknown_version(self, platform: LivePlatform) -> None:
        platform.run("run", "--remote", "--wait", "faulty.py", "healthy", cwd=PROGRAMS)
        printed = fails(platform, "run", "--remote", "remote-task", "faulty.healthy:nope", "--number", "1")
        assert "nope" in printed

    def test_garbage_on_the_port(self, platform: LivePlatform) -> None:
        for garbage in (
            b"\x00" * 64,
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 200,
            b"GET\r\n\r\n",
            b"\x16\x03\x01",
        ):
            with socket.create_connection(("127.0.0.1", platform.port), timeout=20) as connection:
                connection.sendall(garbage)
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(20)
                while connection.recv(4096):
                    pass
        assert platform.answers()

    def test_a_request_of_100_mb(self, platform: LivePlatform) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", platform.port, timeout=30)
        connection.putrequest("POST", "/api/v1/executions")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(100 * 2**20))
        connection.endheaders()
        answer = connection.getresponse()
        assert answer.status == 413
        assert platform.answers()

    def test_a_grpc_message_of_100_mb(self, platform: LivePlatform) -> None:
        limits = [("grpc.max_send_message_length", -1)]
        with grpc.insecure_channel(platform.endpoint, options=limits) as channel:
            call = channel.unary_unary("/flyteidl.service.AdminService/CreateExecution")
            with pytest.raises(grpc.RpcError) as refused:
                call(b"x" * 100 * 2**20, timeout=30)
        assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert "the limit is" in (refused.value.details() or "")
        assert platform.answers()

    def test_any_free_port_and_a_deep_folder(self, platform: LivePlatform, tmp_path: Path) -> None:
        folder = tmp_path / ("deep" * 30)
        here = {"FLYWEIGHT_DATA_DIR": str(folder), "FLYTE_PLATFORM_URL": ""}
        platform.call([*FLYWEIGHT, "up", "--detach", "--port", "0"], environment=here)
        try:
            done = platform.call(
                [*FLYWEIGHT, "run", "--remote", "--wait", "faulty.py", "healthy"], cwd=PROGRAMS, environment=here
            )
            assert done.stdout.endswith("1\n")
        finally:
            platform.call([*FLYWEIGHT, "down"], environment=here)

    def test_no_platform_at_all(self, platform: LivePlatform, tmp_path: Path) -> None:
        nowhere = {"FLYWEIGHT_DATA_DIR": str(tmp_path), "FLYTE_PLATFORM_URL": "", "HOME": str(tmp_path)}
        done = platform.call(
            [*FLYWEIGHT, "run", "--remote", "faulty.py", "healthy"], cwd=PROGRAMS, check=False, environment=nowhere
        )
        assert done.returncode
        assert "flyweight up" in done.stdout + done.stderr

    def test_the_data_folder_is_its_owners_alone(self, platform: LivePlatform) -> None:
        for path in (platform.data_dir, platform.data_dir / "run"):
            assert path.stat().st_mode & 0o077 == 0, path
        with closing(sqlite3.connect(f"file:{platform.data_dir}/flyweight.db?mode=ro", uri=True)) as database:
            assert database.execute("pragma journal_mode").fetchone() == ("wal",)
