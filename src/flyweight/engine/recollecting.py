"""Reads what an execution that recovers another one takes over from it. What is gone or spoilt there runs again."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from flyteidl.admin import execution_pb2
from flyteidl.core import identifier_pb2, literals_pb2

from flyweight import literals
from flyweight.engine.blobs import FewAtOnce
from flyweight.engine.graph import NodeKind
from flyweight.engine.items import CHUNK, SUCCEEDED, stored_at
from flyweight.engine.machine.restore import drawn_nodes
from flyweight.engine.phases import NodePhase
from flyweight.engine.ports import Blobs, EngineStore
from flyweight.engine.recollection import Past, Recollection
from flyweight.engine.records import DYNAMIC, NO_EXECUTION, ItemsRecord, LoadedExecution, NewExecution, NodeRecord
from flyweight.errors import NotFound
from flyweight.ids import NodeId, child_execution_name, item_name, parse_item_name
from flyweight.protocol.items_pb2 import ItemChunk
from flyweight.semantics.layout import FUTURES, ExecutionLayout
from flyweight.semantics.rerun import RERUN_NODE

_SUCCEEDED = frozenset({NodePhase.SUCCEEDED, NodePhase.RECOVERED})
_RECOVERED = execution_pb2.ExecutionMetadata.RECOVERED


@dataclass(frozen=True, slots=True, kw_only=True)
class Recollecting:
    """Reads the rows of executions that are recovered."""

    store: EngineStore
    blobs: Blobs
    layout: Callable[[NewExecution], ExecutionLayout]

    async def of(self, new: NewExecution) -> Recollection | None:
        """Give what an execution takes over; None if it recovers none."""
        if new.mode != _RECOVERED or new.reference_execution == NO_EXECUTION:
            return None
        spec = execution_pb2.ExecutionSpec.FromString(new.spec)
        loaded = await self.store.whole(new.reference_execution)
        records = {record.node: record for record in loaded.nodes}
        again, item = _place(records, NodeId(spec.annotations.values.get(RERUN_NODE, "")))
        around = set(_around(records, again)) | ({again} if item is not None else set())
        drawings = drawn_nodes(loaded)
        reading = _Reading(loaded=loaded, layout=self.layout(loaded.new), blobs=FewAtOnce(self.blobs))

        async def read(record: NodeRecord) -> Past | None:
            past = await reading.past(record, whole=record.node not in around)
            if past is not None and record.node == again:
                return replace(past, items={each: given for each, given in past.items.items() if each != item})
            if past is None or past.outputs is not None or record.node not in drawings:
                return past
            return await reading.with_drawing(past, drawings[record.node])

        # In the order in which they began: what a dynamic task drew last takes the place of what it drew before.
        wanted = [record for record in loaded.nodes if record.node != again or item is not None]
        pasts = await asyncio.gather(*(read(record) for record in wanted))
        drew = {past.node for past in pasts if past is not None and past.drawing}
        asked = records.get(again)
        return Recollection(
            execution=loaded.new.name,
            same_code=new.closure_digest == loaded.new.closure_digest,
            nodes={
                (record.parent, record.spec_node): past
                for record, past in zip(wanted, pasts, strict=True)
                if past is not None
                and (record.parent not in drew or record.parent_attempt == records[record.parent].attempt)
            },
            again=(asked.parent, asked.spec_node) if asked is not None else None,
            again_item=item,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """Reads what became of one execution."""

    loaded: LoadedExecution
    layout: ExecutionLayout
    blobs: FewAtOnce

    async def past(self, record: NodeRecord, *, whole: bool) -> Past | None:
        """Tell what became of a node; of one that is to run again, or has such a node inside, not its outputs."""
        try:
            inputs = await self._body(record.inputs, record.inputs_uri)
        except NotFound:
            return None
        outputs: literals_pb2.LiteralMap | None = None
        if whole and record.phase in _SUCCEEDED:
            outputs = await self._outputs(record.outputs, record.outputs_uri)
        return Past(
            node=record.node,
            kind=NodeKind.TASK if record.kind == DYNAMIC else NodeKind(record.kind),
            task=record.task.split(":")[2] if record.task else "",
            inputs=inputs,
            outputs=outputs,
            deck_uri=await self._there(record.deck_uri) if outputs is not None else "",
            checkpoint=self.layout.checkpoint(record.node, record.attempt) if outputs is None else "",
            child=_child_of(self.loaded.new, record) if whole else "",
            items=await self._items(record) if outputs is None else {},
            item_checkpoints=dict(self._item_checkpoints(record)) if outputs is None else {},
        )

    async def with_drawing(self, past: Past, prefix: str) -> Past:
        """Take over what a dynamic task drew, unless that is gone."""
        if await self.blobs.gone([f"{prefix}/{FUTURES}"]):
            return past
        return replace(past, drawing=prefix)

    async def _items(self, record: NodeRecord) -> Mapping[int, literals_pb2.LiteralMap]:
        found: dict[int, literals_pb2.LiteralMap] = {}
        for row in self.loaded.items if record.kind == NodeKind.ARRAY.value else ():
            if row.node == record.node:
                chunk = ItemChunk.FromString(row.body)
                ended_well = [at for at, state in enumerate(chunk.states) if state == SUCCEEDED]
                given = await asyncio.gather(*(self._of_item(row, chunk, at) for at in ended_well))
                pairs = zip(ended_well, given, strict=True)
                found |= {row.chunk * CHUNK + at: outputs for at, outputs in pairs if outputs is not None}
        return found

    def _item_checkpoints(self, record: NodeRecord) -> Iterable[tuple[int, str]]:
        for row in self.loaded.items if record.kind == NodeKind.ARRAY.value else ():
            if row.node == record.node:
                chunk = ItemChunk.FromString(row.body)
                for at, (state, attempts) in enumerate(zip(chunk.states, chunk.attempts, strict=True)):
                    item = row.chunk * CHUNK + at
                    if attempts and state != SUCCEEDED:
                        yield item, self.layout.checkpoint(item_name(record.node, item), attempts - 1)

    async def _of_item(self, row: ItemsRecord, chunk: ItemChunk, at: int) -> literals_pb2.LiteralMap | None:
        place = stored_at(self.layout, row.node, row.chunk * CHUNK + at, chunk) if chunk.stored[at] else ""
        return await self._outputs(chunk.outputs[at], place)

    async def _outputs(self, data: bytes, uri: str) -> literals_pb2.LiteralMap | None:
        """Give outputs, if they and all files that they are made of are still there."""
        try:
            outputs = literals.map_from_bytes(await self._body(data, uri))
        except NotFound:
            return None
        files = sorted(literals.uris(outputs))
        return None if files and await self.blobs.gone(files) else outputs

    async def _body(self, data: bytes, uri: str) -> bytes:
        return await self.blobs.read(uri) if uri else data

    async def _there(self, uri: str) -> str:
        return uri if uri and not await self.blobs.gone([uri]) else ""


def _place(records: Mapping[NodeId, NodeRecord], named: NodeId) -> tuple[NodeId, int | None]:
    """Tell the node that is to run again, and which item of it if that is all; the node is empty if there is none."""
    item = parse_item_name(named)
    return item if item is not None and named not in records else (named, None)


def _around(records: Mapping[NodeId, NodeRecord], node: NodeId) -> Iterable[NodeId]:
    """Give the nodes that a node runs inside."""
    record = records.get(node)
    while record is not None and record.parent:
        yield record.parent
        record = records.get(record.parent)


def _child_of(new: NewExecution, record: NodeRecord) -> str:
    if record.kind != NodeKind.LAUNCH_PLAN.value:
        return ""
    parent = identifier_pb2.WorkflowExecutionIdentifier(project=new.project, domain=new.domain, name=new.name)
    return child_execution_name(parent, record.node)
