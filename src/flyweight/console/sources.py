"""What the console reads: the platform's services, the very objects that answer gRPC and REST."""

from dataclasses import dataclass

from flyweight.clock import Clock
from flyweight.services.data import Data
from flyweight.services.decks import Decks
from flyweight.services.drawings import Drawings
from flyweight.services.executions import Executions
from flyweight.services.launch_plans import LaunchPlans
from flyweight.services.logs import Logs
from flyweight.services.nodes import Nodes
from flyweight.services.projects import Projects
from flyweight.services.signals import Signals
from flyweight.services.tasks import Tasks
from flyweight.services.watch import Watch
from flyweight.services.workflows import Workflows


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleServices:
    """The services that pages are made from."""

    executions: Executions
    nodes: Nodes
    drawings: Drawings
    data: Data
    tasks: Tasks
    workflows: Workflows
    launch_plans: LaunchPlans
    projects: Projects
    watch: Watch
    logs: Logs
    signals: Signals
    decks: Decks
    clock: Clock
