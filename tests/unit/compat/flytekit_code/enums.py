from enum import Enum
from typing import Optional, Union

from flytekit import task, workflow


class Coffee(Enum):
    ESPRESSO = "espresso"
    AMERICANO = "americano"


@task
def prep_order(coffee_enum: Coffee) -> str:
    return f"Preparing {coffee_enum.value} ..."


@task
def either(x: Union[int, str], y: Optional[float] = None) -> str:
    return f"{type(x).__name__} {y}"


@workflow
def coffee_maker(coffee_enum: Coffee = Coffee.ESPRESSO) -> tuple[str, str]:
    return prep_order(coffee_enum=coffee_enum), either(x="a")
