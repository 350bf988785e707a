"""A client's settings: argument, environment, Flyte's file, a platform that runs here, or an error that helps."""

import json
import os
from pathlib import Path

import pytest

from flyweight.errors import InvalidInput, PreconditionFailed
from flyweight.settings import (
    apply_environment,
    discover,
    load_client_settings,
    load_storage_settings,
    remove_discovery,
    write_discovery,
)

FLYTE_FILE = """
admin:
  endpoint: dns:///flyte.example.com
  insecure: true
  caCertFilePath: /etc/flyte.pem
  authType: ClientSecret
  clientId: robot
  clientSecretLocation: {secret}
  scopes: [all, offline]
console:
  endpoint: https://console.example.com
task:
  project: iris
  domain: staging
storage:
  connection:
    endpoint: http://localhost:30002
    access-key: minio
    secret-key: miniostorage
"""


@pytest.fixture(autouse=True)
def home(tmp_path):
    """A user who has configured nothing yet."""
    cleared = dict.fromkeys([name for name in os.environ if name.startswith(("FLYTE", "FLYWEIGHT"))], "")
    with apply_environment({**cleared, "HOME": str(tmp_path)}):
        yield tmp_path


@pytest.fixture
def flyte_file(home):
    (home / "secret").write_text("hush\n")
    path = home / "flyte.yaml"
    path.write_text(FLYTE_FILE.format(secret=home / "secret"))
    return path


def running(home, address="127.0.0.1:30080"):
    folder = home / ".flyweight"
    folder.mkdir()
    write_discovery(folder, address=address, version="1.2.3", started=7)
    return folder


def test_with_nothing_at_all_the_error_says_how_to_start_one():
    with pytest.raises(PreconditionFailed, match="flyweight up"):
        load_client_settings()


def test_a_platform_that_runs_here_is_found(home):
    folder = running(home)
    settings = load_client_settings()
    assert (settings.endpoint, settings.insecure) == ("127.0.0.1:30080", True)
    assert (settings.default_project, settings.default_domain) == ("flytesnacks", "development")
    assert str(folder) in settings.source


def test_flytes_file_is_understood(flyte_file):
    with apply_environment({"FLYTECTL_CONFIG": str(flyte_file)}):
        settings = load_client_settings()
        storage = load_storage_settings()
    assert (settings.endpoint, settings.insecure) == ("flyte.example.com", True)
    assert settings.ca_cert_file == Path("/etc/flyte.pem")
    assert (settings.auth_type, settings.client_id, settings.client_secret) == ("ClientSecret", "robot", "hush")
    assert settings.scopes == ("all", "offline")
    assert settings.console_endpoint == "https://console.example.com"
    assert (settings.default_project, settings.default_domain) == ("iris", "staging")
    assert (storage.endpoint, storage.access_key, storage.secret_key) == (
        "http://localhost:30002",
        "minio",
        "miniostorage",
    )


def test_argument_over_environment_over_file_over_discovery(home, flyte_file):
    running(home)
    (home / ".flyte").mkdir()
    flyte_file.rename(home / ".flyte" / "config.yaml")
    assert load_client_settings().endpoint == "flyte.example.com"
    with apply_environment({"FLYTE_PLATFORM_URL": "https://env.example.com", "FLYTE_PLATFORM_INSECURE": "false"}):
        settings = load_client_settings()
        assert (settings.endpoint, settings.insecure) == ("env.example.com", False)
        with apply_environment({"FLYWEIGHT_ENDPOINT": "mine:1"}):
            assert load_client_settings().endpoint == "mine:1"
            assert load_client_settings(endpoint="arg:2").endpoint == "arg:2"


@pytest.mark.parametrize(
    ("endpoint", "insecure"),
    [
        ("localhost:30080", True),
        ("127.0.0.1:1", True),
        ("[::1]:1", True),
        ("flyte.example.com", False),
        ("http://flyte.example.com", True),
        ("https://localhost:1", False),
        ("dns:///localhost:1", True),
    ],
)
def test_plain_text_only_to_this_machine_unless_said(endpoint, insecure):
    assert load_client_settings(endpoint=endpoint).insecure is insecure
    assert load_client_settings(endpoint=endpoint, insecure=not insecure).insecure is not insecure


@pytest.mark.parametrize("endpoint", ["localhost.evil.example:1", "127.0.0.1.evil.example:1"])
def test_a_name_that_begins_like_this_machine_is_another(endpoint):
    assert load_client_settings(endpoint=endpoint).insecure is False


def test_a_given_file_must_be_there(tmp_path):
    with pytest.raises(InvalidInput, match=r"gone\.yaml"):
        load_client_settings(config_file=tmp_path / "gone.yaml")


def test_an_address_of_nothing_is_refused():
    with pytest.raises(InvalidInput, match="host:port"):
        load_client_settings(endpoint="http://")


def test_the_secret_may_stand_in_a_named_variable():
    names = {"FLYTE_CREDENTIALS_CLIENT_SECRET_ENV_VAR": "MY_SECRET", "MY_SECRET": "hush"}
    with apply_environment(names):
        assert load_client_settings(endpoint="x:1").client_secret == "hush"


def test_a_platform_is_found_while_its_process_lives(home):
    folder = running(home)
    found = discover()
    assert found is not None
    assert (found.address, found.pid, found.version, found.started) == ("127.0.0.1:30080", os.getpid(), "1.2.3", 7)
    remove_discovery(folder)
    remove_discovery(folder)
    assert discover() is None


def test_a_dead_platform_is_not_found(home):
    folder = running(home)
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    said = (folder / "platform.json").read_text()
    (folder / "platform.json").write_text(said.replace(f'"pid": {os.getpid()}', f'"pid": {child}'))
    assert discover() is None


def test_a_dead_platform_that_nobody_took_away_is_not_found(home):
    folder = running(home)
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    said = json.loads((folder / "platform.json").read_text())
    (folder / "platform.json").write_text(json.dumps({**said, "pid": child, "born": ""}))
    try:
        assert discover() is None
    finally:
        os.waitpid(child, 0)


def test_a_number_that_another_process_has_by_now_is_no_platform(home):
    folder = running(home)
    said = (folder / "platform.json").read_text()
    (folder / "platform.json").write_text(said.replace('"born": "', '"born": "1'))
    assert discover() is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"address": 1, "pid": "x", "started": 0, "version": ""}'])
def test_a_broken_note_is_no_platform(home, text):
    folder = running(home)
    (folder / "platform.json").write_text(text)
    assert discover() is None
