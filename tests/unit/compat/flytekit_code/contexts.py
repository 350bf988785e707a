import tempfile

from flytekit import FlyteContextManager, task, workflow
from flytekit.core.context_manager import FlyteContext
from flytekit.core.data_persistence import FileAccessProvider


@task
def where() -> bool:
    ctx = FlyteContextManager.current_context()
    path = ctx.file_access.get_random_local_path()
    with open(path, "w") as f:
        f.write("x")
    folder = tempfile.mkdtemp()
    provider = FileAccessProvider(local_sandbox_dir=folder, raw_output_prefix=folder + "/raw")
    with FlyteContextManager.with_context(ctx.with_file_access(provider)) as inner:
        remote = inner.file_access.put_raw_data(path)
    return remote.startswith(folder) and FlyteContext.current_context().execution_state.is_local_execution()


@workflow
def wf() -> bool:
    return where()
