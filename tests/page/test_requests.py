from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.page.visitor import Visitor

pytestmark = pytest.mark.browser
TO_THE_END = """
told => {
  scrollTo(0, document.documentElement.scrollHeight);
  return document.body.innerText.includes(told);
}
"""
EVIL = '<img src=x onerror="alert(1)"><script>alert(2)</script>'


def test_new_jobs_announce_themselves_and_come_when_asked_for(visitor: Visitor) -> None:
    page = visitor.page
    visitor.house.done("blink", name="There before")
    visitor.open("/")
    expect(visitor.row("There before")).to_be_visible()
    first = page.get_by_role("listitem").first.inner_text()
    visitor.house.submit("walk", name="Fresh one", parameters={"steps": 40})
    visitor.house.submit("walk", name="Fresh two", parameters={"steps": 40})
    announced = page.get_by_role("button", name="2 new")
    expect(announced).to_be_visible()
    expect(page).to_have_title("(2) Requests · Jobyard")
    assert page.get_by_role("listitem").first.inner_text().splitlines()[0] == first.splitlines()[0]
    announced.click()
    expect(page.get_by_role("listitem").nth(0)).to_contain_text("Fresh two")
    expect(page.get_by_role("listitem").nth(1)).to_contain_text("Fresh one")
    expect(announced).to_have_count(0)


def test_progress_ticks_and_a_running_job_can_be_cancelled(visitor: Visitor) -> None:
    visitor.house.submit("walk", name="A long walk", parameters={"steps": 1200})
    visitor.open("/")
    row = visitor.row("A long walk")
    expect(row).to_contain_text(re.compile(r"In progress \d+ %"))
    bar = row.get_by_role("progressbar")
    before = row.inner_text()
    expect(row).not_to_have_text(before)
    expect(bar).to_have_attribute("aria-valuenow", re.compile(r"\d+"))
    row.get_by_role("button", name="Cancel").click()
    expect(row).to_contain_text(re.compile("Stopping|Cancelled"))
    expect(row).to_contain_text("Cancelled")
    expect(row).to_contain_text("by admin")
    expect(row.get_by_role("button", name="Run again")).to_be_visible()


def test_a_failed_row_says_why_and_can_be_tried_again(visitor: Visitor) -> None:
    failed = visitor.house.done("stumble", name="Clumsy", parameters={"text": "The shoe was untied."})
    visitor.open("/?state=failed")
    row = visitor.row("Clumsy")
    expect(row).to_contain_text("Failed")
    expect(row).to_contain_text("The shoe was untied.")
    row.get_by_role("button", name="Retry").click()
    expect(visitor.page.get_by_text("“Clumsy” is in line again.")).to_be_visible()
    assert visitor.house.client.wait(failed.id).attempt == 2


def test_a_file_is_taken_away_from_the_row(visitor: Visitor) -> None:
    visitor.house.done("parcel", name="For you", parameters={"text": "přání"})
    visitor.open("/?state=succeeded")
    with visitor.page.expect_download() as taken:
        visitor.row("For you").get_by_role("button", name="Download").click()
    assert taken.value.suggested_filename == "parcel.txt"
    assert taken.value.path().read_text(encoding="utf-8") == "přání"


def test_whatever_people_call_things_is_only_text(visitor: Visitor) -> None:
    name = f"{EVIL} {'long ' * 50}"[:300].strip()
    visitor.house.done("stumble", name=name, labels={EVIL: EVIL}, parameters={"text": EVIL})
    visitor.open("/")
    row = visitor.page.get_by_role("listitem").filter(has_text=EVIL).first
    expect(row).to_be_visible()
    assert row.locator("img").count() == 0
    row.get_by_role("link").first.click()
    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text(EVIL)
    assert visitor.page.locator("main img").count() == 0


def test_filters_stand_in_the_address_and_can_be_cleared(visitor: Visitor) -> None:
    page = visitor.page
    visitor.house.done("stumble", name="Only me", labels={"trip": "north"})
    visitor.open("/")
    page.get_by_role("button", name=re.compile("^Failed")).click()
    expect(page).to_have_url(re.compile(r"\?state=failed$"))
    expect(visitor.row("Only me")).to_be_visible()
    page.get_by_role("button", name="Operation").click()
    page.get_by_role("radio", name="Stumble").click()
    expect(page).to_have_url(re.compile("kind=page.stumble"))
    page.goto("/?label=trip%3Dnorth")
    expect(page.get_by_role("listitem")).to_have_count(1)
    page.get_by_role("button", name="Remove the filter Labels: trip=north").click()
    expect(page).to_have_url(re.compile(r"/$"))
    page.go_back()
    expect(page.get_by_role("listitem")).to_have_count(1)


