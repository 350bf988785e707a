"""Where a secret is looked for: its variable first, then its file, under Flyte's names."""

from pathlib import Path

import pytest

from flyweight import Secret, Secrets, current_context, task
from flyweight.errors import InvalidInput, NotFound


@task
def uses() -> str:
    return current_context().secrets.get("db", "password")


def test_the_variable_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    (tmp_path / "db" / "password").write_text("from a file\n")
    monkeypatch.setenv("FLYTE_SECRETS_DEFAULT_DIR", str(tmp_path))
    assert uses() == "from a file"
    monkeypatch.setenv("_FSEC_DB_PASSWORD", "from a variable")
    assert uses() == "from a variable"


def test_prefixes_and_versions_are_flytes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FLYTE_SECRETS_DEFAULT_DIR", str(tmp_path))
    monkeypatch.setenv("FLYTE_SECRETS_FILE_PREFIX", "p_")
    monkeypatch.setenv("FLYTE_SECRETS_ENV_PREFIX", "MINE_")
    secrets = Secrets()
    assert secrets.get_secrets_env_var("Db", "Key", "v2") == "MINE_DB_V2_KEY"
    assert secrets.get_secrets_file("Db", "Key", "v2") == str(tmp_path / "db/v2/p_key")
    monkeypatch.setenv("MINE_KEY", "value")
    assert secrets.get(key="key") == "value"


def test_what_is_not_there_says_where_to_put_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FLYTE_SECRETS_DEFAULT_DIR", str(tmp_path))
    with pytest.raises(NotFound, match=r"no secret db/password.*_FSEC_DB_PASSWORD.*db/password"):
        uses()
    with pytest.raises(InvalidInput, match="Say which secret"):
        Secrets().get()


def test_what_was_asked_for_is_not_to_be_asked_for_again() -> None:
    asked = Secrets([Secret(group="db", key="password")])
    with pytest.raises(NotFound, match=r"The task asks for it.*_FSEC_DB_PASSWORD of `flyweight up`.*secrets_dir"):
        asked.get("db", "password")
    with pytest.raises(NotFound, match=r"Ask for it with @task"):
        asked.get("db", "other")


@task(secret_requests=[Secret(group="db", key="password")])
def asks() -> str:
    return current_context().secrets.get("db", "password")


def test_a_task_knows_what_it_asked_for() -> None:
    with pytest.raises(NotFound, match="The task asks for it"):
        asks()
