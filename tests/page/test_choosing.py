"""Doing a thing with several requests at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.page.visitor import Visitor

pytestmark = pytest.mark.browser


def box(visitor: Visitor, name: str) -> Locator:
    return visitor.page.get_by_role("checkbox", name=f"Choose {name}")


def bar(visitor: Visitor) -> Locator:
    return visitor.page.get_by_role("region", name="Chosen requests")


def test_several_are_cancelled_and_put_back_in_line(visitor: Visitor) -> None:
    for number in range(3):
        visitor.house.submit("blink", name=f"Heap {number}", queue="nowhere", labels={"heap": ""})
    visitor.open("/?label=heap")
    box(visitor, "Heap 2").check()
    box(visitor, "Heap 0").click(modifiers=["Shift"])
    expect(bar(visitor)).to_contain_text("3 chosen")
    bar(visitor).get_by_role("button", name="Cancel 3").click()
    expect(visitor.page.get_by_text("3 cancelled.")).to_be_visible()
    expect(bar(visitor)).to_have_count(0)
    for number in range(3):
        expect(visitor.row(f"Heap {number}")).to_contain_text("Cancelled")
    visitor.page.get_by_role("button", name="Put back in line").click()
    for number in range(3):
        expect(visitor.row(f"Heap {number}")).to_contain_text("Queued")
    for job in visitor.house.client.jobs(label=["heap"]):
        visitor.house.client.cancel(job.id)


def test_what_is_chosen_with_keys_says_what_can_be_done_with_how_many(visitor: Visitor) -> None:
    page = visitor.page
    visitor.house.done("parcel", name="Pick parcel", labels={"pick": ""})
    visitor.house.done("stumble", name="Pick fall", labels={"pick": ""})
    visitor.open("/?label=pick")
    expect(page.get_by_role("listitem")).to_have_count(2)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(bar(visitor).get_by_role("button")).to_have_text(
        [*map(re.compile, ("Download ?1", "Run again ?2", "Keep 30 days ?1", "Delete… ?2")), ""]
    )
    page.keyboard.press("Escape")
    expect(bar(visitor)).to_have_count(0)


def test_several_are_deleted_after_a_question(visitor: Visitor) -> None:
    page = visitor.page
    for number in range(2):
        visitor.house.done("blink", name=f"Litter {number}", labels={"litter": ""})
    visitor.open("/?label=litter")
    page.get_by_role("button", name="Choose several").click()
    box(visitor, "Litter 0").check()
    box(visitor, "Litter 1").check()
    bar(visitor).get_by_role("button", name="Delete…").click()
    asked = page.get_by_role("dialog", name="Delete 2 requests?")
    asked.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("2 deleted.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Nothing fits")).to_be_visible()


def test_the_menu_opens_under_the_other_button_and_again_after_a_dialog(visitor: Visitor) -> None:
    page = visitor.page
    visitor.house.done("blink", name="Asked twice")
    visitor.open("/?text=twice")
    for _ in range(2):
        visitor.row("Asked twice").click(button="right", position={"x": 500, "y": 12})
        page.get_by_role("menuitem", name="Delete…").click()
        asked = page.get_by_role("dialog", name="Delete this request?")
        asked.get_by_role("button", name="Back").click()
        expect(asked).to_have_count(0)
    visitor.row("Asked twice").get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Delete…").click()
    asked.get_by_role("button", name="Delete").click()
    expect(visitor.row("Asked twice")).to_contain_text("Deleted")


def test_a_cancelled_wait_can_be_put_back(visitor: Visitor) -> None:
    job = visitor.house.submit("blink", name="Hasty", queue="nowhere")
    visitor.open("/?text=hasty")
    visitor.row("Hasty").get_by_role("button", name="Cancel").click()
    visitor.page.get_by_role("button", name="Put back in line").click()
    expect(visitor.row("Hasty")).to_contain_text("Queued")
    visitor.house.client.cancel(job.id)


def test_a_request_is_run_again_with_changes_and_the_old_one_stays(visitor: Visitor) -> None:
    page = visitor.page
    old = visitor.house.done("export", name="First go", parameters={"task": 7, "words": ["a", "b"]})
    visitor.open(f"/jobs/{old.id}")
    page.get_by_role("button", name="More actions for First go").click()
    page.get_by_role("menuitem", name="Run with changes…").click()
    dialog = page.get_by_role("dialog", name="Run again: Export annotations")
    expect(dialog.get_by_label("task")).to_have_value("7")
    dialog.get_by_label("Name", exact=True).fill("Second go")
    dialog.get_by_label("colour").select_option("green")
    dialog.get_by_label("words").fill("a\nc")
    dialog.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("heading", name="Second go", level=1)).to_be_visible()
    expect(page.locator(".sub .word")).to_have_text("Finished")
    expect(page.get_by_role("tabpanel")).to_contain_text('"colour": "green"')
    kept = visitor.house.client.job(old.id)
    assert kept.parameters["words"] == ["a", "b"]


def test_a_change_that_does_not_fit_is_said_at_its_field(visitor: Visitor) -> None:
    page = visitor.page
    old = visitor.house.done("export", name="Strict", parameters={"task": 7})
    visitor.open(f"/jobs/{old.id}")
    page.get_by_role("button", name="More actions for Strict").click()
    page.get_by_role("menuitem", name="Run with changes…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Write as JSON").click()
    dialog.get_by_label("Parameters as JSON").fill('{"task": "seven"}')
    dialog.get_by_role("button", name="Run", exact=True).click()
    expect(dialog.get_by_role("alert").last).to_contain_text("int")
    expect(dialog).to_be_visible()
