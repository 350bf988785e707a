"""A deck while its task runs, seen by a real browser on a real platform: it fills by itself, and says what became of it."""

import re

import pytest
from playwright.sync_api import Error, FrameLocator, Page, expect

from tests.live import ROOT, LivePlatform, until

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(120)]

PROGRAM = ROOT / "examples" / "training_loop.py"


def started(platform: LivePlatform, *inputs: str) -> str:
    """Start the training loop, and give the address of its execution."""
    told = platform.run("run", "--remote", str(PROGRAM), "training", *inputs).stdout
    found = re.search(r"http://\S+/executions/[a-z0-9]+", told)
    assert found, told
    return found[0]


def deck(page: Page) -> FrameLocator:
    """The frame that is shown; a page that loads behind it does not count."""
    return page.frame_locator(".frames iframe:not(.loading)")


def epochs(page: Page) -> int:
    return deck(page).locator("section[data-deck=metrics] tr").count() - 1


def test_the_deck_fills_while_the_task_runs_and_is_final_after(platform: LivePlatform, page: Page) -> None:
    page.goto(f"{started(platform, '--epochs', '14', '--pause', '0.4')}?node=n0&tab=deck")
    badge = page.locator("#deck-badge")
    expect(badge).to_have_attribute("data-state", "running")
    expect(badge).to_have_text("Live")

    expect(deck(page).locator("section[data-deck=metrics] tr").nth(1)).to_be_visible()
    first = epochs(page)
    until(lambda: epochs(page) > first, "another epoch in the deck, without anything done to the page")
    expect(badge).to_have_text("Live")

    expect(badge).to_have_text("Final")
    expect(deck(page).locator("section[data-deck=metrics] tr")).to_have_count(15)
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


def test_the_reader_keeps_its_place_when_the_page_is_new(platform: LivePlatform, page: Page) -> None:
    page.goto(f"{started(platform, '--epochs', '60', '--pause', '0.15')}?node=n0&tab=deck")
    until(lambda: epochs(page) > 36, "a deck that is longer than its frame")
    frames = page.locator(".frames").bounding_box()
    assert frames is not None
    page.mouse.move(frames["x"] + 100, frames["y"] + 200)
    page.mouse.wheel(0, 240)
    until(lambda: scrolled(page) == 240, "the frame scrolled")
    seen = epochs(page)
    until(lambda: epochs(page) > seen, "a newer page")
    assert scrolled(page) == 240
    expect(page.locator("#deck-badge")).to_have_text("Final")
    assert scrolled(page) == 240


def test_the_deck_of_a_failed_task_is_kept_and_says_so(platform: LivePlatform, page: Page) -> None:
    page.goto(f"{started(platform, '--epochs', '9', '--pause', '0.2', '--fail_at', '4')}?node=n0&tab=deck")
    expect(page.locator("#deck-badge")).to_have_text("Failed")
    expect(deck(page).locator("section[data-deck=metrics] tr")).to_have_count(6)
    expect(deck(page).locator("header .state")).to_have_text("failed")

    page.get_by_role("link", name="Overview").click()
    expect(page.locator(".problem header")).to_contain_text("RuntimeError: the loss is not a number in epoch 4")
    expect(page.locator(".problem pre")).to_contain_text("training_loop.py")


def test_a_killed_task_says_so(platform: LivePlatform, page: Page) -> None:
    page.goto(f"{started(platform, '--epochs', '500', '--pause', '0.2')}?node=n0&tab=deck")
    expect(deck(page).locator("section[data-deck=metrics] tr").nth(1)).to_be_visible()
    page.get_by_role("button", name="Terminate").click()
    page.locator("dialog").get_by_role("button", name="Terminate").click()
    expect(page.locator("#deck-badge")).to_have_text("Killed")
    expect(page.locator("#state .chip")).to_have_text("Aborted")


def test_a_deck_reaches_nothing_of_the_console(platform: LivePlatform, page: Page) -> None:
    page.goto(f"{started(platform, '--epochs', '2', '--pause', '0')}?node=n0&tab=deck")
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
