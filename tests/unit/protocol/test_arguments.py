import pytest

from flyweight.errors import InvalidInput
from flyweight.protocol.arguments import ExecuteArguments, is_ours, parse, parse_container

CONTAINER = [
    "python", "-m", "flyweight.runtime.execute",
    "--inputs", "{{.input}}",
    "--output-prefix", "{{.outputPrefix}}",
    "--raw-output-data-prefix", "{{.rawOutputDataPrefix}}",
    "--checkpoint-path", "{{.checkpointOutputPrefix}}",
    "--prev-checkpoint", "{{.prevCheckpointPrefix}}",
    "--bundle", "file:///b.tar.gz", "--dest-dir", ".",
    "--resolver", "flyweight.runtime.resolver.default",
    "--", "task-module", "pipeline", "task-name", "--odd",
]  # fmt: skip


def test_a_template_is_read_with_its_variables_in_place() -> None:
    assert parse_container(CONTAINER) == ExecuteArguments(
        resolver="flyweight.runtime.resolver.default",
        loader_args=("task-module", "pipeline", "task-name", "--odd"),
        inputs="{{.input}}",
        output_prefix="{{.outputPrefix}}",
        raw_output_prefix="{{.rawOutputDataPrefix}}",
        checkpoint_prefix="{{.checkpointOutputPrefix}}",
        previous_checkpoint_prefix="{{.prevCheckpointPrefix}}",
        bundle_uri="file:///b.tar.gz",
        destination=".",
    )


def test_options_may_be_joined_by_an_equals_sign() -> None:
    assert parse(["--resolver=a.b", "--inputs=x=y", "--", "n"]).inputs == "x=y"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--resolver", "a.b", "--colour", "red"], "unknown option '--colour'"),
        (["--resolver"], "option --resolver has no value"),
        (["--inputs", "x", "--", "n"], "--resolver is missing"),
    ],
)
def test_what_does_not_fit_is_named(arguments: list[str], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        parse(arguments)


def test_another_command_is_not_ours() -> None:
    words = ["pyflyte-execute", "--inputs", "x"]
    assert not is_ours(words)
    with pytest.raises(InvalidInput, match="pyflyte-execute --inputs x"):
        parse_container(words)
