"""``RawShellTask``: a shell script that is named, and given its arguments and variables, when the task runs."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar, cast

from flyweight.sdk.interface import kwtypes
from flyweight.sdk.shell_task import OutputLocation, ShellTask
from flyweight.types.directory import FlyteDirectory

C = TypeVar("C")

_RUN = """\
set -uex
cd {ctx.working_directory}
{inputs.export_env}
bash {inputs.script_file} {inputs.script_args}
"""


class RawShellTask(ShellTask[C], Generic[C]):
    """A ``ShellTask`` whose input ``env`` becomes variables of the script, where that says ``{inputs.export_env}``."""

    def make_export_string_from_env_dict(self, d: Mapping[str, str]) -> str:
        """Give lines that export variables; a value with spaces is quoted, unless it is already."""
        return "\n".join(f"export {name}={_quoted(value)}" for name, value in d.items())

    def execute(self, **inputs: Any) -> Any:
        """Run the script; raises as ``ShellTask`` does."""
        env = inputs.get("env")
        if isinstance(env, Mapping):
            inputs["export_env"] = self.make_export_string_from_env_dict(cast("Mapping[str, str]", env))
        return super().execute(**inputs)


def get_raw_shell_task(name: str) -> RawShellTask[None]:
    """Give a task that runs ``script_file`` with ``script_args`` and ``env``, all three inputs; its folder is ``out``.

    Args:
        name: the task's name; must be unique.

    """
    return RawShellTask(
        name,
        debug=True,
        script=_RUN,
        inputs=kwtypes(env=dict[str, str], script_args=str, script_file=str),
        output_locs=[OutputLocation("out", FlyteDirectory, "{ctx.working_directory}")],
    )


def _quoted(value: str) -> str:
    plain = not any(character.isspace() for character in value) or any(mark in value for mark in "\"'\\")
    return value if plain else f'"{value}"'
