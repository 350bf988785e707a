"""What ``flyweight build`` makes of a file's images, and says of them."""

import logging
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from flyweight import ContainerTask, ImageSpec, map_task, task, workflow
from flyweight.cli.build import build
from flyweight.client import images
from flyweight.compile.settings import ImageConfig, SerializationSettings
from flyweight.compile.specs import compile_entity
from flyweight.containers.building import Wanted, build_environment
from flyweight.containers.environments import Environments
from flyweight.errors import PreconditionFailed
from flyweight.sdk.image import IMAGE_ID
from flyweight.settings import write_discovery
from tests.live import ROOT

WITH_UV = f"{ROOT / '.venv-uv/bin'}:{os.environ['PATH']}"


def wheel(folder: Path, name: str = "tiny_package") -> Path:
    """Make a package that is nowhere else, without what it would take to build one."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(f"{name}.py", "SIZE = 3\n")
        packed.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        packed.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        packed.writestr(f"{info}/RECORD", "")
    return path


def test_tasks_of_every_class_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLYWEIGHT_DATA_DIR", str(tmp_path / "data"))
    file = tmp_path / "images_named.py"
    file.write_text(
        "from flyweight import ShellTask, task, workflow\n"
        "@task\ndef plain(x: int) -> int:\n    return x\n"
        "shell = ShellTask(name='shell', script='true', container_image='registry/shell:1')\n"
        "@workflow\ndef wf(x: int = 1) -> int:\n    shell()\n    return plain(x=x)\n"
    )
    said = CliRunner().invoke(build, [str(file), "wf"]).output
    assert f"shell: registry/shell:1 runs in {sys.executable}\n" in said
    assert f"plain: the default image runs in {sys.executable}\n" in said


@pytest.fixture
def uv(monkeypatch: pytest.MonkeyPatch) -> None:
    """Find the uv that `make` has fetched, which makes environments in a moment; else it is Python's own venv and pip."""
    monkeypatch.setenv("PATH", WITH_UV)


@pytest.mark.slow
@pytest.mark.usefixtures("uv")
def test_an_image_that_is_described_becomes_an_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "flyweight.images")
    data = tmp_path / "data"
    monkeypatch.setenv("FLYWEIGHT_DATA_DIR", str(data))
    file = tmp_path / "images_described.py"
    file.write_text(
        "from flyweight import ImageSpec, task\n"
        f"spec = ImageSpec(name='tiny', packages=[{str(wheel(tmp_path))!r}], env={{'A': '1'}}, apt_packages=['git'])\n"
        "@task(container_image=spec)\ndef sized() -> int:\n    return 1\n"
    )
    said = CliRunner().invoke(build, [str(file), "sized"])
    assert said.exit_code == 0, said.output
    assert "an environment has no apt_packages" in caplog.text
    assert "installing" in caplog.text
    python = said.output.splitlines()[-1].rpartition(" ")[2]
    assert python.startswith(str(data / "environments"))
    source = "import os, tiny_package, flyweight; print(tiny_package.SIZE, os.environ['A'], '_F_IMG_ID' in os.environ)"
    assert subprocess.run([python, "-c", source], capture_output=True, text=True, check=True).stdout == "3 1 True\n"
    caplog.clear()
    assert CliRunner().invoke(build, [str(file), "sized"]).exit_code == 0
    assert not caplog.text
    other = file.read_text().replace("env=", f"runtime_packages=[{str(wheel(tmp_path, 'other_package'))!r}], env=")
    changed = tmp_path / "images_changed.py"
    changed.write_text(other)
    assert CliRunner().invoke(build, [str(changed), "sized"]).output.endswith(f"{python}\n")  # by the same name
    assert "making an environment" not in caplog.text
    assert subprocess.run([python, "-c", "import tiny_package, other_package"], check=False).returncode == 0


BELOW = ImageSpec(name="below", requirements=__file__, pip_index="http://index", env={"A": "1", "B": "1"})
ABOVE = ImageSpec(name="above", base_image=BELOW, packages=["more"], env={"B": "2"})


@task(container_image=ABOVE)
def above(x: int) -> int:
    return x


@workflow
def overridden(x: int) -> int:
    return above(x=above(x=x)).with_overrides(container_image=BELOW)


def test_a_mapped_task_has_its_image_and_that_has_what_it_is_built_upon() -> None:
    (spec,) = images.image_specs(map_task(above))
    assert images.image_specs(overridden) == [ABOVE, BELOW]
    wanted = images.wanted(spec)
    assert (wanted.image, wanted.packages, wanted.requirements) == (ABOVE.image_name(), ["more"], [__file__])
    assert wanted.options == ["--index-url", "http://index"]
    assert wanted.variables == {"A": "1", "B": "2", IMAGE_ID: ABOVE.id}


@pytest.mark.slow
@pytest.mark.usefixtures("uv")
def test_what_cannot_be_installed_is_told_and_is_no_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = Wanted(
        image="broken:1",
        packages=[str(tmp_path / "no-such-1.0-py3-none-any.whl")],
        options=["--extra-index-url", "http://me:hidden@127.0.0.1:1/"],
    )
    with pytest.raises(PreconditionFailed, match=r"(?s)environment of broken:1 cannot be made.*no-such") as refused:
        build_environment(tmp_path, wanted, sys.executable, lambda _: None)
    assert "hidden" not in str(refused.value)
    assert "http://***@127.0.0.1:1/" in str(refused.value)
    assert Environments({}, tmp_path).named("broken:1") is None
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PreconditionFailed, match=r"old:1 wants Python 3\.99, and there is none on this machine"):
        build_environment(tmp_path, Wanted(image="old:1", python_version="3.99"), sys.executable, lambda _: None)


@task(container_image="registry/known:v3")
def known(x: int) -> int:
    return x


@task(container_image="{{.image.team.fqn}}:v1")
def unknown(x: int) -> int:
    return x


@task
def plain(x: int) -> int:
    return x


raw = ContainerTask(name="raw", image="registry/raw:v1", command=["true"])


@workflow
def of_images(x: int) -> int:
    raw()
    return plain(x=unknown(x=known(x=plain(x=x)))).with_overrides(container_image="registry/other:v1")


def test_an_image_that_matches_no_environment_is_told_and_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("FLYWEIGHT_DATA_DIR", str(tmp_path))
    (tmp_path / "config.yaml").write_text(f"environments:\n  'registry/known:*': {sys.executable}\n")
    config = ImageConfig(by_name={"team": "registry/team:latest"})
    settings = SerializationSettings(project="p", domain="d", version="v", image_config=config)
    names = images.images_named(of_images, compile_entity(of_images, settings), settings)
    assert names == ["registry/known:v3", "registry/other:v1", "registry/team:v1"]
    images.warn_of_unmatched("127.0.0.1:1", names)
    assert not caplog.text, "the platform is elsewhere"
    write_discovery(tmp_path, address="127.0.0.1:1", version="1", started=1)
    images.warn_of_unmatched("localhost:1", names)
    assert [record.getMessage().split(":")[0] for record in caplog.records] == [
        "The image registry/other",
        "The image registry/team",
    ]
    assert caplog.records[0].getMessage().endswith("config.yaml: registry/known:*)")
