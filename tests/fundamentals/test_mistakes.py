"""The commonest mistakes, and what one is told: the value, what was expected, where, and what to do."""

import threading
from dataclasses import dataclass

import pytest

from flyweight import FlyteFile, Resources, conditional, map_task, task, workflow


@dataclass
class Settings:
    rate: float
    layers: list[int]


@task
def names() -> list[str]:
    return ["Ada", "Grace"]


@task
def add(a: int, b: int = 1) -> int:
    return a + b


@task
def pair(x: int) -> tuple[int, str]:
    return x, str(x)


@task
def silent(x: int): ...


@task
def train(settings: Settings) -> float:
    return settings.rate


@task
def read(file: FlyteFile) -> str:
    return str(file)


def told(call) -> str:
    """What somebody who calls this is told."""
    with pytest.raises(Exception) as caught:
        call()
    return str(caught.value)


def test_a_value_of_the_wrong_type():
    assert told(lambda: add(a="1")).endswith("add, inputs: a: expected int, got '1' (str); convert it with int(...)")
    assert told(lambda: add(a=None)).endswith(
        "a: expected int, got None; if None is meant, annotate it as `int | None`"
    )


def test_a_wrong_value_deep_inside_names_the_way_to_it():
    message = told(lambda: train(settings=Settings(rate=0.1, layers=[1, "two"])))
    assert "settings.layers[1]: expected int, got 'two' (str)" in message
    assert "settings.layers: Settings needs a value for this field" in told(lambda: train(settings={"rate": 0.5}))


def test_an_input_that_is_missing_unknown_or_too_many():
    assert "add needs input `a` (int): no value was given and there is no default." in told(add)
    assert "add: no input is named 'aa'; did you mean 'a'? (there are: a, b)." in told(lambda: add(aa=1))
    assert "add takes 2 inputs, 3 were given." in told(lambda: add(1, 2, 3))


def test_a_file_that_is_not_there():
    assert "file: expected a file, got '/no/such.csv' (str), which does not exist" in told(
        lambda: read(file="/no/such.csv")
    )


def drawn(body, returns: type = int):
    """What somebody is told whose workflow has this body."""

    def wf(x: int = 1):
        return body(x)

    wf.__annotations__["return"] = returns
    return told(workflow(wf))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (lambda x: 1 if x else 2, "the input `x`: a value cannot be tested with `if`, `and`, `or` or `not` inside"),
        (lambda x: 1 if add(a=x) > 1 else 2, "Let conditional(...).if_(...) decide, with `&` and `|`"),
        (lambda x: next(add(a=1) for _ in names()), "names (n0.o0): a value cannot be looped over or unpacked inside"),
        (lambda x: add(a=x) + 1, "add (n0.o0): a value has no arithmetic inside a workflow"),
        (lambda x: sum([x, 3]), "the input `x`: a value has no arithmetic inside a workflow"),
        (lambda x: [add(a=i) for i in range(x)], "the input `x`: a value is no number that Python could use inside"),
        (lambda x: len(names()), "len() cannot be taken inside a workflow"),
        (
            lambda x: names()[0].upper(),
            "n0.o0[0]: str has no part 'upper' to reach into, and its methods cannot be called",
        ),
        (lambda x: x.real, "input.x: int has no part 'real' to reach into"),
    ],
)
def test_a_value_is_used_in_a_workflow_before_it_is_there(body, says: str):
    message = drawn(body)
    assert says in message
    assert message.endswith(("Do it in a task, which gets the value.", "or decide in a task, which gets the value."))


def test_printing_a_value_of_a_workflow_says_what_it_is(capsys: pytest.CaptureFixture[str]):
    @workflow
    def wf(x: int) -> int:
        print(x, f"and {add(a=x)}")
        return x

    assert wf(x=1) == 1
    assert capsys.readouterr().out == (
        "<input.x: a value of type int once the workflow runs> and <n0.o0: a value of type int once the workflow runs>\n"
    )


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (lambda x: add(a=names()), "add, input `a`: expected int, got n0.o0 of type list[str]; change one of the two"),
        (lambda x: add(a="5"), "add, input `a`: expected int, got '5' (str); convert it with int(...)"),
        (lambda x: add(a=pair(x=x)), "pair does not give one value; choose one of its outputs: o0, o1."),
        (
            lambda x: add(a=silent(x=x)),
            "silent does not give one value; it has no output. If it returns something, annotate",
        ),
        (lambda x: None, "declares an output and returns nothing. Add a return statement."),
        (lambda x: (x, x), "declares 1 output (o0) and returns 2. Annotate it with the type of each, as in `-> tuple["),
        (lambda x: names(), "output `o0`: expected int, got n0.o0 of type list[str]"),
        (lambda x: names(), f"\n  at {__file__}:"),
        (lambda x: conditional("size").if_(x > 1).then(add(a=x)), "the conditional `size` has no end."),
        (lambda x: conditional("size").if_(x > 1 and x < 3), "with `&` and `|` in place of `and` and `or`"),
        (lambda x: conditional("size").if_(True), "True is no condition on a value of the workflow. Compare a result"),
        (
            lambda x: map_task(read)(file=x),
            "test_mistakes.read), input `file` (a list: each element is one call): expected list[FlyteFile], got input.x",
        ),
    ],
)
def test_a_workflow_whose_parts_do_not_fit(body, says: str):
    assert says in drawn(body)


