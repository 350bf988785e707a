"""A platform's settings: which source wins, and what is said of a wrong one."""

import dataclasses
import sys
from pathlib import Path

import pytest

from flyweight.errors import InvalidInput
from flyweight.settings import PlatformSettings, apply_environment, default_data_dir, load_platform_settings
from flyweight.settings.platform import _PARSERS


@pytest.fixture
def data_dir(tmp_path):
    with apply_environment({"FLYWEIGHT_DATA_DIR": str(tmp_path)}):
        yield tmp_path


def test_defaults_are_what_flytes_sandbox_client_expects(data_dir):
    settings = load_platform_settings()
    assert (settings.host, settings.port, settings.data_dir) == ("127.0.0.1", 30080, data_dir)
    assert settings.workers >= 2
    assert settings.environments == {"flyweight": sys.executable}
    assert not settings.insecure_bind


def test_arguments_win_over_environment_over_file_over_defaults(data_dir):
    (data_dir / "config.yaml").write_text("port: 1\nworkers: 1\nhost: file.example\n")
    with apply_environment({"FLYWEIGHT_PORT": "2", "FLYWEIGHT_WORKERS": "2"}):
        settings = load_platform_settings({"port": 3, "host": None})
    assert (settings.port, settings.workers, settings.host) == (3, 2, "file.example")
    assert settings.inline_limit == 64 * 1024


def test_every_setting_can_be_given_in_every_way():
    assert _PARSERS.keys() == {field.name for field in dataclasses.fields(PlatformSettings)}


@pytest.mark.parametrize(("given", "meant"), [("25", {"*": 25}), ("p=4,*=9", {"p": 4, "*": 9}), ({"p": 4}, {"p": 4})])
@pytest.mark.parametrize("name", ["max_parallelism", "project_parallelism"])
def test_parallelism_is_one_number_or_one_a_project(data_dir, name, given, meant):
    assert getattr(load_platform_settings({name: given}), name) == meant
    with pytest.raises(InvalidInput, match=name):
        load_platform_settings({name: "many"})


def test_environments_come_from_yaml_or_a_list(data_dir):
    (data_dir / "config.yaml").write_text(
        "environments:\n  'ghcr.io/*': /opt/a/bin/python\n  default: ~/b/bin/python\n"
    )
    settings = load_platform_settings()
    assert settings.environments == {
        "flyweight": sys.executable,
        "ghcr.io/*": "/opt/a/bin/python",
        "default": str(Path.home() / "b/bin/python"),
    }
    with apply_environment({"FLYWEIGHT_ENVIRONMENTS": "default=/opt/c/bin/python"}):
        assert load_platform_settings().environments["default"] == "/opt/c/bin/python"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("port: many", "'many' is not a number"),
        ("port: 70000", "not between 0 and 65535"),
        ("workers: 0", "not between 1"),
        ("prot: 1", "did you mean 'port'"),
        ("insecure_bind: perhaps", "neither true nor false"),
        ("environments: default=python", "absolute"),
        ("host: [a, b]", "no text"),
        ("- a list", "names and values"),
        ("port: [", "not valid YAML"),
    ],
)
def test_a_wrong_line_is_named_with_its_file(data_dir, line, words):
    (data_dir / "config.yaml").write_text(line)
    with pytest.raises(InvalidInput, match=words) as caught:
        load_platform_settings()
    assert "config.yaml" in str(caught.value)


def test_a_wrong_variable_is_named():
    with apply_environment({"FLYWEIGHT_PORT": "x"}), pytest.raises(InvalidInput, match="FLYWEIGHT_PORT"):
        load_platform_settings()


def test_the_data_folder_is_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_platform_settings({"data_dir": "sub"}).data_dir == tmp_path / "sub"
    with apply_environment({"FLYWEIGHT_DATA_DIR": ""}):
        assert default_data_dir() == Path.home() / ".flyweight"
