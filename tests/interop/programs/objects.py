"""Tells the public names of what the stock flytekit's client gives into users' hands, by class, as JSON."""

import json
import warnings

warnings.simplefilter("ignore")

from flytekit.clients.friendly import SynchronousFlyteClient  # noqa: E402
from flytekit.remote import FlyteRemote  # noqa: E402
from flytekit.remote.entities import FlyteLaunchPlan, FlyteTask, FlyteWorkflow  # noqa: E402
from flytekit.remote.executions import FlyteNodeExecution, FlyteTaskExecution, FlyteWorkflowExecution  # noqa: E402
from flytekit.remote.lazy_entity import LazyEntity  # noqa: E402

GIVEN = (
    FlyteRemote,
    SynchronousFlyteClient,
    FlyteWorkflowExecution,
    FlyteNodeExecution,
    FlyteTaskExecution,
    FlyteTask,
    FlyteWorkflow,
    FlyteLaunchPlan,
    LazyEntity,
)
MODELS = ("from_flyte_idl", "to_flyte_idl", "serialize_to_string", "short_string", "verbose_string", "is_empty")
"""What every one of flytekit's models has."""


def public(kind):
    return sorted(name for name in dir(kind) if not name.startswith("_") and name not in MODELS)


print(json.dumps({kind.__name__: public(kind) for kind in GIVEN}, indent=1))
