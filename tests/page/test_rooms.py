from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.page.visitor import Visitor

pytestmark = pytest.mark.browser


def test_workers_show_what_they_are_doing(visitor: Visitor) -> None:
    page = visitor.page
    job = visitor.house.submit("walk", name="Busy with this", parameters={"steps": 600})
    visitor.open("/workers")
    expect(page.get_by_role("link", name="Busy with this")).to_be_visible()
    expect(page.get_by_text(re.compile(r"[1-3] of 3 slots busy"))).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="default")).to_be_visible()
    visitor.house.client.cancel(job.id)
    expect(page.get_by_role("link", name="Busy with this")).to_have_count(0)


def test_all_that_a_worker_ran_is_found_from_it(visitor: Visitor) -> None:
    page = visitor.page
    visitor.house.done("blink", name="Ran there")
    visitor.open("/workers")
    page.get_by_role("link", name="All it ran").first.click()
    expect(page).to_have_url(re.compile("worker="))
    expect(visitor.row("Ran there")).to_be_visible()


def test_a_dataset_is_made_synchronized_and_looked_at(visitor: Visitor) -> None:
    page = visitor.page
    folder = visitor.house.sources / "cams"
    folder.mkdir(exist_ok=True)
    for number in range(30):
        (folder / f"frame_{number:03d}.jpg").write_bytes(b"x" * number)
    page.goto("/datasets")
    page.get_by_role("button", name="New dataset").click()
    page.get_by_label("Name", exact=True).fill("Cameras")
    page.get_by_label("Source", exact=True).fill("/etc")
    page.get_by_label("Purpose").select_option(label="Image classification")
    page.get_by_label("Description").fill("What the cameras saw")
    page.get_by_role("button", name="Make dataset").click()
    expect(page.get_by_role("alert")).to_contain_text("not inside a folder")
    page.get_by_label("Source", exact=True).fill(str(folder))
    page.get_by_role("button", name="Make dataset").click()
    row = page.get_by_role("row").filter(has_text="Cameras")
    row.get_by_role("button", name="Synchronize").click()
    expect(page.locator(".sub .word")).to_have_text("Finished")
    expect(page.get_by_role("link", name="Cameras").first).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="Datasets").click()
    expect(row).to_contain_text("30")
    page.get_by_role("link", name="Cameras").click()
    expect(page.get_by_text("frame_000.jpg")).to_be_visible()
    expect(page.get_by_text("30 of 30 samples")).to_be_visible()


def test_a_keys_secret_is_shown_once_and_works_until_it_is_revoked(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/keys")
    page.get_by_role("button", name="New key").click()
    page.get_by_label("What is it for?").fill("A journey")
    page.get_by_role("button", name="Make key").click()
    shown = page.get_by_role("dialog", name="Your new key")
    secret = shown.locator("pre").last.inner_text().strip()
    page.keyboard.press("Escape")
    expect(shown).to_be_visible()
    shown.get_by_role("button", name="I have copied it").click()
    expect(shown).to_have_count(0)
    assert secret not in page.content()
    bearer = {"Authorization": f"Bearer {secret}"}
    assert page.request.get("/v1/counts", headers=bearer).ok
    row = page.get_by_role("row").filter(has_text="A journey")
    row.get_by_role("button", name="Revoke").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(row).to_have_count(0)
    assert page.request.get("/v1/counts", headers=bearer).status == 401


def test_the_look_can_be_chosen_and_is_remembered(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Signed in as").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_an_address_of_the_page_that_leads_nowhere_is_the_servers_to_answer(visitor: Visitor) -> None:
    answer = visitor.page.request.get("/nonsense")
    assert answer.status == 404
