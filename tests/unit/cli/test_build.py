"""What ``flyweight build`` says of a file's images."""

from pathlib import Path

from click.testing import CliRunner

from flyweight.cli.build import build


def test_tasks_of_every_class_are_listed(tmp_path: Path) -> None:
    file = tmp_path / "images_named.py"
    file.write_text(
        "from flyweight import ShellTask, task, workflow\n"
        "@task\ndef plain(x: int) -> int:\n    return x\n"
        "shell = ShellTask(name='shell', script='true', container_image='registry/shell:1')\n"
        "@workflow\ndef wf(x: int = 1) -> int:\n    shell()\n    return plain(x=x)\n"
    )
    said = CliRunner().invoke(build, [str(file), "wf"]).output
    assert "shell: registry/shell:1\n" in said
    assert "plain: the default image\n" in said
