"""Secrets: found in the platform's environment or its folder, given to those that ask, and to nobody else."""

from pathlib import Path

import pytest
from flyteidl.core import security_pb2, tasks_pb2

from flyweight.errors import InvalidInput
from flyweight.executors.asked_secrets import secret_variables
from flyweight.settings import PlatformSecrets, without_secrets


@pytest.fixture
def secrets(tmp_path: Path) -> PlatformSecrets:
    (tmp_path / "database").mkdir()
    (tmp_path / "database/password").write_text("sesame")
    (tmp_path / "token").write_text("42")
    return PlatformSecrets(tmp_path)


def asking(*wanted: security_pb2.Secret) -> tasks_pb2.TaskTemplate:
    return tasks_pb2.TaskTemplate(security_context=security_pb2.SecurityContext(secrets=wanted))


def test_a_task_is_given_what_it_asks_for_under_flytes_name_and_its_own(secrets: PlatformSecrets) -> None:
    task = asking(
        security_pb2.Secret(group="Database", key="PASSWORD", env_var="PGPASSWORD"), security_pb2.Secret(key="token")
    )
    assert secret_variables(task, secrets) == {
        "_FSEC_DATABASE_PASSWORD": "sesame",
        "PGPASSWORD": "sesame",
        "_FSEC_TOKEN": "42",
    }
    assert secret_variables(asking(), secrets) == {}


def test_a_variable_of_the_platforms_own_wins_over_a_file(
    secrets: PlatformSecrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_FSEC_DATABASE_PASSWORD", "open")
    assert secrets.get("database", "password") == "open"


def test_one_that_is_no_text_is_refused_in_words(secrets: PlatformSecrets, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidInput, match=r"the secret in .*key cannot be read: it is no text"):
        secrets.get("key")


@pytest.mark.parametrize("name", ["..", ".", "../database", "a\0b", "nothing"])
def test_what_is_no_secret_is_not_there(secrets: PlatformSecrets, name: str) -> None:
    assert secrets.get(name, "password") is None


def test_processes_start_without_any() -> None:
    assert without_secrets({"_FSEC_A": "1", "HOME": "/"}) == {"HOME": "/"}
