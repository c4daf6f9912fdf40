"""Workflows on the page: handed in, looked at, run with answers, and what the run told, counted and wrote."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.page.visitor import Visitor
from tests.workflows.drawing import Canvas

pytestmark = pytest.mark.browser

SURVEY = Path(__file__).parents[1] / "workflows" / "practice" / "survey" / "package" / "survey.yxwz"


def test_an_app_is_handed_in_answered_run_and_its_table_fetched(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/workflows")
    page.get_by_role("button", name="Hand in a workflow").click()
    page.get_by_label("File").set_input_files(SURVEY)
    page.get_by_label("Name").fill("What people like")
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("What people like.*App"))
    expect(page.get_by_text("Yes, all of it runs here.")).to_be_visible()
    page.get_by_role("button", name="Run…").click()
    expect(page.get_by_label("From which age?")).to_have_value("18")
    page.get_by_label("From which age?").fill("40")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".word.succeeded")).to_have_text("Finished")
    page.get_by_role("tab", name="Messages").click()
    page.get_by_label("Severity").select_option("file")
    expect(page.get_by_text("1 records were written to 'likes.json'.")).to_be_visible()
    page.get_by_role("tab", name="Records").click()
    picture = page.get_by_role("region", name="The workflow as a picture")
    expect(picture.get_by_text("Filter", exact=True)).to_be_visible()
    expect(picture.locator("text.came")).not_to_have_count(0)
    expect(page.get_by_role("row", name=re.compile(r"Filter \(2\) True 1$"))).to_be_visible()
    page.get_by_role("tab", name=re.compile("^Result")).click()
    table = page.get_by_role("region", name="likes.json, as a table")
    expect(table.get_by_role("row").nth(1)).to_contain_text("Emmy")
    with page.expect_download() as fetched:
        page.locator(".file", has_text="likes.json").get_by_role("link", name="Download").click()
    assert "Emmy" in fetched.value.path().read_text()


def test_what_does_not_run_here_is_named_and_another_version_takes_its_place(visitor: Visitor, tmp_path: Path) -> None:
    canvas = Canvas()
    canvas.tool("PearsonCorrelation", Input=canvas.text(["n"], [1]))
    page = visitor.page
    page.goto("/workflows")
    page.get_by_role("button", name="Hand in a workflow").click()
    page.get_by_label("File").set_input_files(canvas.saved(tmp_path, name="odd.yxmd"))
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.get_by_text("No: 1 tool does not run here.")).to_be_visible()
    expect(page.locator("g.tool.wrong")).to_have_text(re.compile("Pearson"))
    expect(page.get_by_role("row", name=re.compile(r"Pearson Correlation \(2\)"))).to_be_visible()
    page.get_by_role("button", name="Hand in another version").click()
    page.get_by_label("File").set_input_files(SURVEY)
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.get_by_text("Yes, all of it runs here.")).to_be_visible()
    page.get_by_role("button", name="Let this one run").click()
    expect(page.get_by_text("No: 1 tool does not run here.")).to_be_visible()
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page).to_have_url(re.compile("/workflows$"))
