"""Drawings: what depends on something stands below it, nothing overlaps, and no arrow says what others say."""

from itertools import combinations

from flyweight.console.graph import FOLDED, MOST_BOXES, Box, Drawing, draw
from flyweight.semantics.nesting import Drawn
from tests.unit.console.shapes import branch, closure, sub_workflow, task, template


def drawing(*nodes: object, subs: tuple[object, ...] = ()) -> Drawing:
    drawn = draw(closure(template("main", *nodes), *subs))
    assert drawn is not None
    return drawn


def boxes(drawn: Drawing) -> dict[str, Box]:
    return {box.node: box for box in drawn.boxes}


def apart(one: Box, other: Box) -> bool:
    return (
        one.x + one.width <= other.x
        or other.x + other.width <= one.x
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )


def test_a_map_task_is_called_by_its_function_without_the_digest():
    mapped = task("m")
    mapped.metadata.name = "map_score_16318ca80b87ebf18c3d87a1d798ce59-arraynode"
    assert boxes(drawing(mapped))["m"].title == "map_score"


def test_what_comes_after_stands_below():
    at = boxes(drawing(task("c", "b"), task("b", "a"), task("a")))
    assert at["a"].y + at["a"].height < at["b"].y
    assert at["b"].y + at["b"].height < at["c"].y


def test_boxes_never_overlap_and_stay_inside():
    drawn = drawing(*(task(f"n{i}", *(f"n{j}" for j in range(i) if i % (j + 2) == 0)) for i in range(25)))
    assert all(apart(one, other) for one, other in combinations(drawn.boxes, 2))
    assert all(0 <= box.x <= drawn.width - box.width for box in drawn.boxes)
    assert all(0 <= box.y <= drawn.height - box.height for box in drawn.boxes)


def test_an_arrow_that_others_imply_is_left_out():
    assert len(drawing(task("a"), task("b", "a"), task("c", "a", "b")).arrows) == 2


def test_a_sub_workflow_is_a_group_around_its_own():
    drawn = drawing(task("a"), sub_workflow("s", "inner", "a"), subs=(template("inner", task("x"), task("y", "x")),))
    at = boxes(drawn)
    assert set(at) == {"a", "s", "s-0-x", "s-0-y"}
    group, inside = at["s"], at["s-0-y"]
    assert group.group
    assert group.x <= inside.x
    assert inside.x + inside.width <= group.x + group.width
    assert group.y < inside.y
    assert inside.y + inside.height <= group.y + group.height


def test_too_many_nodes_are_not_drawn():
    assert draw(closure(template("wide", *(task(f"n{i}") for i in range(MOST_BOXES + 1))))) is None


def alike(name: str, *after: str) -> object:
    made = task(name, *after)
    made.metadata.name = "score"
    made.task_node.reference_id.name = "module.score"
    return made


def test_what_a_fan_out_makes_is_one_box():
    many = [alike(f"n{i}", "a") for i in range(50)]
    drawn = drawing(task("a"), *many, alike("other", "b"), task("b", "a"), task("z", *(f"n{i}" for i in range(50))))
    at = boxes(drawn)
    assert set(at) == {"a", "b", "n0", "other", "z"}
    assert (at["n0"].title, len(at["n0"].siblings), at["other"].siblings) == (
        "50 \N{MULTIPLICATION SIGN} score",
        50,
        (),
    )
    assert len(drawn.arrows) == 4
    few = drawing(task("a"), *many[: FOLDED - 1])
    assert len(few.boxes) == FOLDED


def test_a_workflow_of_nothing_is_an_empty_drawing():
    drawn = drawing()
    assert (drawn.boxes, drawn.arrows, drawn.height) == ((), (), 0)


def test_what_a_dynamic_task_drew_is_a_group_unless_it_is_too_large():
    outer = closure(template("main", task("d")))
    small = Drawn(attempt=0, closure=closure(template("drawn", task("dn0"))))
    large = Drawn(attempt=0, closure=closure(template("drawn", *(task(f"n{i}") for i in range(MOST_BOXES + 1)))))
    assert boxes(draw(outer, {"d": small})).keys() == {"d", "d-0-dn0"}
    assert boxes(draw(outer, {"d": large})).keys() == {"d"}


def test_cases_of_a_conditional_are_drawn_inside_it_beside_each_other_whatever_stands_around_it() -> None:
    main = template("main", task("n0"), branch("b", sub_workflow("n0", "inner", "n0"), task("n1", "n0")))
    drawing = draw(closure(main, template("inner", task("x"))))
    assert drawing is not None
    groups = {box.node: box for box in drawing.boxes}
    assert groups.keys() == {"n0", "b", "b-0-n0", "b-0-n0-0-x", "b-0-n1"}
    assert groups["b"].group
    assert groups["b-0-n0"].y == groups["b-0-n1"].y
