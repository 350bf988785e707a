"""The secrets that a task asks for, as the variables of one attempt: no other attempt, log or row ever has them."""

from flyteidl.core import tasks_pb2

from flyweight.settings import PlatformSecrets, secret_name


def secret_variables(task: tasks_pb2.TaskTemplate, secrets: PlatformSecrets) -> dict[str, str]:
    """Give those that are there, under Flyte's name for each, and under the one that the task wants.

    One that is not there is told to the task, and how to add it, when it asks for its value.
    """
    found: dict[str, str] = {}
    for secret in task.security_context.secrets:
        parts = secret.group, secret.group_version, secret.key
        value = secrets.get(*parts)
        if value is not None:
            found[secret_name(*parts)] = value
            if secret.env_var:
                found[secret.env_var] = value
    return found
