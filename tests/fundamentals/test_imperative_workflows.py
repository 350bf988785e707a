"""A workflow can be put together step by step, when a program decides which nodes there are."""

import flyweight as fl


@fl.task
def clean(text: str) -> str:
    return text.strip()


@fl.task
def shout(text: str) -> str:
    return text.upper() + "!"


STEPS = [clean, shout]


def build() -> fl.Workflow:
    made = fl.Workflow("fundamentals.steps")
    value = made.add_workflow_input("text", str)
    for step in STEPS:
        value = made.add_entity(step, text=value).outputs["o0"]
    made.add_workflow_output("result", value)
    return made


def test_it_runs_like_any_other() -> None:
    assert build()(text="  hello ") == "HELLO!"
