"""Finding: what a row tells, the counts, the filters and the views."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.page.visitor import PHONE, Visitor

pytestmark = pytest.mark.browser


def test_a_row_tells_what_was_done_to_which_thing_in_which_format(visitor: Visitor) -> None:
    page = visitor.page
    asked = {"task": 12, "name": "street-scenes", "format": "COCO 1.0", "lightweight": True}
    visitor.house.done("export", parameters=asked)
    visitor.open("/?text=street")
    row = page.get_by_role("listitem").first
    expect(row.get_by_role("link", name="Export annotations")).to_be_visible()
    expect(row.get_by_text("COCO 1.0", exact=True)).to_be_visible()
    expect(row.get_by_text("Lightweight", exact=True)).to_be_visible()
    link = row.get_by_role("link", name="street-scenes #12")
    link.click()
    expect(page).to_have_url(re.compile("resource_type=task&resource_id=12"))
    expect(page.get_by_role("button", name="Resource: street-scenes #12")).to_be_visible()


def test_a_row_tells_when_and_the_exact_time_in_the_readers_zone(visitor: Visitor) -> None:
    job = visitor.house.done("parcel", name="Timely")
    visitor.open("/?text=timely")
    when = visitor.row("Timely").locator(".when")
    expect(when).to_contain_text(re.compile(r"finished (just now|\d+ s ago)"))
    expect(when).to_contain_text(re.compile(r"queued.*, started "))
    when.hover()
    expect(when).to_have_attribute("title", re.compile("Results until"))
    told = when.get_attribute("title") or ""
    assert [line.split(":")[0] for line in told.splitlines()[:-1]] == ["Queued", "Started", "Ended", "Results until"]
    zone = visitor.page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    assert told.splitlines()[-1] == zone
    expect(visitor.row("Timely")).to_contain_text(re.compile(r"files expire in \d+ d"))
    assert job.results_until is not None


def test_the_chips_count_what_the_filter_finds(visitor: Visitor) -> None:
    page = visitor.page
    for number in range(3):
        visitor.house.done("stumble", name=f"Counted {number}", labels={"counted": ""})
    visitor.house.done("blink", name="Counted too", labels={"counted": ""})
    visitor.open("/?label=counted")
    expect(page.get_by_role("button", name="All 4", exact=True)).to_be_visible()
    failed = page.get_by_role("button", name="Failed 3", exact=True)
    failed.click()
    expect(page.get_by_role("listitem")).to_have_count(3)
    expect(page.get_by_role("button", name="Finished 1", exact=True)).to_be_visible()
    visitor.house.done("stumble", name="Counted at last", labels={"counted": ""})
    expect(page.get_by_role("button", name="Failed 4", exact=True)).to_be_visible()


def test_another_owner_can_be_typed(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/")
    page.get_by_role("button", name="Owner", exact=True).click()
    field = page.get_by_role("textbox", name="Owner…")
    expect(field).to_be_focused()
    page.keyboard.type("maria")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?owner=maria$"))
    expect(page.get_by_role("heading", name="Nothing fits")).to_be_visible()


def test_a_rarer_filter_comes_out_of_more(visitor: Visitor) -> None:
    page = visitor.page
    visitor.house.done("blink", name="Yolo", labels={"format": "YOLO 1.1"})
    visitor.open("/")
    expect(visitor.row("Yolo").get_by_text("YOLO 1.1")).to_be_visible()
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("button", name="Format").click()
    expect(page.get_by_role("textbox", name="Format…")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="YOLO 1.1")).to_be_focused()
    page.keyboard.press("Enter")
    assert parse_qs(urlsplit(page.url).query) == {"label": ["format=YOLO 1.1"]}
    expect(page.get_by_role("listitem")).to_have_count(1)
    page.get_by_role("button", name="Format: YOLO 1.1").click()
    page.get_by_role("radio", name="All formats").click()
    expect(page).to_have_url(re.compile(r"/$"))


def test_time_narrows_by_span_and_by_days(visitor: Visitor) -> None:
    page = visitor.page
    visitor.house.done("blink", name="Of today")
    visitor.open("/")
    page.get_by_role("button", name="Submitted", exact=True).click()
    page.get_by_role("radio", name="In the last hour").click()
    expect(page).to_have_url(re.compile(r"\?since=1h$"))
    expect(visitor.row("Of today").first).to_be_visible()
    page.get_by_role("button", name="Submitted: In the last hour").click()
    page.get_by_label("From").fill("2020-02-03")
    page.get_by_label("To", exact=True).fill("2020-02-04")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page).to_have_url(re.compile(r"from=2020-02-03&to=2020-02-04"))
    expect(page.get_by_role("heading", name="Nothing fits")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Submitted: .*2020"))).to_be_visible()


def test_a_view_is_saved_used_and_forgotten(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/?state=failed&kind=page.stumble")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="Save this view…").click()
    page.get_by_label("Name").fill("Falls")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Falls")).to_be_visible()
    visitor.open("/")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitemradio", name="Falls").click()
    expect(page).to_have_url(re.compile(r"\?state=failed&kind=page.stumble$"))
    page.get_by_role("button", name="Falls").click()
    page.get_by_role("menuitem", name="Forget “Falls”").click()
    expect(page.get_by_role("button", name="Views")).to_be_visible()


def test_a_phone_shows_the_same_row_with_the_same_actions(visitor: Visitor) -> None:
    page = visitor.page
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    visitor.house.done("parcel", name="On the way", labels={"format": "COCO 1.0"})
    visitor.open("/?text=way")
    row = visitor.row("On the way")
    for said in ("COCO 1.0", "Finished", "queued"):
        expect(row.get_by_text(said).first).to_be_in_viewport()
    with page.expect_download():
        row.get_by_role("button", name="Download").click()
    row.get_by_role("button", name="More actions for On the way").click()
    expect(page.get_by_role("menuitem", name="Delete…")).to_be_in_viewport()