@workflow
def endless(x: int) -> int:
    return conditional("end").if_(x > 3).then(add(a=x)).else_().then(endless(x=3))


@workflow
def one(x: int) -> int:
    return other(x=x)


@workflow
def other(x: int) -> int:
    return one(x=x)


def test_a_workflow_that_calls_itself():
    assert "endless calls itself, so that its graph would have no end. A @dynamic task may" in told(
        lambda: endless(x=1)
    )
    assert "one calls itself" in told(lambda: one(x=1))


def returning(value: object, annotation: object) -> str:
    """What somebody is told whose task returns a value under an annotation."""

    def made():
        return value

    made.__annotations__["return"] = annotation
    return told(task(made))


def test_a_task_that_returns_something_else():
    assert "made, outputs: o0: expected int, got 'a' (str)" in returning("a", int)
    line = returning.__code__.co_firstlineno + 3
    assert returning("a", int).endswith(f"\n  at {__file__}:{line} in made")
    assert "made, outputs: o0: expected int, got None; if None is meant, annotate it as `int | None`" in returning(
        None, int
    )
    assert "made declares 2 outputs (o0, o1) but returned 3 values." in returning((1, 2, 3), tuple[int, int])
    assert "made declares 2 outputs (o0, o1) but returned 1 (int)." in returning(1, tuple[int, int])
    assert "made returned 1 (int) but declares no output. Annotate the function's return type (`-> int`)" in returning(
        1, None
    )


@pytest.mark.filterwarnings("ignore")
def test_an_output_that_cannot_travel():
    message = returning(threading.Lock(), object)
    assert "cannot be pickled" in message
    assert "pass on what it can be made from, or write it to a file and pass that as a FlyteFile" in message


def test_a_function_that_cannot_be_a_task():
    def untyped(x):
        return x

    def many(*xs: int) -> int:
        return sum(xs)

    def undefined(x: "Frame") -> int:  # noqa: F821 - that is the mistake
        return 1

    assert "untyped: input `x` has no type. Annotate it, for instance `x: int`." in told(lambda: task(untyped))
    assert "many: `*xs` cannot be an input. Name each input and give it a type." in told(lambda: task(many))
    assert "the annotation `Frame` is not defined. Import it in that module." in told(lambda: task(undefined))
    assert "A task is made of a function that is defined with `def`" in told(lambda: task(lambda: 1))
    assert "A workflow is made of a function that is defined with `def`" in told(lambda: workflow(Settings))


def test_a_type_that_says_too_little():
    def bare(xs: list) -> int:
        return 1

    def fixed(x: tuple[int, str]) -> int:
        return 1

    assert "bare, inputs: xs: a list needs the type of its elements, as in list[int]" in told(lambda: task(bare)(xs=[]))
    assert "tuple[int, str] cannot be one input or output" in told(lambda: task(fixed)(x=(1, "")))


def test_an_option_that_does_not_exist_or_has_no_such_value():
    assert "@task has no option `retry`. Did you mean `retries`?" in told(lambda: task(retry=3)(names.task_function))
    assert "`retries` counts further attempts: 0 or more, not '3'." in told(
        lambda: task(retries="3")(names.task_function)
    )
    assert "`timeout` takes seconds as an integer, or a timedelta; '5m' is neither." in told(
        lambda: task(timeout="5m")(names.task_function)
    )
    assert "`mem` is '10GB', which is no quantity." in told(lambda: Resources(mem="10GB"))
    assert "`cpu` is 'two', which is no quantity." in told(lambda: Resources(cpu=("1", "two")))


def test_a_default_that_is_changed_is_each_calls_own():
    @task
    def append(xs: list[int] = []) -> list[int]:  # noqa: B006 - the classic
        xs.append(1)
        return xs

    assert append() == [1]
    assert append() == [1]


def test_lists_of_unequal_length():
    assert "lists that are mapped over must be of one length; `a` has 2, `b` has 1 elements." in told(
        lambda: map_task(add)(a=[1, 2], b=[1])
    )
