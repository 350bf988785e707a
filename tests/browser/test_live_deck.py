"""A deck while its task runs, seen by a real browser on a real platform: it fills by itself, and says what became of it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Error, FrameLocator, Locator, Page, expect

from tests.live import ROOT, LivePlatform, until

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(120)]

TRAINING = ROOT / "examples" / "training_loop.py"
ON_DEMAND = ROOT / "tests/acceptance/programs/deck_on_demand.py"


def started(platform: LivePlatform, program: Path, entity: str, *inputs: str) -> str:
    """Start something, and give the address of its deck."""
    told = platform.run("run", "--remote", str(program), entity, *inputs).stdout
    found = re.search(r"http://\S+/executions/[a-z0-9]+", told)
    assert found, told
    return f"{found[0]}?node=n0&tab=deck"


def deck(page: Page) -> FrameLocator:
    """The frame that is shown; a page that loads behind it does not count."""
    return page.frame_locator(".frames iframe:not(.loading)")


def rows(page: Page) -> Locator:
    return deck(page).locator("section[data-deck=metrics] tr")


@pytest.fixture
def wanted(tmp_path: Path) -> Iterator[Path]:
    """The file that says how many rows the deck is to have; the task ends with it."""
    file = tmp_path / "rows"
    file.write_text("1")
    yield file
    file.unlink(missing_ok=True)


def test_the_deck_fills_while_the_task_runs_and_is_final_after(
    platform: LivePlatform, page: Page, wanted: Path
) -> None:
    page.goto(started(platform, ON_DEMAND, "table", "--wanted", str(wanted)))
    badge = page.locator("#deck-badge")
    expect(badge).to_have_attribute("data-state", "running")
    expect(badge).to_have_text("Live")
    expect(rows(page)).to_have_count(1)

    wanted.write_text("2")
    expect(rows(page)).to_have_count(2)  # without anything done to the page
    expect(badge).to_have_text("Live")

    wanted.unlink()
    expect(badge).to_have_text("Final")
    expect(rows(page)).to_have_count(2)
    expect(deck(page).locator("header .state")).to_have_text("succeeded")
    expect(page.locator("#state .chip")).to_have_text("Succeeded")


def scrolled(page: Page) -> float:
    """How far down the shown frame is; a frame that is just being replaced is asked again."""
    while True:
        try:
            return deck(page).locator("html").evaluate("root => root.scrollTop")
        except Error as problem:
            if "detached" not in str(problem):
                raise


def test_the_reader_keeps_its_place_when_the_page_is_new(platform: LivePlatform, page: Page, wanted: Path) -> None:
    wanted.write_text("60")  # which is longer than its frame
    page.goto(started(platform, ON_DEMAND, "table", "--wanted", str(wanted)))
    expect(rows(page)).to_have_count(60)
    frames = page.locator(".frames").bounding_box()
    assert frames is not None
    page.mouse.move(frames["x"] + 100, frames["y"] + 200)
    page.mouse.wheel(0, 240)
    until(lambda: scrolled(page) == 240, "the frame scrolled")
    wanted.write_text("61")
    expect(rows(page)).to_have_count(61)
    assert scrolled(page) == 240
    wanted.unlink()
    expect(page.locator("#deck-badge")).to_have_text("Final")
    assert scrolled(page) == 240


def test_the_deck_of_a_failed_task_is_kept_and_says_so(platform: LivePlatform, page: Page) -> None:
    page.goto(started(platform, TRAINING, "training", "--epochs", "9", "--pause", "0.01", "--fail_at", "4"))
    expect(page.locator("#deck-badge")).to_have_text("Failed")
    expect(rows(page)).to_have_count(6)
    expect(deck(page).locator("header .state")).to_have_text("failed")

    page.get_by_role("link", name="Overview").click()
    expect(page.locator(".problem header")).to_contain_text("RuntimeError: the loss is not a number in epoch 4")
    expect(page.locator(".problem pre")).to_contain_text("training_loop.py")


def test_a_killed_task_says_so(platform: LivePlatform, page: Page) -> None:
    page.goto(started(platform, TRAINING, "training", "--epochs", "500", "--pause", "0.2"))
    expect(rows(page).nth(1)).to_be_visible()
    page.get_by_role("button", name="Terminate").click()
    page.locator("dialog").get_by_role("button", name="Terminate").click()
    expect(page.locator("#deck-badge")).to_have_text("Killed")
    expect(page.locator("#state .chip")).to_have_text("Aborted")


def test_a_deck_reaches_nothing_of_the_console(platform: LivePlatform, page: Page) -> None:
    page.goto(started(platform, TRAINING, "training", "--epochs", "2", "--pause", "0"))
    expect(page.locator("#deck-badge")).to_have_text("Final")
    for reach in ("parent.document.title", "localStorage.length", "document.cookie"):
        blocked = (
            deck(page)
            .locator("body")
            .evaluate(f"() => {{ try {{ return String({reach}) }} catch (problem) {{ return problem.name }} }}")
        )
        assert blocked == "SecurityError", reach
    page.goto(page.locator("#deck-alone").evaluate("link => link.href"))
    assert page.evaluate("() => self.origin") == "null"
