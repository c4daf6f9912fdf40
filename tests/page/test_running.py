"""Running the house from the page: queues, workers, limits, rules of keeping."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.page.house import House
from tests.page.visitor import Visitor

pytestmark = pytest.mark.browser


def test_a_paused_queue_says_so_on_the_row_until_it_goes_on(visitor: Visitor) -> None:
    page = visitor.page
    job = visitor.house.submit("blink", name="Behind the barrier", queue="barrier")
    visitor.open("/workers")
    page.get_by_role("button", name="Pause barrier").click()
    row = page.get_by_role("row").filter(has_text="barrier")
    expect(row).to_contain_text("paused by admin")
    page.goto("/?text=barrier")
    expect(visitor.row("Behind the barrier")).to_contain_text("Queue barrier is paused by admin.")
    page.goto(f"/jobs/{job.id}")
    page.get_by_role("link", name="To the queues").click()
    page.get_by_role("button", name="Resume barrier").click()
    expect(row).not_to_contain_text("paused")
    visitor.house.client.cancel(job.id)


def test_a_drained_worker_takes_nothing_until_it_is_asked_to(browser: Browser, own_house: House) -> None:
    with Visitor(browser, own_house) as visitor:
        visitor.come_in()
        visitor.open("/workers")
        page = visitor.page
        page.get_by_role("button", name=re.compile("^Drain ")).click()
        expect(page.get_by_text("draining", exact=True)).to_be_visible()
        job = own_house.submit("blink", name="Patient")
        page.goto(f"/jobs/{job.id}")
        expect(page.get_by_text("No live worker serves queue default.")).to_be_visible()
        page.goto("/workers")
        page.get_by_role("button", name=re.compile("^Give .* work again$")).click()
        own_house.client.wait(job.id, timeout=30)


def test_a_waiting_row_tells_its_place_in_line(visitor: Visitor) -> None:
    page = visitor.page
    busy = [visitor.house.submit("walk", name="Hog", parameters={"steps": 3000}) for _ in range(3)]
    waiting = [visitor.house.submit("blink", name=f"Behind {number}", labels={"behind": ""}) for number in range(8)]
    visitor.open("/?label=behind&order=number")
    expect(visitor.row("Behind 7")).to_contain_text(re.compile(r"\dth in line"))
    expect(visitor.row("Behind 7")).to_contain_text(re.compile(r"\d+ jobs are before it in line"))
    page.goto(f"/jobs/{waiting[7].id}")
    expect(page.get_by_text(re.compile(r"\dth in line")).first).to_be_visible()
    for job in busy:
        visitor.house.client.cancel(job.id)
    for job in waiting:
        visitor.house.client.wait(job.id, timeout=30)


def test_a_waiting_job_is_moved_and_moved_back(visitor: Visitor) -> None:
    page = visitor.page
    job = visitor.house.submit("blink", name="Mover", queue="nowhere")
    visitor.open(f"/jobs/{job.id}")
    page.get_by_role("button", name="More actions for Mover").click()
    page.get_by_role("menuitem", name="Move or re-prioritise…").click()
    dialog = page.get_by_role("dialog", name="Change “Mover”")
    dialog.get_by_label("Queue").fill("elsewhere")
    dialog.get_by_label("Priority").fill("7")
    dialog.get_by_role("button", name="Change", exact=True).click()
    history = page.get_by_role("region", name="What happened")
    expect(history).to_contain_text("queue: nowhere → elsewhere")
    expect(history).to_contain_text("priority: 0 → 7")
    page.get_by_role("button", name="Undo").click()
    expect(history).to_contain_text("queue: elsewhere → nowhere")
    assert visitor.house.client.job(job.id).priority == 0
    visitor.house.client.cancel(job.id)


def test_all_that_fit_are_counted_before_anything_is_done(visitor: Visitor) -> None:
    page = visitor.page
    for number in range(60):
        visitor.house.submit("blink", name=f"Sheep {number}", queue="nowhere", labels={"sheep": ""})
    visitor.open("/?label=sheep&state=queued")
    page.get_by_role("button", name="Choose several").click()
    bar = page.get_by_role("region", name="Chosen requests")
    bar.get_by_role("button", name="Choose all 60 that fit").click()
    bar.get_by_role("button", name="Cancel").click()
    asked = page.get_by_role("dialog", name="Cancel 60 requests?")
    expect(asked).to_contain_text("60 of the 60 that fit")
    assert visitor.house.client.page(label=["sheep"], state=["queued"]).total == 60
    asked.get_by_role("button", name="Cancel them").click()
    expect(page.get_by_text("60 cancelled.")).to_be_visible()
    assert visitor.house.client.page(label=["sheep"], state=["queued"]).total == 0


def test_limits_and_rules_are_set_and_taken_away(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/house")
    page.get_by_role("button", name="New limit").click()
    dialog = page.get_by_role("dialog", name="New limit")
    dialog.get_by_role("combobox", name="Of").select_option("queue")
    dialog.get_by_label(re.compile("^Each queue")).uncheck()
    dialog.get_by_label("Name").fill("narrow")
    dialog.get_by_label("In line").fill("1")
    dialog.get_by_role("button", name="Set limit").click()
    row = page.get_by_role("row", name=re.compile("^narrow"))
    expect(row).to_contain_text("admin")
    job = visitor.house.submit("blink", queue="narrow")
    refused = page.request.post(
        "/v1/jobs", data={"kind": "page.blink", "queue": "narrow"}, headers={"X-Requested-With": "jobyard"}
    )
    assert refused.status == 429
    row.get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)
    visitor.house.client.cancel(job.id)
    page.get_by_role("button", name="New rule").click()
    dialog = page.get_by_role("dialog", name="New rule")
    dialog.get_by_label("Name").select_option(label="Chatter")
    dialog.get_by_label("Keep requests, days").fill("3")
    dialog.get_by_role("button", name="Count first").click()
    expect(dialog.get_by_role("status")).to_contain_text("This would remove")
    dialog.get_by_role("button", name="Set rule").click()
    rule = page.get_by_role("row", name=re.compile("^Chatter"))
    expect(rule).to_contain_text("3 days")
    rule.get_by_role("button", name="Remove").click()
    expect(rule).to_have_count(0)
    page.get_by_role("button", name="Look it over").click()
    expect(page.get_by_text("The house is sound.")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("retention of kind page.chatter")).first).to_be_visible()


def test_a_request_shows_what_it_waits_for_and_what_it_runs_again(visitor: Visitor) -> None:
    page = visitor.page
    first = visitor.house.submit("blink", name="The first", queue="nowhere")
    body = {"kind": "page.blink", "name": "The second", "after": [first.id]}
    made = page.request.post("/v1/jobs", data=body, headers={"X-Requested-With": "jobyard"}).json()
    visitor.open(f"/jobs/{made['id']}")
    expect(page.get_by_text("It waits for another job to end well.")).to_be_visible()
    page.get_by_role("link", name="The first").click()
    expect(page.get_by_role("heading", name="The first", level=1)).to_be_visible()
    visitor.house.client.cancel(first.id)
    page.goto(f"/jobs/{made['id']}")
    expect(page.locator(".sub .word")).to_have_text("Cancelled")
    expect(page.get_by_text("The first), which this one waited for, was cancelled").first).to_be_visible()


def test_what_waits_for_a_request_and_what_ran_it_again_are_listed(visitor: Visitor) -> None:
    page, client = visitor.page, visitor.house.client
    first = visitor.house.submit("blink", name="Root", queue="nowhere")
    body = {"kind": "page.blink", "name": "Leaf", "after": [first.id]}
    for _ in range(2):
        assert page.request.post("/v1/jobs", data=body, headers={"X-Requested-With": "jobyard"}).ok
    client.again(first.id, name="Root once more", queue="nowhere")
    visitor.open(f"/jobs/{first.id}")
    relations = page.locator("section").filter(has=page.get_by_role("heading", name="Relations"))
    expect(relations.get_by_role("link", name="Leaf")).to_have_count(2)
    expect(relations.get_by_role("link", name="Root once more")).to_be_visible()
    relations.get_by_role("link", name="show all 2 in the list").click()
    expect(page).to_have_url(re.compile(f"after={first.id}$"))
    expect(page.get_by_role("listitem")).to_have_count(2)
    expect(visitor.row("Leaf").first).to_contain_text("It waits for another job to end well.")
    page.get_by_role("button", name="Remove the filter Waits for").click()
    page.goto(f"/?origin={first.id}")
    expect(page.get_by_role("button", name="Remove the filter Runs again")).to_contain_text("Root")
    expect(page.get_by_role("listitem")).to_have_count(1)
    client.bulk("cancel", state=["queued"], queue=["nowhere"])
