"""Experiments on the page: curves as they come, plots, pictures, console, setup and files, and what one may do."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from jobyard.demo.training import Reporter, train
from tests.page.house import House
from tests.page.visitor import PHONE, WIDE, Visitor

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def reporter(house: House) -> Iterator[Reporter]:
    with Reporter(house.client.credentials().clearml) as speaks:
        yield speaks


@pytest.fixture(scope="module")
def trained(reporter: Reporter) -> tuple[str, str]:
    return train(reporter, "Slow training", 0.01, 80), train(reporter, "Fast training", 0.04, 80)


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("tab", name=re.compile(f"^{name}"))


def scalar(iteration: int, value: float) -> dict[str, object]:
    return {"type": "training_stats_scalar", "metric": "loss", "variant": "train", "iter": iteration, "value": value}


def test_curves_and_lines_come_while_the_script_reports(visitor: Visitor, reporter: Reporter) -> None:
    page = visitor.page
    task = reporter.begin("Reports slowly", "Live", {"rate": 0.1})
    visitor.open(f"/jobs/{task}?part=scalars")
    expect(page.get_by_text("Nothing was reported yet.")).to_be_visible()
    reporter.report(task, [scalar(0, 5.0), scalar(1, 4.0)])
    card = page.get_by_role("region", name="loss")
    expect(card.locator("canvas")).to_be_visible()
    expect(card.get_by_role("button", name=re.compile("^train"))).to_contain_text("4")
    reporter.report(task, [scalar(2, 1.5)])
    expect(card.get_by_role("button", name=re.compile("^train"))).to_contain_text("1.5")
    tab(page, "Console").click()
    reporter.report(task, [{"type": "log", "level": "INFO", "msg": "<b>first</b>\nsecond\n"}])
    log = page.get_by_role("log")
    expect(log.get_by_text("<b>first</b>")).to_be_visible()
    reporter.report(task, [{"type": "log", "level": "ERROR", "msg": "third\n"}])
    expect(log.get_by_text("third")).to_be_visible()
    reporter.end(task)
    expect(page.locator(".word.succeeded")).to_have_text("Finished")


def test_a_phone_shows_the_tab_that_is_open(visitor: Visitor, trained: tuple[str, str]) -> None:
    page = visitor.page
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    for part in ("Setup", "Artifacts"):
        visitor.open(f"/jobs/{trained[0]}?part={part.lower()}")
        expect(tab(page, part)).to_be_in_viewport(ratio=1)
    tab(page, "Attempts").click()
    expect(tab(page, "Attempts")).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})


def test_experiments_are_compared(visitor: Visitor, trained: tuple[str, str]) -> None:
    page, (slow, fast) = visitor.page, trained
    number = visitor.house.client.job(slow).number
    visitor.open(f"/jobs/{fast}")
    expect(tab(page, "Scalars")).to_have_attribute("aria-selected", "true")
    page.get_by_role("button", name="Compare with").click()
    page.get_by_label(f"Slow training #{number}").check()
    page.keyboard.press("Escape")
    accuracy = page.get_by_role("region", name="accuracy")
    expect(accuracy.locator("canvas")).to_be_visible()
    expect(accuracy.get_by_role("button", name=re.compile(f"^train #{number}"))).to_be_visible()
    page.get_by_label("Along").select_option("Time since the start")
    expect(accuracy.locator("canvas")).to_be_visible()
    tab(page, "Setup").click()
    page.get_by_label("Only what differs").check()
    rows = page.get_by_role("region", name="Parameters").get_by_role("row")
    expect(rows).to_have_text([re.compile("^Name"), "Args", re.compile(r"rate\s*0\.04\s*0\.01")])
    expect(page.get_by_text("optimizer:")).to_be_visible()
    expect(page.get_by_text("+   rate: 0.01")).to_be_visible()


def test_plots_pictures_and_files(visitor: Visitor, trained: tuple[str, str]) -> None:
    page, (_, fast) = visitor.page, trained
    visitor.open(f"/jobs/{fast}?part=plots")
    expect(page.get_by_role("img", name="classes · validation").locator("rect")).to_have_count(4)
    confusion = page.get_by_role("region", name="confusion · validation")
    expect(confusion.locator("rect")).to_have_count(16)
    confusion.get_by_role("button", name="As a table").click()
    expect(confusion.get_by_role("table").get_by_role("columnheader")).to_have_count(5)
    tab(page, "Images").click()
    picture = page.get_by_role("button", name="Enlarge samples · dog")
    expect(picture.get_by_role("img")).to_be_visible()
    assert picture.get_by_role("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 50
    picture.click()
    expect(page.get_by_role("dialog", name="samples · dog")).to_be_visible()
    page.keyboard.press("Escape")
    tab(page, "Artifacts").click()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="Download losses").click()
    assert fetched.value.path().read_text().startswith("step,loss\n0,")


def test_an_experiment_is_cloned_enqueued_archived_and_reset(visitor: Visitor, trained: tuple[str, str]) -> None:
    page, (slow, _) = visitor.page, trained
    visitor.open(f"/jobs/{slow}")
    page.get_by_role("button", name="Clone…").click()
    page.get_by_label("Name of the copy").fill("A second try")
    page.get_by_role("button", name="Clone", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("A second try")
    page.get_by_role("button", name="Put in line…").click()
    page.get_by_label("Queue").fill("trainers")
    page.get_by_role("button", name="Put in line", exact=True).click()
    expect(page.locator(".word.queued")).to_be_visible()
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_role("button", name="Fetch back")).to_be_visible()
    expect(page.locator(".word.draft")).to_be_visible()
