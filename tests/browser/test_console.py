"""The console's pages in a real browser on a real platform: lists that move by themselves, nodes, data and logs."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.live import ROOT, LivePlatform

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(120)]

HELLO = ROOT / "examples" / "hello.py"
GATED = """
from datetime import timedelta
from flyweight import approve, task, wait_for_input, workflow

@task
def train() -> float:
    return 0.75

@workflow
def release() -> float:
    accuracy = approve(train(), "good enough?", timeout=timedelta(hours=1))
    rate = wait_for_input("rate", timeout=timedelta(hours=1), expected_type=float)
    accuracy >> rate
    return rate
"""


def test_a_run_appears_in_the_list_by_itself(platform: LivePlatform, page: Page) -> None:
    # A domain of its own: the other tests share this platform, in any order.
    page.goto(f"http://{platform.endpoint}/console/projects/flytesnacks/domains/staging/executions")
    expect(page.get_by_text("Nothing has run here yet")).to_be_visible()

    platform.run("run", "--remote", "--wait", "-d", "staging", str(HELLO), "greet_all")

    row = page.locator("#rows tr")
    expect(row).to_have_count(1)
    expect(row.locator(".chip")).to_have_text("Succeeded")
    expect(row).to_contain_text("greet_all")
    expect(page.get_by_text("Nothing has run here yet")).to_have_count(0)


def test_a_long_error_pushes_no_column_out_of_the_list(platform: LivePlatform, page: Page, tmp_path: Path) -> None:
    (tmp_path / "failing.py").write_text(
        "from flyweight import task\n@task\ndef fail() -> int:\n    raise ValueError('no room ' * 20)\n"
    )
    # In a domain of its own: another test looks for failures and finds none.
    platform.run("run", "--remote", "--wait", "-d", "production", "failing.py", "fail", cwd=tmp_path, check=False)
    page.goto(f"http://{platform.endpoint}/console/projects/flytesnacks/domains/production/executions")
    expect(page.locator("#rows .line").first).to_contain_text("no room")
    for width in (900, 480):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.locator("#list").evaluate("card => card.scrollWidth <= card.clientWidth")


def test_filters_stand_in_the_address(platform: LivePlatform, page: Page) -> None:
    platform.run("run", "--remote", "--wait", str(HELLO), "greet_all")
    page.goto(f"http://{platform.endpoint}/console")
    page.get_by_role("link", name="Failed").click()
    expect(page.get_by_text("Nothing fits")).to_be_visible()
    assert page.url.endswith("?phase=failed")
    page.get_by_role("link", name="All", exact=True).click()
    page.get_by_role("searchbox").fill("greet")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("#rows tr").first).to_contain_text("greet_all")
    assert "q=greet" in page.url


def test_a_node_shows_its_data_and_keeps_its_place_in_the_address(platform: LivePlatform, page: Page) -> None:
    platform.run("run", "--remote", "--wait", str(HELLO), "greet_all", "--first", "<b>Alan</b>")
    page.goto(f"http://{platform.endpoint}/console")
    page.locator("#rows tr").first.locator("a").click()
    expect(page.locator("#panel")).to_contain_text("Hello, <b>Alan</b>! Hello, Grace!")

    page.locator("#graph .box").first.click()
    expect(page.locator("#panel .data").first).to_contain_text("Hello, <b>Alan</b>!")
    assert "node=n0" in page.url
    page.reload()
    expect(page.locator("#panel .title")).to_have_text("greet")
    page.go_back()
    expect(page.locator("#panel .title")).to_have_text("This run")


def test_relaunch_goes_to_the_new_run(platform: LivePlatform, page: Page) -> None:
    platform.run("run", "--remote", "--wait", str(HELLO), "greet_all")
    page.goto(f"http://{platform.endpoint}/console")
    page.locator("#rows tr").first.locator("a").click()
    before = page.url
    page.get_by_role("button", name="Relaunch").click()
    expect(page.locator("#confirm")).to_contain_text("with the same inputs")
    page.locator("#confirm").get_by_role("button", name="Relaunch").click()
    page.wait_for_url(lambda url: url != before)
    expect(page.locator("#state .chip")).to_have_text("Succeeded")


def test_what_is_not_there_is_told(platform: LivePlatform, page: Page) -> None:
    answer = page.goto(f"http://{platform.endpoint}/console/projects/flytesnacks/domains/development/executions/nosuch")
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("main")).to_contain_text("nosuch")


def test_gates_are_asked_and_answered_in_the_panel(platform: LivePlatform, page: Page, tmp_path: Path) -> None:
    (tmp_path / "gated.py").write_text(GATED)
    platform.run("run", "--remote", "--name", "gated", "gated.py", "release", cwd=tmp_path)
    page.goto(f"http://{platform.endpoint}/console/projects/flytesnacks/domains/development/executions/gated")
    expect(page.locator("#asked")).to_have_text("Waits for an answer: good enough?")
    expect(page.locator("#nodes tr[data-signal]")).to_contain_text("waits for an answer: good enough?")
    page.locator("#asked a").click()
    expect(page.locator("#panel")).to_contain_text("0.75")
    page.get_by_role("button", name="Approve").click()

    page.locator("#asked a", has_text="rate").click()
    expect(page.locator("#answer")).to_contain_text("float")
    page.get_by_label("Answer").fill("much")
    page.get_by_role("button", name="Set").click()
    expect(page.locator("#answer .refused")).to_contain_text("'much' is no float")
    page.get_by_label("Answer").fill("0.5")
    page.get_by_role("button", name="Set").click()
    expect(page.locator("#state .chip")).to_have_text("Succeeded")
    expect(page.locator("#asked")).to_be_empty()
