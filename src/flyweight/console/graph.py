"""From a compiled workflow to where its boxes and arrows stand: a layered drawing, sub-workflows as groups inside it.

Pure geometry in pixels; the page turns it into SVG. Layers are longest paths; the order inside a layer follows the mean
place of what a node depends on, then of what depends on it, a few times over (Sugiyama's barycentre heuristic).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flyteidl.core import compiler_pb2, workflow_pb2

from flyweight.ids import END_NODE, START_NODE, NodeId, readable_name
from flyweight.semantics.nesting import NOTHING_DRAWN, Drawn, Level, level
from flyweight.semantics.steps import node_kind

BOX_WIDTH = 168
BOX_HEIGHT = 44
GAP_ACROSS = 28
GAP_DOWN = 34
GROUP_MARGIN = 16
GROUP_TITLE = 26
SWEEPS = 4
MOST_BOXES = 400
"""Past this a drawing helps nobody: the page shows the table alone."""
FOLDED = 7
"""So many nodes that run the same, after and before the same nodes, are one box."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One node of the drawing; ``x`` and ``y`` are its upper left corner within the whole drawing."""

    node: NodeId
    """The node's unique id in an execution."""
    title: str
    kind: str
    """``task``, ``workflow``, ``launch plan``, ``branch``, ``gate`` or ``array``."""
    x: float
    y: float
    width: float
    height: float
    group: bool = False
    siblings: tuple[NodeId, ...] = ()
    """All nodes that it stands for, where equal ones are folded into one box."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """From the lower edge of one box to the upper edge of another."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def path(self) -> str:
        """The curve, as SVG wants it."""
        bend = max(18.0, (self.y2 - self.y1) / 2)
        control = f"{self.x1:g},{self.y1 + bend:g} {self.x2:g},{self.y2 - bend:g}"
        return f"M{self.x1:g},{self.y1:g} C{control} {self.x2:g},{self.y2:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A laid out workflow."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    node: workflow_pb2.Node
    unique: NodeId
    width: float
    height: float
    inside: Drawing | None
    siblings: tuple[NodeId, ...] = ()


def draw(
    closure: compiler_pb2.CompiledWorkflowClosure, drawn: Mapping[NodeId, Drawn] = NOTHING_DRAWN
) -> Drawing | None:
    """Lay out a workflow with its sub-workflows, and with what its dynamic tasks drew if there is room for that too.

    None if it has more nodes than a drawing can show.
    """
    for shown in (drawn, NOTHING_DRAWN):
        outermost = level(closure, shown)
        if _count(outermost) <= MOST_BOXES:
            return _draw(outermost)
    return None


def _count(within: Level) -> int:
    count = 0
    for node, *_ in _folded(within):
        inside = within.inside(node)
        count += 1 if inside is None else _count(inside)
        if count > MOST_BOXES:
            break
    return count


def _folded(within: Level) -> list[list[workflow_pb2.Node]]:
    """Give the nodes of a workflow, those that are equal together: what a fan-out makes is one very wide row else."""
    nodes = _shown(within.template)
    followers: dict[str, list[str]] = {node.id: [] for node in nodes}
    for node in nodes:
        for need in node.upstream_node_ids:
            if need in followers:
                followers[need].append(node.id)
    alike: dict[tuple[object, ...], list[workflow_pb2.Node]] = {}
    for node in nodes:
        runs = node.task_node.SerializeToString() if within.inside(node) is None else b""
        needs = frozenset(node.upstream_node_ids), frozenset(followers[node.id])
        alike.setdefault((runs, node.metadata.name, *needs) if runs else (node.id,), []).append(node)
    return [part for each in alike.values() for part in ([each] if len(each) >= FOLDED else [[node] for node in each])]


def _draw(within: Level) -> Drawing:
    pieces: dict[str, _Piece] = {}
    for node, *others in _folded(within):
        unique = within.unique(node)
        below = within.inside(node)
        inside = _draw(below) if below is not None else None
        width = BOX_WIDTH if inside is None else max(BOX_WIDTH, inside.width + 2 * GROUP_MARGIN)
        height = BOX_HEIGHT if inside is None else inside.height + GROUP_TITLE + GROUP_MARGIN
        pieces[node.id] = _Piece(
            node=node,
            unique=unique,
            width=width,
            height=height,
            inside=inside,
            siblings=(unique, *map(within.unique, others)) if others else (),
        )
    upstream = {name: sorted(set(p.node.upstream_node_ids) & pieces.keys()) for name, p in pieces.items()}
    return _place(pieces, upstream, _order(_layers(upstream), upstream))


