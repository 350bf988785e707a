"""Who pays for a failure, and when nobody does any more."""

import pytest
from flyteidl.core import errors_pb2, execution_pb2

from flyweight.semantics.budgets import (
    PLATFORM_RESTARTED,
    Failures,
    Payer,
    execution_error,
    is_recoverable,
    judge,
    payer,
)

USER, SYSTEM = execution_pb2.ExecutionError.USER, execution_pb2.ExecutionError.SYSTEM


def error(kind, code="Oops"):
    return execution_pb2.ExecutionError(code=code, message="broken", kind=kind)


@pytest.mark.parametrize(
    ("kind", "retries", "failures", "retry"),
    [
        (USER, 0, Failures(user=1), False),
        (USER, 2, Failures(user=2), True),
        (USER, 2, Failures(user=3), False),
        (USER, 1, Failures(user=1, system=3), True),
        (SYSTEM, 0, Failures(system=1), True),
        (SYSTEM, 0, Failures(system=3), True),
        (SYSTEM, 9, Failures(system=4), False),
    ],
)
def test_each_budget_is_its_own(kind, retries, failures, retry):
    assert judge(error(kind), recoverable=True, retries=retries, failures=failures).retry is retry


def test_exhausted_budgets_say_so():
    verdict = judge(error(USER), recoverable=True, retries=2, failures=Failures(user=3))
    assert verdict.error.code == "RetriesExhausted|Oops"
    assert verdict.error.message == "All 3 attempts failed. The last: broken"


def test_what_is_not_recoverable_fails_at_once_with_its_own_error():
    verdict = judge(error(USER), recoverable=False, retries=9, failures=Failures(user=1))
    assert not verdict.retry
    assert verdict.error == error(USER)


def test_a_restart_costs_nobody_anything():
    lost = error(SYSTEM, PLATFORM_RESTARTED)
    assert payer(lost) is Payer.NOBODY
    assert judge(lost, recoverable=True, retries=0, failures=Failures(user=9, system=9)).retry


def test_an_error_of_unknown_origin_is_the_users():
    raised = errors_pb2.ContainerError(code="c", message="m", kind=errors_pb2.ContainerError.RECOVERABLE, worker="w")
    kept = execution_error(raised)
    assert (kept.kind, kept.code, kept.message, kept.worker) == (USER, "c", "m", "w")
    assert payer(kept) is Payer.USER
    assert is_recoverable(raised)
    assert not is_recoverable(errors_pb2.ContainerError())
