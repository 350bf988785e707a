"""flytekit's contexts over ours: who runs, where files go, what is put in place for a block."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import flyweight
from flyweight import compat


@pytest.fixture(autouse=True)
def installed() -> Iterator[None]:
    compat.install()
    yield
    compat.uninstall()


def test_files_go_where_the_context_says(tmp_path: Path) -> None:
    from flytekit import FlyteContextManager
    from flytekit.core.data_persistence import FileAccessProvider

    ctx = FlyteContextManager.current_context()
    access = FileAccessProvider(str(tmp_path / "sandbox"), str(tmp_path / "raw"))
    with FlyteContextManager.with_context(ctx.with_file_access(access)) as inner:
        assert inner.file_access.raw_output_prefix == str(tmp_path / "raw")
        made = inner.file_access.get_random_local_path("a.txt")
        Path(made).write_text("hello")
        uri = inner.file_access.put_raw_data(made)
        assert uri.startswith(str(tmp_path / "raw"))
        assert inner.file_access.exists(uri)
        copy = inner.file_access.get_random_local_path()
        inner.file_access.get_data(uri, copy)
        assert Path(copy).read_text() == "hello"
        assert FlyteContextManager.size() == 2
    assert FlyteContextManager.size() == 1
    assert FlyteContextManager.current_context().file_access.raw_output_prefix != str(tmp_path / "raw")


def test_local_paths_and_remote_ones_are_told_apart() -> None:
    from flytekit.core.data_persistence import FileAccessProvider

    assert not FileAccessProvider.is_remote("/tmp/a")
    assert not FileAccessProvider.is_remote("file:///tmp/a")
    assert FileAccessProvider.is_remote("s3://bucket/a")


def test_a_task_finds_itself_and_its_mode() -> None:
    from flytekit.core.context_manager import ExecutionState, FlyteContext, FlyteContextManager

    seen: list[object] = []

    @flyweight.task
    def looks() -> str:
        ctx = FlyteContextManager.current_context()
        seen.append(ctx.execution_state.mode)
        assert ctx.execution_state.is_local_execution()
        assert ctx.user_space_params is not None
        return ctx.user_space_params.task_id.name

    assert looks().endswith("looks")
    assert seen == [ExecutionState.Mode.LOCAL_TASK_EXECUTION]
    outside = FlyteContext.current_context()
    assert outside.execution_state.mode is None
    mode = ExecutionState.Mode.TASK_EXECUTION
    changed = outside.with_execution_state(outside.new_execution_state().with_params(mode=mode))
    with FlyteContextManager.with_context(changed) as inner:
        assert inner.execution_state.mode is mode


def test_settings_and_drawing_are_put_in_place_for_a_block() -> None:
    from flytekit import new_context
    from flytekit.configuration import ImageConfig, SerializationSettings
    from flytekit.core.context_manager import FlyteContextManager

    @flyweight.task
    def one() -> int:
        return 1

    settings = SerializationSettings(ImageConfig.auto_default_image(), "p", "d", "v")
    ctx = FlyteContextManager.current_context()
    with FlyteContextManager.with_context(ctx.with_serialization_settings(settings)) as inner:
        assert inner.serialization_settings is settings
        builder = inner.with_new_compilation_state()
        with FlyteContextManager.with_context(builder) as drawing:
            assert drawing.compilation_state is not None
            assert one() is not None
            assert not isinstance(one(), int)
    with new_context() as again:
        assert again.serialization_settings is None
        assert one() == 1
