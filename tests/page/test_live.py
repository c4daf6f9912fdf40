from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.page.house import House
from tests.page.visitor import Visitor

pytestmark = pytest.mark.browser

TABS = 8
"""More than the six connections a browser opens to one server."""


def test_eight_tabs_stay_live(visitor: Visitor) -> None:
    visitor.house.done("blink", name="There before")
    visitor.open("/")
    tabs = [visitor.page, *(visitor.tab("/") for _ in range(TABS - 1))]
    for tab in tabs:
        expect(tab.locator(".live").first).to_have_text("live")
    job = visitor.house.submit("blink", name="Seen by all", queue="nowhere")
    for tab in tabs:
        expect(tab.get_by_role("button", name="1 new")).to_be_visible()
    visitor.house.client.cancel(job.id)


def test_without_a_shared_worker_one_tab_leads_and_another_takes_over(browser: Browser, house: House) -> None:
    with Visitor(browser, house) as visitor:
        visitor.context.add_init_script("delete window.SharedWorker")
        house.done("blink", name="There before")
        visitor.come_in()
        visitor.open("/")
        leader, follower = visitor.page, visitor.tab("/")
        expect(follower.locator(".live").first).to_have_text("live")
        first = house.submit("blink", queue="nowhere")
        for tab in (leader, follower):
            expect(tab.get_by_role("button", name="1 new")).to_be_visible()
        leader.close()
        second = house.submit("blink", queue="nowhere")
        expect(follower.get_by_role("button", name="2 new")).to_be_visible()
        for job in (first, second):
            house.client.cancel(job.id)


def test_a_lost_server_is_said_and_nothing_is_missed_when_it_is_back(browser: Browser, own_house: House) -> None:
    with Visitor(browser, own_house) as visitor:
        visitor.come_in()
        known = own_house.done("blink", name="Known")
        visitor.open("/")
        expect(visitor.row("Known")).to_be_visible()
        for _ in range(3):
            own_house.submit("blink", queue="nowhere")
        expect(visitor.page.get_by_role("button", name="3 new")).to_be_visible()
        own_house.stop()
        expect(visitor.page.locator(".live").first).to_contain_text("offline · as of")
        expect(visitor.row("Known")).to_contain_text("Finished")
        visitor.row("Known").get_by_role("button", name="More actions").click()
        visitor.page.get_by_role("menuitem", name="Run again").click()
        expect(visitor.page.get_by_text("The server cannot be reached. Nothing was changed.")).to_be_visible()
        back = own_house.again()
        try:
            # These happen while the page has not come back yet: none of them is lost, and none of the first is doubled.
            for _ in range(4):
                back.submit("blink", queue="nowhere")
            back.client.retry(known.id)
            expect(visitor.page.locator(".live").first).to_have_text("live", timeout=30_000)
            expect(visitor.page.get_by_role("button", name="7 new")).to_be_visible()
            back.client.wait(known.id)
            expect(visitor.row("Known")).to_contain_text("Finished")
            visitor.page.goto(f"/jobs/{known.id}")
            expect(visitor.page.get_by_role("tab", name="Attempts 2")).to_be_visible()
        finally:
            back.stop()


def test_what_is_cancelled_elsewhere_shows_here(visitor: Visitor) -> None:
    job = visitor.house.submit("walk", name="Shared walk", parameters={"steps": 1200})
    visitor.open("/")
    other = visitor.tab(f"/jobs/{job.id}")
    expect(other.locator(".sub .word")).to_have_text("In progress")
    visitor.row("Shared walk").get_by_role("button", name="Cancel").click()
    expect(other.locator(".sub .word")).to_have_text("Cancelled")
    expect(visitor.row("Shared walk")).to_contain_text("Cancelled")
