"""Tasks that are run by their templates, queries over SQLite, and FlyteSchema: what they tell and refuse."""

import shutil
import sqlite3
import tarfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from flyteidl.core import types_pb2

from flyweight import current_context, kwtypes, task
from flyweight.compat.default_images import DefaultImages, PythonVersion
from flyweight.compat.lazy import is_imported, lazy_module
from flyweight.compat.shim_tasks import (
    PythonCustomizedContainerTask,
    ShimTaskExecutor,
    default_task_template_resolver,
)
from flyweight.compat.sqlite3_task import SQLite3Config, SQLite3Task, unarchive_file
from flyweight.compile.settings import SerializationSettings
from flyweight.compile.tasks import task_spec
from flyweight.errors import InvalidInput, NotFound, TypeMismatch
from flyweight.sdk.class_decorator import ClassDecorator
from flyweight.sdk.interface import Interface
from flyweight.sdk.raw_shell_task import RawShellTask
from flyweight.types.interface import to_literal_map, to_python_values
from flyweight.types.registry import default_registry
from flyweight.types.schema import FlyteSchema, SchemaOpenMode

SETTINGS = SerializationSettings(project="p", domain="d", version="v")


class Doubling(ShimTaskExecutor["DoublingTask"]):
    def execute_from_model(self, tt: Any, **kwargs: Any) -> Any:
        return kwargs["x"] * tt.custom["factor"]


class DoublingTask(PythonCustomizedContainerTask[int]):
    def __init__(self, name: str, factor: int) -> None:
        interface = Interface(kwtypes(x=int), kwtypes(o0=float))
        super().__init__(name, factor, "image:1", Doubling, interface=interface)

    def get_custom(self, settings: SerializationSettings) -> dict[str, Any]:
        return {"factor": self.task_config}


doubling = DoublingTask("shims.doubling", 2)


def test_a_template_is_all_that_its_executor_needs(tmp_path: Path) -> None:
    assert doubling(x=3) == 6.0
    spec = task_spec(doubling, SETTINGS).template
    assert (spec.container.image, spec.metadata.runtime.flavor) == ("image:1", "flyweight")
    place, executor = default_task_template_resolver.loader_args(SETTINGS, doubling)
    assert place == "{{.taskTemplatePath}}"
    (tmp_path / "task.pb").write_bytes(spec.SerializeToString())
    loaded = default_task_template_resolver.load_task([str(tmp_path / "task.pb"), executor])
    assert loaded.name == "shims.doubling"
    assert loaded(x=4) == 8.0
    with pytest.raises(InvalidInput, match="no class derived from ShimTaskExecutor"):
        default_task_template_resolver.load_task([str(tmp_path / "task.pb"), "pathlib.Path"])


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "db.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("create table t as select 1 as a, 'x' as b union select 2, 'y'")
    connection.close()
    return path


def query(place: Path | str, text: str = "select * from t where a > {{ .inputs.n }}", **settings: Any) -> SQLite3Task:
    config = SQLite3Config(uri=str(place), **settings)
    return SQLite3Task("shims.query", text, inputs=kwtypes(n=int), task_config=config)


def test_a_query_runs_over_a_file_or_an_archive(database: Path, tmp_path: Path) -> None:
    assert list(query(database)(n=1).open().all()["b"]) == ["y"]
    archive = shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path, database.name)
    assert len(query(archive, compressed=True)(n=0).open().all()) == 2
    (tmp_path / "two").mkdir()
    for name in "ab":
        (tmp_path / "two" / name).write_text("")
    two = shutil.make_archive(str(tmp_path / "twice"), "tar", tmp_path / "two")
    with pytest.raises(RuntimeError, match="holds 2 files"):
        unarchive_file(two, str(tmp_path / "out"))
    with tarfile.open(tmp_path / "leading.tar", "w") as leading:
        leading.add(database, "../../escaped")
    with pytest.raises(RuntimeError, match="outside the destination"):
        unarchive_file(str(tmp_path / "leading.tar"), str(tmp_path / "out"))
    assert not (tmp_path / "escaped").exists()


def test_a_query_that_cannot_be_run_says_why(database: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"nowhere\.sqlite"):
        query(tmp_path / "nowhere.sqlite")(n=1)
    with pytest.raises(TypeMismatch, match="no such table"):
        query(database, "select * from u where a > {{.inputs.n}}")(n=1)
    (tmp_path / "text").write_text("no database at all, but some text")
    with pytest.raises(TypeMismatch, match="not a database"):
        query(tmp_path / "text")(n=1)
    with pytest.raises(InvalidInput, match="name the database"):
        SQLite3Task("shims.none", "select 1")


