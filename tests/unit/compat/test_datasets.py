"""Encoders, decoders and renderers of dataframes written against flytekit."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pytest

from flyweight import compat, task, workflow
from flyweight.errors import InvalidInput
from flyweight.types import StructuredDataset, coders, frames, kwtypes
from flyweight.types import registry as registries

STORED: dict[str, object] = {}


class Rows(list):
    """A dataframe of a library of one's own."""


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    compat.install()
    registries.default_registry.cache_clear()
    tables = (coders.DEFAULT_FORMATS, coders.DEFAULT_PROTOCOLS, coders.ENCODERS._known, coders.DECODERS._known)
    for table in (*tables, frames.RENDERERS, STORED):
        table.clear()
    yield
    for table in (*tables, frames.RENDERERS):
        table.clear()
    registries.default_registry.cache_clear()
    compat.uninstall()


def handlers(protocol=None, supported_format="lines", parts=False):
    from flytekit import FlyteContextManager
    from flytekit.models import literals
    from flytekit.types.structured import StructuredDatasetDecoder, StructuredDatasetEncoder

    class Encoder(StructuredDatasetEncoder):
        def encode(self, ctx, structured_dataset, structured_dataset_type):
            assert ctx.file_access is not None
            uri = structured_dataset.uri or (
                f"{protocol}://table" if protocol else ctx.file_access.get_random_remote_path()
            )
            STORED[uri] = list(structured_dataset.dataframe)
            return literals.StructuredDataset(
                uri=uri, metadata=literals.StructuredDatasetMetadata(structured_dataset_type)
            )

    class Decoder(StructuredDatasetDecoder):
        def decode(self, ctx, flyte_value, current_task_metadata):
            assert FlyteContextManager.current_context() is not None
            wanted = [column.name for column in current_task_metadata.structured_dataset_type.columns]
            rows = Rows({name: row[name] for name in wanted or row} for row in STORED[flyte_value.uri])
            return (Rows([row]) for row in rows) if parts else rows

    return Encoder(Rows, protocol, supported_format), Decoder(Rows, protocol, supported_format)


def register(*pair, **options):
    from flytekit import StructuredDatasetTransformerEngine

    for one in pair:
        StructuredDatasetTransformerEngine.register(one, **options)


def test_dataframes_of_a_class_of_ones_own_travel():
    register(*handlers(), default_format_for_type=True)

    @task
    def make() -> Rows:
        return Rows([{"a": 1, "b": 2}])

    @task
    def some(rows: Annotated[Rows, kwtypes(a=int)]) -> int:
        assert rows == [{"a": 1}]
        return len(rows)

    @task
    def opened(rows: StructuredDataset) -> str:
        assert rows.open(Rows).all() == [{"a": 1, "b": 2}]
        return f"{rows.file_format} {rows.metadata.structured_dataset_type.format}"

    @workflow
    def both() -> tuple[int, str]:
        rows = make()
        return some(rows=rows), opened(rows=rows)

    assert both() == (1, "lines lines")


def test_a_protocol_of_ones_own_is_a_default():
    register(*handlers("warehouse", None), default_storage_for_type=True)
    dataset = StructuredDataset(dataframe=Rows([{"a": 1}]))
    dataset.set_literal(None, None)
    assert dataset.literal.uri == "warehouse://table"
    assert StructuredDataset(uri="warehouse://table").open(Rows).all() == [{"a": 1}]


def test_parts_are_iterated():
    register(*handlers(parts=True))
    dataset = StructuredDataset(dataframe=Rows([{"a": 1}, {"a": 2}]))
    dataset.set_literal(None)
    stored = StructuredDataset.from_literal(dataset.literal)
    assert list(stored.open(Rows).iter()) == [[{"a": 1}], [{"a": 2}]]
    with pytest.raises(InvalidInput, match=r"call iter\(\)"):
        stored.open(Rows).all()


def test_a_handler_for_pandas_comes_before_the_built_in_one(tmp_path: Path):
    pandas = pytest.importorskip("pandas")
    from flytekit.models import literals
    from flytekit.types.structured import StructuredDatasetEncoder

    class Json(StructuredDatasetEncoder):
        def encode(self, ctx, structured_dataset, structured_dataset_type):
            structured_dataset.dataframe.to_json(tmp_path / "a.json")
            return literals.StructuredDataset(uri=str(tmp_path / "a.json"))

    register(Json(pandas.DataFrame, None, "json"))
    registry = registries.default_registry()
    frame = pandas.DataFrame({"a": [1]})
    literal = registry.to_literal(frame, Annotated[pandas.DataFrame, "json"])
    assert literal.scalar.structured_dataset.metadata.structured_dataset_type.format == "json"
    assert registry.to_literal(frame, pandas.DataFrame).scalar.structured_dataset.uri != str(tmp_path / "a.json")


def test_places_are_taken_once():
    from flytekit.types.structured import DuplicateHandlerError

    register(*handlers("warehouse"))
    with pytest.raises(DuplicateHandlerError, match="warehouse"):
        register(*handlers("warehouse"))
    register(*handlers("warehouse"), override=True)
    with pytest.raises(ValueError, match="default_format_for_type"):
        register(*handlers(), default_for_type=True)


def test_a_renderer_shows_dataframes_of_a_class():
    from flytekit import StructuredDatasetTransformerEngine

    class Count:
        def to_html(self, df):
            return f"<b>{len(df)}</b>"

    register(*handlers())
    StructuredDatasetTransformerEngine.register_renderer(Rows, Count())
    assert registries.default_registry().to_html(Rows([1]), Rows) == "<b>1</b>"
