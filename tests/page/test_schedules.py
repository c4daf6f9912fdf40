"""Schedules on the page: made, changed, run, paused, deleted."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.page.visitor import Visitor

pytestmark = pytest.mark.browser


def test_a_schedule_is_made_run_paused_and_deleted(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/schedules")
    page.get_by_role("button", name="New schedule").click()
    dialog = page.get_by_role("dialog", name="New schedule")
    dialog.get_by_label("Name").fill("Nightly")
    dialog.get_by_role("combobox", name="Operation").select_option("page.export")
    dialog.get_by_role("combobox", name="Runs").select_option("weekly")
    dialog.get_by_role("button", name="Wednesday").click()
    dialog.get_by_label("At", exact=True).fill("07:05")
    dialog.get_by_label("Time zone").fill("Europe/Prague")
    expect(dialog.get_by_role("status").first).to_have_text("Monday and Wednesday at 07:05")
    expect(dialog.get_by_text(re.compile("The next runs: "))).to_be_visible()
    dialog.get_by_label("task").fill("5")
    dialog.get_by_role("button", name="Make schedule").click()
    row = page.get_by_role("row").filter(has_text="Nightly")
    expect(row).to_contain_text("Monday and Wednesday at 07:05")
    row.get_by_role("button", name="Run now").click()
    expect(row).to_contain_text("Finished")
    row.get_by_role("button", name="Pause").click()
    expect(row).to_contain_text("paused by admin")
    row.get_by_role("button", name="Resume").click()
    expect(row).not_to_contain_text("paused")
    row.get_by_role("button", name="More for Nightly").click()
    page.get_by_role("menuitem", name="Change…").click()
    dialog = page.get_by_role("dialog", name="Change schedule")
    dialog.get_by_role("combobox", name="Runs").select_option("interval")
    dialog.get_by_role("spinbutton", name="Every").fill("2")
    dialog.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("Every 2 hours")
    row.get_by_role("button", name="More for Nightly").click()
    page.get_by_role("menuitem", name="Delete…").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="No schedules yet")).to_be_visible()


def test_a_wrong_expression_is_said_while_it_is_written(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/schedules")
    page.get_by_role("button", name="New schedule").click()
    dialog = page.get_by_role("dialog", name="New schedule")
    dialog.get_by_role("combobox", name="Runs").select_option("cron")
    dialog.get_by_role("textbox", name="Expression").fill("61 * * * *")
    expect(dialog.locator("p.wrong")).to_be_visible()
