"""Gates of a run here: answered by the caller, else at the terminal, else refused with what to do."""

import datetime as dt
import io
import sys

import pytest

from flyweight import approve, signals, sleep, task, wait_for_input, workflow
from flyweight.errors import CompileError, InvalidInput, TaskFailed, TypeMismatch

HOUR = dt.timedelta(hours=1)
released: list[str] = []


@task
def train(epochs: int) -> str:
    return f"model after {epochs} epochs"


@task
def release(model: str, share: float) -> str:
    released.append(model)
    return f"{model} for {share:.0%}"


@workflow
def pipeline(epochs: int) -> str:
    model = approve(train(epochs=epochs), "good?", timeout=HOUR)
    pause = sleep(dt.timedelta(hours=3))
    done = release(model=model, share=wait_for_input("share", timeout=HOUR, expected_type=float))
    pause >> done
    return done


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_caller_answers() -> None:
    with signals({"good?": True, "share": 0.5}):
        assert pipeline(epochs=3) == "model after 3 epochs for 50%"


def test_a_no_ends_it() -> None:
    released.clear()
    with signals({"good?": False, "share": 0.5}), pytest.raises(TaskFailed, match=r"`good\?` was not approved"):
        pipeline(epochs=3)
    assert released == []


def test_inner_answers_add_to_outer_ones_and_end_with_the_block() -> None:
    with signals({"good?": True}):
        with signals({"share": 1.0}):
            assert pipeline(epochs=1) == "model after 1 epochs for 100%"
        with pytest.raises(InvalidInput, match="`share` waits"):
            pipeline(epochs=1)


@pytest.mark.parametrize("yes", ["", "y", "Yes"])
def test_the_terminal_is_asked(yes: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(f"{yes}\n0.25\n"))
    assert pipeline(epochs=2) == "model after 2 epochs for 25%"
    asked = capsys.readouterr().out
    assert "approval of 'model after 2 epochs'" in asked
    assert "a value of type float" in asked


def test_without_a_terminal_it_says_how_to_answer() -> None:
    with pytest.raises(InvalidInput, match=r"flyweight\.signals\({'good\?': \.\.\.}\)"):
        pipeline(epochs=1)


def test_an_answer_of_another_type_is_refused() -> None:
    with signals({"good?": True, "share": "half"}), pytest.raises(TypeMismatch, match="the answer to `share`"):
        pipeline(epochs=1)
    with signals({"good?": 3}), pytest.raises(TypeMismatch, match="True or False, not 3"):
        pipeline(epochs=1)


def test_gates_work_outside_of_workflows_too() -> None:
    with signals({"name": "Ann", "ok": True}):
        assert wait_for_input("name", timeout=HOUR, expected_type=str) == "Ann"
        assert approve("text", "ok") == "text"
    assert sleep(HOUR) is None


def test_what_cannot_be_approved_is_said() -> None:
    @workflow
    def of_input(x: int) -> int:
        return approve(x, "ok")

    with pytest.raises(CompileError, match="pass it through a task"):
        _ = of_input.graph