def test_a_search_that_finds_nothing_says_so(visitor: Visitor) -> None:
    page = visitor.page
    visitor.house.done("blink", name="Needle in the hay")
    visitor.open("/")
    page.keyboard.press("/")
    page.keyboard.type("needle hay")
    expect(page.get_by_role("listitem")).to_have_count(1)
    page.keyboard.type("zzz")
    expect(page.get_by_role("heading", name="Nothing fits")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(visitor.row("Needle in the hay")).to_be_visible()
    expect(page.get_by_label("Search requests")).to_have_value("")


def test_the_list_can_be_walked_with_keys_alone(visitor: Visitor) -> None:
    page = visitor.page
    visitor.house.done("blink", name="Key one")
    visitor.house.done("stumble", name="Key two")
    walk = visitor.house.submit("walk", name="Key three", parameters={"steps": 1200})
    visitor.open("/?text=key")
    expect(page.get_by_role("listitem")).to_have_count(3)
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Key three")).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Key two")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("c")
    expect(visitor.row("Key three")).to_contain_text("Cancelled")
    page.keyboard.press("r")
    expect(visitor.row("Key three")).to_contain_text(re.compile("In progress|Starting|Queued"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Key three", level=1)).to_be_visible()
    page.go_back()
    expect(visitor.row("Key two")).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Key two")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Key three", level=1)).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_role("button", name="Run again")).to_be_visible()
    assert visitor.house.client.wait(walk.id).state == "cancelled"
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def asked_to_delete(visitor: Visitor, name: str) -> Locator:
    visitor.house.done("blink", name=name)
    visitor.open("/")
    visitor.row(name).get_by_role("button", name=f"More actions for {name}").click()
    visitor.page.get_by_role("menuitem", name="Delete…").click()
    asked = visitor.page.get_by_role("dialog", name="Delete this request?")
    expect(asked).to_contain_text(name)
    return asked


def test_deleting_asks_first_and_can_be_left(visitor: Visitor) -> None:
    asked_to_delete(visitor, "Spared").get_by_role("button", name="Back").click()
    expect(visitor.row("Spared")).to_contain_text("Finished")
    visitor.page.reload()
    expect(visitor.row("Spared")).to_have_count(1)


def test_what_was_deleted_is_gone(visitor: Visitor) -> None:
    asked_to_delete(visitor, "Doomed").get_by_role("button", name="Delete").click()
    expect(visitor.row("Doomed")).to_contain_text("Deleted")
    visitor.page.reload()
    expect(visitor.row("Doomed")).to_have_count(0)


def test_a_queue_that_nobody_serves_is_said_loudly(visitor: Visitor) -> None:
    job = visitor.house.submit("blink", name="Left alone", queue="moonlight")
    visitor.open("/")
    banner = visitor.page.get_by_role("status").filter(has_text="moonlight")
    expect(banner).to_contain_text("no worker serves")
    expect(visitor.row("Left alone")).to_contain_text("No live worker serves queue moonlight.")
    banner.get_by_role("button", name="Show how to start one").click()
    line = re.compile(f"jobyard work --url {visitor.house.url} .*--queues moonlight")
    expect(visitor.page.get_by_role("dialog")).to_contain_text(line)
    visitor.page.keyboard.press("Escape")
    visitor.house.client.cancel(job.id)
    expect(banner).to_have_count(0)


def test_a_long_list_holds_few_rows_and_reads_on_while_one_scrolls(visitor: Visitor) -> None:
    page = visitor.page
    for number in range(180):
        visitor.house.submit("blink", name=f"Many {number:03d}", queue="nowhere", labels={"crowd": ""})
    visitor.open("/?label=crowd")
    expect(page.get_by_text("50 of 180")).to_be_visible()
    page.wait_for_function(TO_THE_END, arg="180 of 180")
    expect(page.get_by_text("180 of 180")).to_be_visible()
    page.keyboard.press("End")
    expect(visitor.row("Many 000")).to_be_visible()
    assert page.get_by_role("listitem").count() < 60
    where = page.evaluate("scrollY")
    visitor.row("Many 002").get_by_role("link", name="Many 002").click()
    expect(page.get_by_role("heading", name="Many 002", level=1)).to_be_visible()
    page.go_back()
    expect(visitor.row("Many 002")).to_be_visible()
    assert abs(page.evaluate("scrollY") - where) < 200
    for job in visitor.house.client.jobs(label=["crowd"]):
        visitor.house.client.cancel(job.id)
