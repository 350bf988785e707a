"""Shell scripts and SQL."""

from flytekit import SQLTask, current_context, kwtypes, task, workflow
from flytekit.extras.tasks.shell import OutputLocation, ShellTask, subproc_execute
from flytekit.types.file import FlyteFile

script = ShellTask(
    name="shells.script",
    script="echo {inputs.word} > {outputs.out}",
    inputs=kwtypes(word=str, place=str),
    output_locs=[OutputLocation(var="out", var_type=FlyteFile, location="{inputs.place}/said.txt")],
    environment={"C": "shell"},
)
silent = ShellTask(name="shells.silent", script="exit 0", shell="/bin/sh")
rows = SQLTask(
    name="shells.rows",
    query_template="select *\n from t limit {{ .inputs.n }}",
    inputs=kwtypes(n=int),
    outputs=kwtypes(rows=str),
    task_type="some-sql",
)


@task
def place() -> str:
    return current_context().working_directory


@task
def read(said: FlyteFile) -> str:
    with said.open("r") as text:
        return subproc_execute(["echo", text.read().strip()]).output.strip()


@workflow
def wf(word: str) -> str:
    silent()
    return read(said=script(word=word, place=place()))


@workflow
def sql(n: int) -> str:
    return rows(n=n)


COMPILED = ("wf", "sql")
RUNS = (("wf", {"word": "hello"}),)
