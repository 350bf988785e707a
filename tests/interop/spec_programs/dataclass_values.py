"""Dataclasses: nested, with files, frames, enums, unions and lists inside; as constants, defaults and parts."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Dict, List, Optional

from flytekit import task, workflow
from flytekit.types.directory import FlyteDirectory
from flytekit.types.file import FlyteFile
from flytekit.types.structured import StructuredDataset


class Mode(Enum):
    FAST = "fast"
    SLOW = "slow"


@dataclass
class Layer:
    width: int
    rate: float = 0.1
    names: List[str] = field(default_factory=list)


@dataclass
class Model:
    layers: List[Layer]
    by_name: Dict[str, Layer]
    mode: Mode = Mode.FAST
    note: Optional[str] = None
    first: Layer = field(default_factory=lambda: Layer(width=1))


@dataclass
class Data:
    weights: FlyteFile
    folder: FlyteDirectory
    frame: StructuredDataset
    more: List[FlyteFile]


@dataclass
class Times:
    at: datetime
    length: timedelta


@task
def train(model: Model, data: Data) -> Model:
    return model


@task
def width(layer: Layer, rate: float = 0.5) -> int:
    return layer.width


@task
def make(width: int) -> Model:
    return Model(layers=[Layer(width=width)], by_name={"a": Layer(width=2, rate=0.2)})


@task
def clock(times: Optional[Times] = None, layer: Layer = Layer(width=7)) -> int:
    return layer.width


RUNS = (("sizes", {"n": 3}), ("width", {"layer": Layer(width=1)}))


@workflow
def sizes(n: int) -> tuple[int, int, int]:
    made = make(width=n)
    return width(layer=made.layers[0]), width(layer=made.by_name["a"], rate=made.first.rate), clock()


@workflow
def wf(data: Data, layer: Layer = Layer(width=4, names=["x"])) -> tuple[Model, int]:
    trained = train(model=Model(layers=[Layer(width=1)], by_name={}), data=data)
    width(layer=layer, rate=trained.by_name["a"].rate)
    return trained, width(layer=trained.layers[0])


COMPILED = ("wf", "sizes")
