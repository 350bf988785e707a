"""A workflow may wait for people: for an approval, or for a value. Run here, answers come from a mapping."""

import datetime as dt

import flyweight as fl


@fl.task
def evaluate(model: str) -> float:
    return 0.93


@fl.task
def publish(score: float, title: str) -> str:
    return f"{title}: {score}"


@fl.workflow
def review(model: str) -> str:
    score = fl.approve(evaluate(model=model), "publish?", timeout=dt.timedelta(hours=2))
    title = fl.wait_for_input("title", timeout=dt.timedelta(hours=2), expected_type=str)
    return publish(score=score, title=title)


def test_people_answer() -> None:
    with fl.signals({"publish?": True, "title": "Our best"}):
        assert review(model="m1") == "Our best: 0.93"
