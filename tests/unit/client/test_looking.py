"""What is asked about executions, as a platform is asked it."""

from collections.abc import Iterator

from flyweight.client import rpcs
from flyweight.client.remote import FlyteRemote
from flyweight.protocol import watch_pb2
from tests.unit.client.scripted import ScriptedServer


def test_the_log_of_an_item_is_asked_for_by_flytes_name(server: ScriptedServer, remote: FlyteRemote) -> None:
    def log(request: watch_pb2.LogsRequest) -> Iterator[watch_pb2.LogChunk]:
        return iter([watch_pb2.LogChunk(text=request.node_id.encode())])

    server.answer(rpcs.READ_LOGS, log, stream=True)
    assert list(remote.logs("e1", "n1[3]", 0)) == [b"n1-n3"]