def _layers(upstream: Mapping[str, list[str]]) -> list[list[str]]:
    """Put each node one layer below the lowest that it depends on."""
    downstream: dict[str, list[str]] = {name: [] for name in upstream}
    waiting = {name: len(needs) for name, needs in upstream.items()}
    for name, needs in upstream.items():
        for need in needs:
            downstream[need].append(name)
    depth = dict.fromkeys(upstream, 0)
    ready = [name for name, count in waiting.items() if count == 0]
    for name in ready:
        for after in downstream[name]:
            depth[after] = max(depth[after], depth[name] + 1)
            waiting[after] -= 1
            if waiting[after] == 0:
                ready.append(after)
    layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name, layer in depth.items():
        layers[layer].append(name)
    return layers


def _order(layers: list[list[str]], upstream: Mapping[str, list[str]]) -> list[list[str]]:
    """Order each layer so that arrows cross little."""
    downstream: dict[str, list[str]] = {name: [] for name in upstream}
    for name, needs in upstream.items():
        for need in needs:
            downstream[need].append(name)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        neighbours = upstream if down else downstream
        place: dict[str, float] = {}
        for layer in layers if down else list(reversed(layers)):
            for at, name in enumerate(layer):
                known = [place[other] for other in neighbours[name] if other in place]
                place[name] = sum(known) / len(known) if known else (at + 0.5) / len(layer)
            layer.sort(key=place.__getitem__)
            place.update({name: (at + 0.5) / len(layer) for at, name in enumerate(layer)})
    return layers


def _place(pieces: Mapping[str, _Piece], upstream: Mapping[str, list[str]], layers: list[list[str]]) -> Drawing:
    widths = [sum(pieces[n].width for n in layer) + GAP_ACROSS * (len(layer) - 1) for layer in layers]
    whole = max(widths, default=0.0)
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    where: dict[str, tuple[float, float]] = {}
    y = 0.0
    for layer, width in zip(layers, widths, strict=True):
        x = (whole - width) / 2
        for name in layer:
            where[name] = (x, y)
            piece = pieces[name]
            boxes.append(_box(piece, x, y))
            if piece.inside is not None:
                left = x + (piece.width - piece.inside.width) / 2
                boxes += [_moved_box(box, left, y + GROUP_TITLE) for box in piece.inside.boxes]
                arrows += [_moved_arrow(arrow, left, y + GROUP_TITLE) for arrow in piece.inside.arrows]
            x += piece.width + GAP_ACROSS
        y += max(pieces[name].height for name in layer) + GAP_DOWN
    for name, needs in _direct(upstream, layers).items():
        for need in needs:
            (x1, y1), (x2, y2) = where[need], where[name]
            start, end = pieces[need], pieces[name]
            arrows.append(Arrow(x1=x1 + start.width / 2, y1=y1 + start.height, x2=x2 + end.width / 2, y2=y2))
    return Drawing(width=whole, height=max(0.0, y - GAP_DOWN), boxes=tuple(boxes), arrows=tuple(arrows))


def _direct(upstream: Mapping[str, list[str]], layers: list[list[str]]) -> dict[str, list[str]]:
    """Leave out each arrow that a chain of others implies: it would only run behind boxes."""
    above: dict[str, set[str]] = {}
    direct: dict[str, list[str]] = {}
    for layer in layers:
        for name in layer:
            needs = upstream[name]
            implied = set[str]().union(*(above[need] for need in needs))
            direct[name] = [need for need in needs if need not in implied]
            above[name] = implied.union(needs)
    return direct


def _box(piece: _Piece, x: float, y: float) -> Box:
    title = readable_name(piece.node.metadata.name) or piece.node.id
    return Box(
        node=piece.unique,
        title=f"{len(piece.siblings)} \N{MULTIPLICATION SIGN} {title}" if piece.siblings else title,
        kind=node_kind(piece.node),
        x=x,
        y=y,
        width=piece.width,
        height=piece.height,
        group=piece.inside is not None,
        siblings=piece.siblings,
    )


def _moved_box(box: Box, right: float, down: float) -> Box:
    return replace(box, x=box.x + right, y=box.y + down)


def _moved_arrow(arrow: Arrow, right: float, down: float) -> Arrow:
    return Arrow(x1=arrow.x1 + right, y1=arrow.y1 + down, x2=arrow.x2 + right, y2=arrow.y2 + down)


def _shown(template: workflow_pb2.WorkflowTemplate) -> list[workflow_pb2.Node]:
    return [node for node in template.nodes if node.id not in {START_NODE, END_NODE}]
