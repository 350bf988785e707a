from typing import List

from flytekit import task, workflow


class Superhero:
    def __init__(self, name, power):
        self.name = name
        self.power = power


@task
def welcome(name: str, power: str) -> Superhero:
    return Superhero(name, power)


@task
def greet(superhero: Superhero) -> str:
    return f"{superhero.name} has the superpower of {superhero.power}."


@workflow
def superhero_wf(name: str = "Thor", power: str = "Flight") -> str:
    return greet(superhero=welcome(name=name, power=power))
