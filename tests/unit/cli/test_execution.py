"""What `flyweight execution` refuses before it asks anybody: options that its action has no use for."""

import pytest

from flyweight.cli.main import main


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["recover", "--version", "v2"], "--version is for rerun: recover takes none. Instead: rerun --node ID"),
        (["relaunch", "--node", "n0"], "--node is for show and rerun: relaunch takes none. Instead: rerun --node ID"),
        (["recover", "--cause", "enough"], "--cause is for terminate: recover takes none."),
        (["--new-name", "other"], "--new-name is for relaunch and recover and rerun: show takes none."),
        (["terminate", "--wait"], "--wait is for relaunch and recover and rerun: terminate takes none. Instead:"),
        (["recover", "--input", "x=2"], "--input is for relaunch: recover takes none."),
        (["rerun", "--inputs-file", "in.yaml"], "--inputs-file is for relaunch: rerun takes none."),
        (["approve", "ok?", "--version", "v2"], "--version is for rerun: approve takes none."),
    ],
)
def test_an_option_of_another_action_is_refused(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["execution", "e1", *words]) == 2
    assert told in capsys.readouterr().err
