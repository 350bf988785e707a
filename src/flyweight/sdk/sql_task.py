"""``SQLTask``: a query with inputs in it, for task types whose platform runs SQL."""

import re
from collections.abc import Mapping
from typing import Any, Final, Generic, TypeVar, Unpack

from flyweight.errors import InvalidInput
from flyweight.sdk.base_task import PythonTask
from flyweight.sdk.interface import Interface
from flyweight.sdk.options import ClassSettings

C = TypeVar("C")

_INPUT: Final = re.compile(r"\{\{\s*\.inputs\.(\w+)\s*\}\}", re.IGNORECASE)


class SQLTask(PythonTask[C], Generic[C]):
    r"""What task types for databases derive from.

    Args:
        name: the task's name; must be unique.
        query_template: the query; ``{{ .inputs.NAME }}`` stands for an input.
        task_config: settings of the task type.
        task_type: what the platform chooses its plugin by.
        inputs: types by name.
        settings: see ``ClassSettings``; ``outputs`` are types by name.

    Example:
        >>> SQLTask("examples.rows", "select * from t\n limit {{ .inputs.n }}", inputs={"n": int}).get_query(n=3)
        'select * from t limit 3'

    """

    def __init__(
        self,
        name: str,
        query_template: str,
        task_config: C | None = None,
        task_type: str = "sql_task",
        inputs: Mapping[str, Any] | None = None,
        outputs: Mapping[str, Any] | None = None,
        **settings: Unpack[ClassSettings],
    ) -> None:
        super().__init__(task_type, name, task_config, Interface(inputs or {}, outputs or {}), **settings)
        self.query_template = " ".join(query_template.split())

    def get_query(self, **inputs: Any) -> str:
        """Give the query with these inputs in it."""
        return self.interpolate_query(self.query_template, **inputs)

    @classmethod
    def interpolate_query(cls, query_template: str, **inputs: Any) -> str:
        """Put inputs into a query, as text.

        Raises:
            InvalidInput: the query names another input, or an input is not named in it.

        """
        named = set(_INPUT.findall(query_template))
        if missing := sorted(named - inputs.keys()):
            raise InvalidInput(f"The query names `{missing[0]}`, which is no input. Inputs: {', '.join(inputs)}.")
        if unused := sorted(inputs.keys() - named):
            raise InvalidInput(f"The query does not name `{unused[0]}`: write {{{{ .inputs.{unused[0]} }}}} in it.")
        return _INPUT.sub(lambda found: str(inputs[found[1]]), query_template)
