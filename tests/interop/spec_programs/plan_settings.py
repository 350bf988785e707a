"""Everything a launch plan says of its executions: who is told, on whose behalf, where to, how many at once."""

from flytekit import (
    Annotations,
    AuthRole,
    ConcurrencyLimitBehavior,
    ConcurrencyPolicy,
    Email,
    Labels,
    LaunchPlan,
    PagerDuty,
    Secret,
    SecurityContext,
    Slack,
    task,
    workflow,
)
from flytekit.models.common import RawOutputDataConfig
from flytekit.models.core.execution import WorkflowExecutionPhase
from flytekit.models.security import Identity


@task
def work(x: int) -> int:
    return x


@workflow
def wf(x: int = 1) -> int:
    return work(x=x)


told = LaunchPlan.get_or_create(
    wf,
    "plan-settings-told",
    notifications=[
        Email(phases=[WorkflowExecutionPhase.SUCCEEDED, WorkflowExecutionPhase.FAILED], recipients_email=["a@b.c"]),
        Slack(phases=[WorkflowExecutionPhase.ABORTED], recipients_email=["d@e.f", "g@h.i"]),
        PagerDuty(phases=[WorkflowExecutionPhase.TIMED_OUT], recipients_email=["j@k.l"]),
    ],
    labels=Labels({"team": "x"}),
    annotations=Annotations({"note": "y"}),
    raw_output_data_config=RawOutputDataConfig("s3://bucket/raw"),
    max_parallelism=7,
    overwrite_cache=True,
    auto_activate=True,
    concurrency=ConcurrencyPolicy(max_concurrency=2, behavior=ConcurrencyLimitBehavior.SKIP),
)
for_somebody = LaunchPlan.get_or_create(
    wf,
    "plan-settings-for",
    security_context=SecurityContext(
        run_as=Identity(iam_role="arn:role", k8s_service_account="robot"), secrets=[Secret(group="g", key="k")]
    ),
)
older = LaunchPlan.get_or_create(
    wf, "plan-settings-older", auth_role=AuthRole(assumable_iam_role="arn:old", kubernetes_service_account="old")
)
again = LaunchPlan.get_or_create(wf, "plan-settings-older", auth_role=AuthRole("arn:old", "old"))

COMPILED = ("wf", "told", "for_somebody", "older", "again")
RUNS = (("told", {"x": 4}),)
