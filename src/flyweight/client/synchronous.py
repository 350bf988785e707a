"""``FlyteRemote.client``: the control plane's calls one by one, under the names and arguments of flytekit's client.

Identifiers, specs and states are flyteidl messages, or flytekit's models of them; answers are flyteidl messages, whose
fields bear the models' names. A list call gives one page and the token of the next, which is empty at the end.
"""

from flyweight.client.execution_calls import ExecutionCalls
from flyweight.client.registry_calls import RegistryCalls


class SynchronousFlyteClient(RegistryCalls, ExecutionCalls):
    """The calls of a platform, each one round trip; refusals are raised as the errors of ``flyweight.errors``."""
