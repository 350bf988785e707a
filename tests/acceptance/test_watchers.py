"""Many who watch one execution: those who go away disturb nobody, and none keeps the platform from stopping."""

import re
import time
from pathlib import Path

import grpc
import pytest

from flyweight.protocol import watch_pb2, watch_pb2_grpc
from tests.live import LivePlatform, live_platform, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
PROGRAMS = Path(__file__).parent / "programs"
WATCHERS = 50


def start(platform: LivePlatform, seconds: float) -> str:
    done = platform.run("run", "--remote", "grid.py", "wait", "--seconds", str(seconds), cwd=PROGRAMS)
    found = re.search(r"/executions/([a-z0-9-]+)", done.stdout)
    assert found, done.stdout
    return found[1]


class Watcher:
    """One client with a connection of its own, which watches an execution and its logs."""

    def __init__(self, platform: LivePlatform, name: str) -> None:
        self.channel = grpc.insecure_channel(platform.endpoint, options=[("grpc.use_local_subchannel_pool", 1)])
        request = watch_pb2.WatchRequest(project="flytesnacks", domain="development", name=name, logs=True)
        self.stream = watch_pb2_grpc.WatchServiceStub(self.channel).Watch(request)

    def ends_with(self) -> watch_pb2.WatchEvent:
        return list(self.stream)[-1]


def test_watchers_who_go_away_disturb_nobody_and_none_keeps_the_platform_from_stopping(tmp_path: Path) -> None:
    with live_platform(tmp_path) as platform:
        name = start(platform, 2)
        watchers = [Watcher(platform, name) for _ in range(WATCHERS)]
        for watcher in watchers:
            next(watcher.stream)
        for watcher in watchers[::2]:
            watcher.channel.close()  # in the middle of the stream
        for watcher in watchers[1::2]:
            assert watcher.ends_with().WhichOneof("event") == "execution"
            watcher.channel.close()
        assert "Traceback" not in platform.tail()

        name = start(platform, 600)
        watchers = [Watcher(platform, name) for _ in range(WATCHERS)]
        for watcher in watchers:
            until(lambda watcher=watcher: next(watcher.stream).HasField("log"), "the task's words")
        began = time.monotonic()
        platform.stop()
        assert time.monotonic() - began < 10
        for watcher in watchers:
            with pytest.raises(grpc.RpcError) as lost:
                watcher.ends_with()
            assert lost.value.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
            watcher.channel.close()
        assert "Traceback" not in platform.tail()
