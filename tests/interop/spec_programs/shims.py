"""Tasks that are run by their templates, queries over SQLite, scripts that are named later, decorators with settings."""

import os
import sqlite3
import tempfile
from pathlib import Path
from typing import Dict

import pandas as pd
from flytekit import kwtypes, task, workflow
from flytekit.core.base_sql_task import SQLTask
from flytekit.core.python_customized_container_task import PythonCustomizedContainerTask
from flytekit.core.shim_task import ShimTaskExecutor
from flytekit.core.utils import ClassDecorator
from flytekit.extras.sqlite3.task import SQLite3Config, SQLite3Task
from flytekit.extras.tasks.shell import get_raw_shell_task
from flytekit.types.schema import FlyteSchema

DATABASE = str(Path(tempfile.gettempdir()) / f"flyte-shims-{os.getuid()}.db")
with sqlite3.connect(DATABASE) as connection:
    connection.execute("create table if not exists rows as select 1 as a, 'x' as b union select 2, 'y'")


class Executor(ShimTaskExecutor):
    def execute_from_model(self, tt, **kwargs):
        query = Customized.interpolate_query(tt.custom["query_template"], **kwargs)
        return f"{tt.custom['factor']} {query}"


class Customized(PythonCustomizedContainerTask[float], SQLTask[float]):
    def __init__(self, name, task_config, **kwargs):
        super().__init__(
            name=name,
            task_config=task_config,
            container_image="registry/plugin:1",
            executor_type=Executor,
            task_type="custom-sql",
            **kwargs,
        )

    def get_custom(self, settings):
        return {"factor": self.task_config, "query_template": self.query_template}


class told(ClassDecorator):
    def __init__(self, task_function=None, word="none", **kwargs):
        self.word = word
        super().__init__(task_function, word=word, **kwargs)

    def execute(self, *args, **kwargs):
        return f"{self.word} {self.task_function(*args, **kwargs)}"

    def get_extra_config(self):
        return {self.LINK_TYPE_KEY: self.word, self.PORT_KEY: "80"}


customized = Customized(
    "shims.customized",
    2.5,  # a whole number comes as a float from a template, which the stock's runs here do not show
    query_template="select\n {{ .inputs.n }}",
    inputs=kwtypes(n=int),
    outputs=kwtypes(said=str),
)
rows = SQLite3Task(
    name="shims.rows",
    query_template="select * from rows where a > {{ .inputs.n }}",
    inputs=kwtypes(n=int),
    output_schema_type=FlyteSchema[kwtypes(a=int, b=str)],
    task_config=SQLite3Config(uri=DATABASE),
    container_image="registry/sqlite:1",
)
run = get_raw_shell_task("shims.run")


@task
@told(word="hello")
def decorated(text: str) -> str:
    return text


@task
def read(schema: FlyteSchema[kwtypes(a=int, b=str)]) -> str:
    return ",".join(schema.open(pd.DataFrame).all()["b"])


@task
def written(n: int) -> FlyteSchema[kwtypes(n=int)]:
    schema = FlyteSchema[kwtypes(n=int)]()
    schema.open(pd.DataFrame).write(pd.DataFrame({"n": [n]}))
    return schema


@task
def any_frame(frame: pd.DataFrame) -> int:
    return len(frame)


@workflow
def wf(n: int) -> tuple[str, str, int]:
    return decorated(text=customized(n=n)), read(schema=rows(n=n)), any_frame(frame=written(n=n))


@workflow
def scripts(env: Dict[str, str], place: str):
    run(env=env, script_args="a", script_file=place)


COMPILED = ("wf", "scripts")
RUNS = (("wf", {"n": 0}), ("wf", {"n": 1}))