def test_a_database_that_nobody_serves_is_not_found() -> None:
    with pytest.raises(NotFound, match=r"http://127\.0\.0\.1:1/data\.db cannot be fetched: .*refused"):
        SQLite3Task("shims.away", "select 1", task_config=SQLite3Config("http://127.0.0.1:1/data.db"))()


def test_a_schema_names_its_columns_on_the_wire() -> None:
    registry = default_registry()
    typed = FlyteSchema[kwtypes(a=int, b=str)]
    kind = registry.literal_type(typed)
    assert [(column.name, column.type) for column in kind.schema.columns] == [("a", 0), ("b", 2)]
    assert registry.guess(kind).columns() == {"a": int, "b": str}
    assert registry.literal_type(FlyteSchema) == types_pb2.LiteralType(schema=types_pb2.SchemaType())
    with pytest.raises(TypeMismatch, match="column `a` of a FlyteSchema cannot be of type"):
        registry.literal_type(FlyteSchema[kwtypes(a=list)])
    with pytest.raises(InvalidInput, match="columns by name"):
        FlyteSchema[int]


def test_a_schema_is_written_read_and_passed_on() -> None:
    typed = FlyteSchema[kwtypes(a=int)]
    made = typed()
    made.open().write(pd.DataFrame({"a": [1], "b": [0]}), pd.DataFrame({"a": [2], "b": [0]}))
    assert list(made.as_readonly().open().all()["a"]) == [1, 2]
    literals = to_literal_map({"s": made}, {"s": typed})
    read = to_python_values(literals, {"s": typed})["s"]
    assert list(read.open().all().columns) == ["a"]
    assert sum(len(part) for part in read.open().iter()) == 2
    assert to_literal_map({"s": read}, {"s": typed}) == literals
    assert len(to_python_values(literals, {"s": pd.DataFrame})["s"]) == 2
    with pytest.raises(InvalidInput, match="cannot be opened to be written"):
        read.open(override_mode=SchemaOpenMode.WRITE)
    with pytest.raises(TypeMismatch, match="nothing was written"):
        to_literal_map({"s": typed()}, {"s": typed})
    with pytest.raises(TypeMismatch, match="FlyteSchema or a dataframe"):
        to_literal_map({"s": 3}, {"s": typed})


class Linked(ClassDecorator):
    def execute(self, *args: Any, **kwargs: Any) -> Any:
        return self.task_function(*args, **kwargs) + 1

    def get_extra_config(self) -> dict[str, str]:
        return {self.LINK_TYPE_KEY: "linked", self.PORT_KEY: str(self.decorator_kwargs["port"])}


@task
@Linked(port=8080)
def decorated(x: int) -> int:
    return x


def test_a_decorator_that_is_a_class_tells_the_platform_more() -> None:
    assert decorated(x=1) == 2
    assert task_spec(decorated, SETTINGS).template.config == {"link_type": "linked", "port": "8080"}
    assert decorated.name.endswith("test_shim_tasks.decorated")


def test_variables_of_a_raw_script_may_have_spaces_and_name_others() -> None:
    script = RawShellTask("shims.raw", script="{inputs.export_env}\necho $A/$B/$C", inputs=kwtypes(env=dict[str, str]))
    script(env={"A": "a b", "B": "$A", "C": "'c d'"})
    assert script.result is not None
    assert script.result.output == "a b/a b/c d\n"


def test_images_of_a_plugin_are_named_by_the_version_of_python() -> None:
    class Images(DefaultImages):
        _DEFAULT_IMAGE_PREFIXES = {PythonVersion.PYTHON_3_11: "plugin:py3.11-"}

    assert Images.find_image_for(PythonVersion.PYTHON_3_11, "v1.2") == "plugin:py3.11-1.2"
    assert DefaultImages.default_image().startswith("flyweight:")


def test_a_lazy_module_is_imported_when_something_of_it_is_needed() -> None:
    missing = lazy_module("no_such_module_at_all")
    assert not is_imported("no_such_module_at_all")
    with pytest.raises(ImportError, match=r"no_such_module_at_all\.name is needed"):
        _ = missing.name
    assert lazy_module("json").dumps(1) == "1"
    assert current_context() is not None
