"""Completes a Start message: with what attempts have in common, and with what follows from which one it is."""

from flyweight.ids import NO_ITEM
from flyweight.protocol import worker_pb2
from flyweight.semantics.layout import CHECKPOINTS, ExecutionLayout
from flyweight.semantics.variables import attempt_variables


class SharedPart:
    """What attempts have in common."""

    def __init__(self, part: worker_pb2.Start) -> None:
        self._environment = dict(part.environment)
        part.ClearField("environment")
        self._part = part
        self._layout = ExecutionLayout(
            metadata=part.metadata, raw=part.raw, project=part.project, domain=part.domain, execution=part.execution
        )

    def environment_of(self, start: worker_pb2.Start) -> dict[str, str]:
        """Give the environment variables of an attempt."""
        own = attempt_variables(start.node_id, start.attempt, _item(start), self._part.execution_url)
        told = {**self._environment, **own}
        if start.environment:
            told.update(start.environment)
        return told

    def whole(self, start: worker_pb2.Start) -> worker_pb2.Start:
        """Give an attempt's whole message, but for its environment."""
        whole = worker_pb2.Start()
        whole.CopyFrom(self._part)
        whole.MergeFrom(start)
        if whole.metadata:
            node, attempt, item = start.node_id, start.attempt, _item(start)
            whole.output_prefix = self._layout.outputs(node, attempt, item)
            whole.raw_output_prefix = self._layout.files(node, attempt, item)
            whole.checkpoint_prefix = f"{whole.raw_output_prefix}/{CHECKPOINTS}"
        return whole


NOTHING = SharedPart(worker_pb2.Start())


def _item(start: worker_pb2.Start) -> int:
    return start.item if start.HasField("item") else NO_ITEM
