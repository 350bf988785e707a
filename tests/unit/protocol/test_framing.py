import socket
import struct
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flyweight.errors import PlatformError, TooLarge
from flyweight.protocol import worker_pb2
from flyweight.protocol.framing import (
    MAX_FRAME,
    FrameDecoder,
    FrameSocket,
    encode,
    take_all_permits,
    take_permit,
    write_permits,
)


@given(st.lists(st.binary(max_size=9), max_size=4), st.sets(st.integers(1, 60)))
def test_frames_come_out_whole_however_the_stream_is_cut(bodies: list[bytes], cuts: set[int]) -> None:
    messages = [worker_pb2.Result(outputs=body) for body in bodies]
    stream = b"".join(encode(message) for message in messages)
    decoder = FrameDecoder()
    frames: list[bytes] = []
    for start, end in pairwise([0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]):
        frames += decoder.feed(stream[start:end])
    assert [worker_pb2.Result.FromString(frame) for frame in frames] == messages


def test_a_length_past_the_limit_is_refused_before_anything_is_read() -> None:
    with pytest.raises(TooLarge, match="something else than Flyweight's worker protocol"):
        FrameDecoder().feed(b"HTTP/1.1 400 Bad Request")
    left, right = socket.socketpair()
    with left, right:
        left.sendall(struct.pack(">I", MAX_FRAME + 1))
        with pytest.raises(TooLarge):
            FrameSocket(right).receive()


def test_a_message_past_the_limit_is_not_sent() -> None:
    with pytest.raises(TooLarge, match="does not fit a frame"):
        encode(worker_pb2.Result(outputs=bytes(MAX_FRAME)))


def test_a_socket_gives_messages_and_then_none_at_the_end() -> None:
    left, right = socket.socketpair()
    with right:
        with left:
            sender = FrameSocket(left)
            sender.send(worker_pb2.DeckPublished(id=7))
            sender.send(worker_pb2.ToWorker())
        receiver = FrameSocket(right)
        assert worker_pb2.DeckPublished.FromString(receiver.receive() or b"") == worker_pb2.DeckPublished(id=7)
        assert receiver.receive() == b""
        assert receiver.receive() is None


@pytest.mark.parametrize("cut", [2, 4, 6])
def test_an_end_in_the_middle_of_a_message_is_told(cut: int) -> None:
    left, right = socket.socketpair()
    with right:
        with left:
            left.sendall(encode(worker_pb2.Result(outputs=b"abcdef"))[:cut])
        with pytest.raises(PlatformError, match="in the middle of a message"):
            FrameSocket(right).receive()


def test_a_permit_is_taken_once_by_the_worker_or_by_who_gave_it() -> None:
    giving, taking = socket.socketpair()
    with taking:
        with giving:
            giving.send(write_permits([3, 4]))
            giving.send(write_permits([5]))
            assert take_permit(taking) == 3
            assert take_all_permits(taking) == [4, 5]
            assert take_all_permits(taking) == []
            giving.send(write_permits([2**40]))
            assert take_permit(taking) == 2**40
        assert take_permit(taking) == 0
        assert take_all_permits(taking) == []
