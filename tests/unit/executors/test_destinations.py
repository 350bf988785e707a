"""Code is unpacked in the attempt's own folder, whatever folder of its image a container names."""

from pathlib import Path

import pytest

from flyweight.executors.destinations import inside

WORK = Path("/data/run/work")


@pytest.mark.parametrize("named", ["/root", "/", "~/code", "../up", "a/../../up"])
@pytest.mark.parametrize(
    "program",
    [["pyflyte-fast-execute"], ["/opt/bin/pyflyte-fast-execute"], ["python", "-m", "flyweight.runtime.execute"]],
)
def test_a_folder_of_the_image_is_the_attempts_own(program: list[str], named: str) -> None:
    words = [*program, "--additional-distribution", "/d.tar.gz", "--dest-dir", named, "--", "pyflyte-execute"]
    words = inside(words, WORK)
    assert words[words.index("--dest-dir") + 1] == str(WORK)
    assert words[-1] == "pyflyte-execute"


@pytest.mark.parametrize(
    "words",
    [
        ["pyflyte-fast-execute", "--dest-dir", ".", "--", "pyflyte-execute"],
        ["pyflyte-fast-execute", "--dest-dir", "src/code", "--", "pyflyte-execute"],
        ["pyflyte-fast-execute", "--dest-dir"],
        ["pyflyte-execute", "--inputs", "/x"],
        ["rsync", "--dest-dir", "/backup"],
    ],
)
def test_other_words_are_left_alone(words: list[str]) -> None:
    assert inside(words, WORK) == words
