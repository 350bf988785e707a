"""A task type for databases as plugins define it, a query over a SQLite file, and the older type of dataframes."""

import os
import sqlite3
import typing
from dataclasses import dataclass

from flytekit import FlyteContext, current_context, dynamic, kwtypes, lazy_module, task, workflow
from flytekit.configuration import SerializationSettings
from flytekit.configuration.default_images import DefaultImages, PythonVersion
from flytekit.core.base_sql_task import SQLTask
from flytekit.core.python_customized_container_task import PythonCustomizedContainerTask
from flytekit.core.shim_task import ShimTaskExecutor
from flytekit.extras.sqlite3.task import SQLite3Config, SQLite3Task
from flytekit.loggers import logger
from flytekit.models import task as task_models
from flytekit.models.security import Secret
from flytekit.types.schema import FlyteSchema

pd = lazy_module("pandas")

TRACKS = os.path.join(os.environ.get("SQL_PLUGIN_FOLDER", "."), "tracks.db")


class PluginImages(DefaultImages):
    _DEFAULT_IMAGE_PREFIXES = {
        PythonVersion.PYTHON_3_11: "cr.flyte.org/flyteorg/flytekit:py3.11-plugin-",
        PythonVersion.PYTHON_3_12: "cr.flyte.org/flyteorg/flytekit:py3.12-plugin-",
    }


@dataclass
class PluginConfig(object):
    uri: str
    connect_args: typing.Optional[typing.Dict[str, typing.Any]] = None
    secret_connect_args: typing.Optional[typing.Dict[str, Secret]] = None


class PluginTask(PythonCustomizedContainerTask[PluginConfig], SQLTask[PluginConfig]):
    _TASK_TYPE = "sql-plugin"

    def __init__(
        self,
        name: str,
        query_template: str,
        task_config: PluginConfig,
        inputs: typing.Optional[typing.Dict[str, typing.Type]] = None,
        output_schema_type: typing.Optional[typing.Type[FlyteSchema]] = FlyteSchema,
        container_image: str = PluginImages.default_image(),
        **kwargs,
    ):
        super().__init__(
            name=name,
            task_config=task_config,
            executor_type=PluginExecutor,
            task_type=self._TASK_TYPE,
            query_template=query_template,
            container_image=container_image,
            inputs=inputs,
            outputs=kwtypes(results=output_schema_type) if output_schema_type else None,
            **kwargs,
        )

    @property
    def output_columns(self) -> typing.Optional[typing.List[str]]:
        c = self.python_interface.outputs["results"].column_names()
        return c if c else None

    def get_custom(self, settings: SerializationSettings) -> typing.Dict[str, typing.Any]:
        return {
            "query_template": self.query_template,
            "uri": self.task_config.uri,
            "connect_args": self.task_config.connect_args or {},
        }


class PluginExecutor(ShimTaskExecutor[PluginTask]):
    def execute_from_model(self, tt: task_models.TaskTemplate, **kwargs) -> typing.Any:
        query = PluginTask.interpolate_query(tt.custom["query_template"], **kwargs)
        logger.info(f"Interpolated query {query}")
        connection = sqlite3.connect(tt.custom["uri"], **tt.custom["connect_args"])
        if tt.interface.outputs:
            return pd.read_sql_query(query, connection)
        connection.execute(query)
        connection.commit()
        return None


fill = PluginTask(
    "sql_plugin.fill",
    query_template="create table if not exists tracks as select {{.inputs.first}} as TrackId, 'For Those' as Name"
    " union select 2, 'Balls'",
    inputs=kwtypes(first=int),
    output_schema_type=None,
    task_config=PluginConfig(uri=TRACKS, connect_args={"timeout": 5}),
)

names = PluginTask(
    "sql_plugin.names",
    query_template="select Name from tracks order by Name",
    output_schema_type=FlyteSchema[kwtypes(Name=str)],
    task_config=PluginConfig(uri=TRACKS),
)

ids = SQLite3Task(
    name="sql_plugin.ids",
    query_template="select TrackId, Name from tracks where TrackId <= {{ .inputs.limit }}",
    inputs=kwtypes(limit=int),
    output_schema_type=FlyteSchema[kwtypes(TrackId=int, Name=str)],
    task_config=SQLite3Config(uri=TRACKS),
)


@dynamic
def asked(limit: int) -> FlyteSchema[kwtypes(TrackId=int)]:
    made_here = SQLite3Task(
        name="sql_plugin.made_here",
        query_template="select TrackId from tracks where TrackId >= {{ .inputs.limit }}",
        inputs=kwtypes(limit=int),
        output_schema_type=FlyteSchema[kwtypes(TrackId=int)],
        task_config=SQLite3Config(uri=TRACKS),
    )
    return made_here(limit=limit)


@task
def told(names: FlyteSchema[kwtypes(Name=str)], ids: FlyteSchema) -> str:
    found = names.open().all()
    numbers = ids.open(pd.DataFrame).all()
    assert current_context().working_directory
    assert FlyteContext.current_context().file_access is not None
    return f"{', '.join(found['Name'])}: {list(numbers['TrackId'])}"


@task
def written() -> FlyteSchema[kwtypes(n=int)]:
    schema = FlyteSchema[kwtypes(n=int)]()
    schema.open().write(pd.DataFrame({"n": [1, 2]}))
    return schema


@task
def counted(frame: pd.DataFrame, text: str, more: FlyteSchema) -> str:
    return f"{text} {len(frame)} {list(more.open().all()['TrackId'])}"


@workflow
def wf(limit: int = 1) -> str:
    filled = fill(first=1)
    named = names()
    numbered = ids(limit=limit)
    more = asked(limit=2)
    filled >> named
    filled >> more
    filled >> numbered
    return counted(frame=written(), text=told(names=named, ids=numbered), more=more)
