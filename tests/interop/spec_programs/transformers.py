"""A type of the user's own, with a transformer written against flytekit."""

from typing import Type

from flytekit import FlyteContext, task, workflow
from flytekit.core.type_engine import TypeEngine, TypeTransformer
from flytekit.models.literals import Literal, Primitive, Scalar
from flytekit.models.types import LiteralType, SimpleType


class Celsius:
    def __init__(self, degrees: float) -> None:
        self.degrees = degrees


class CelsiusTransformer(TypeTransformer[Celsius]):
    def __init__(self) -> None:
        super().__init__(name="celsius", t=Celsius)

    def get_literal_type(self, t: Type[Celsius]) -> LiteralType:
        return LiteralType(simple=SimpleType.FLOAT)

    def to_literal(
        self, ctx: FlyteContext, python_val: Celsius, python_type: Type[Celsius], expected: LiteralType
    ) -> Literal:
        return Literal(scalar=Scalar(primitive=Primitive(float_value=python_val.degrees)))

    def to_python_value(self, ctx: FlyteContext, lv: Literal, expected_python_type: Type[Celsius]) -> Celsius:
        return Celsius(lv.scalar.primitive.float_value)


TypeEngine.register(CelsiusTransformer())


@task
def measure(degrees: float) -> Celsius:
    return Celsius(degrees)


@task
def warmer(value: Celsius, values: list[Celsius]) -> float:
    return value.degrees + 1


@workflow
def wf(degrees: float) -> float:
    value = measure(degrees=degrees)
    return warmer(value=value, values=[value, Celsius(2.0)])


RUNS = (("wf", {"degrees": 1.5}),)
