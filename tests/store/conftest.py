"""What the store's tests share: an open database of every kind that is supported, and records to put in it."""

import shutil

import pytest

from flyweight.engine.phases import AttemptPhase, ExecutionPhase, NodePhase
from flyweight.engine.records import AttemptRecord, ExecutionRecord, NewExecution, NodeRecord
from flyweight.store.database import Database


@pytest.fixture(params=["sqlite"])
def database_url(request, tmp_path):
    return f"{request.param}:///{tmp_path}/flyweight.db"


@pytest.fixture
def database(database_url, empty_database, tmp_path):
    shutil.copy(empty_database, tmp_path)  # where the URL leads
    opened = Database.open(database_url)
    yield opened
    opened.close()


def new_execution(key=1, **changes):
    fields = {
        "key": key,
        "project": "flytesnacks",
        "domain": "development",
        "name": f"e{key}",
        "closure_digest": "d1",
        "spec": b"",
        "inputs": b"inputs",
        "user_inputs": b"user inputs",
        "created_at": 1_000_000 * key,
    }
    return NewExecution(**{**fields, **changes})


def progress(key=1, phase=ExecutionPhase.RUNNING, **changes):
    return ExecutionRecord(**{"key": key, "phase": phase, "started_at": 5, "updated_at": 6, **changes})


def node(execution=1, name="n0", **changes):
    fields = {
        "execution": execution,
        "node": name,
        "spec_node": name,
        "kind": "task",
        "phase": NodePhase.RUNNING,
        "inputs": b"in",
        "outputs": b"out",
        "detail": b"detail",
        "deck_uri": "file:///deck.html",
        "created_at": 10,
    }
    return NodeRecord(**{**fields, **changes})


def attempt(execution=1, name="n0", number=0, **changes):
    fields = {
        "execution": execution,
        "node": name,
        "attempt": number,
        "task": "p:d:t:v",
        "phase": AttemptPhase.RUNNING,
        "output_prefix": "file:///out",
        "cpu_seconds": 0.5,
        "peak_memory_bytes": 1 << 33,
        "usage_series": b"series",
    }
    return AttemptRecord(**{**fields, **changes})
