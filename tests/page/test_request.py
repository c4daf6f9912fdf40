from __future__ import annotations

import hashlib
import re

import pytest
from playwright.sync_api import expect

from tests.page.visitor import Visitor

pytestmark = pytest.mark.browser


def test_a_failure_comes_first_and_its_detail_is_folded(visitor: Visitor) -> None:
    page = visitor.page
    job = visitor.house.done("stumble", name="Fell", parameters={"text": "A stone lay there."})
    visitor.open(f"/jobs/{job.id}")
    card = page.get_by_role("region", name="The work failed")
    expect(card).to_contain_text("A stone lay there.")
    detail = card.get_by_text("RuntimeError")
    expect(detail).not_to_be_visible()
    card.get_by_text("Show technical details").click()
    expect(detail.first).to_be_visible()
    history = page.locator("section").filter(has=page.get_by_role("heading", name="What happened"))
    expect(history.get_by_role("listitem").first).to_contain_text("Submitted by admin")
    expect(history.get_by_role("listitem").last).to_contain_text("Failed")


def test_a_running_job_is_followed_to_its_end(visitor: Visitor) -> None:
    page = visitor.page
    job = visitor.house.submit("walk", name="Watched", parameters={"steps": 60})
    visitor.open(f"/jobs/{job.id}")
    log = page.get_by_role("log")
    expect(log).to_contain_text("step 3")
    expect(page.get_by_text(re.compile(r"In progress \d+ %")).first).to_be_visible()
    expect(page).to_have_title(re.compile(r"^(\d+ %|Finished) · Watched · Jobyard$"))
    expect(page.locator(".sub .word")).to_have_text("Finished")
    expect(page.get_by_role("tab", name="Result")).to_be_visible()
    history = page.locator("section").filter(has=page.get_by_role("heading", name="What happened"))
    expect(history.get_by_role("listitem").last).to_contain_text("Finished by worker")


def test_a_long_log_is_followed_searched_and_kept_light(visitor: Visitor) -> None:
    page = visitor.page
    job = visitor.house.done("chatter", name="Talkative", parameters={"lines": 5000})
    visitor.open(f"/jobs/{job.id}?part=log")
    expect(page.get_by_text("5,001 lines")).to_be_visible()
    log = page.get_by_role("log")
    expect(log).to_contain_text("<img src=x onerror=alert(1)> red end")
    assert log.locator("img").count() == 0
    assert log.locator("time").count() < 120
    page.get_by_label("Find in log…").fill("word 00100")
    expect(page.get_by_text("1 of 1", exact=True)).to_be_visible()
    expect(log.locator("mark")).to_have_text("word 00100")
    follow = page.get_by_role("button", name="Follow")
    page.get_by_label("Find in log…").fill("")
    follow.click()
    if follow.get_attribute("aria-pressed") == "false":
        follow.click()
    expect(log).to_contain_text("red end")
    log.hover()
    page.mouse.wheel(0, -3000)
    expect(follow).to_have_attribute("aria-pressed", "false")


def test_files_are_shown_with_their_checksum_and_how_to_fetch_them(visitor: Visitor) -> None:
    page = visitor.page
    job = visitor.house.done("parcel", name="Wrapped", parameters={"text": "tea"})
    visitor.open(f"/jobs/{job.id}")
    digest = hashlib.sha256(b"tea").hexdigest()
    expect(page.get_by_title(digest)).to_be_visible()
    expect(page.get_by_text(re.compile(r"kept until .*(30|29) d left"))).to_be_visible()
    panel = page.get_by_role("tabpanel")
    panel.get_by_role("button", name="curl").click()
    expect(panel).to_contain_text(f"{visitor.house.url}/v1/jobs/{job.id}/results/parcel.txt")
    panel.get_by_role("button", name="Python").click()
    expect(panel).to_contain_text(f'yard.download("{job.id}", "parcel.txt")')
    panel.get_by_role("button", name="CLI").click()
    expect(panel).to_contain_text(f"jobyard jobs download {job.number} parcel.txt")
    expect(panel).to_contain_text('"weight": 3')
    with page.expect_download() as taken:
        panel.get_by_role("link", name="Download").click()
    assert taken.value.path().read_bytes() == b"tea"


def test_results_can_be_kept_longer(visitor: Visitor) -> None:
    page = visitor.page
    job = visitor.house.done("parcel", name="Precious")
    visitor.open(f"/jobs/{job.id}")
    page.get_by_role("button", name="More actions for Precious").click()
    page.get_by_role("menuitem", name="Keep longer…").click()
    page.get_by_label("Keep until").select_option(label="Without end")
    page.get_by_label("Also never remove the record by age").check()
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("The files are kept without end.")).to_be_visible()
    kept = visitor.house.client.job(job.id)
    assert kept.kept
    assert kept.results_until is None


def test_attempts_have_their_own_logs(visitor: Visitor) -> None:
    page = visitor.page
    job = visitor.house.done("stumble", name="Twice")
    visitor.house.client.retry(job.id)
    visitor.house.client.wait(job.id)
    visitor.open(f"/jobs/{job.id}")
    page.get_by_role("tab", name="Attempts").click()
    page.get_by_role("button", name="Attempt 1").click()
    expect(page.get_by_label("Attempt", exact=True)).to_have_value("1")
    expect(page.get_by_role("tab", name="Log")).to_have_attribute("aria-selected", "true")


def test_a_job_that_is_not_there_says_so(visitor: Visitor) -> None:
    visitor.page.goto(f"/jobs/{'0' * 32}")
    expect(visitor.page.get_by_role("heading", name="This request is not there")).to_be_visible()


def test_parameters_are_shown_as_they_were_asked(visitor: Visitor) -> None:
    job = visitor.house.done("parcel", parameters={"text": "<b>bold</b>"})
    visitor.open(f"/jobs/{job.id}?part=parameters")
    panel = visitor.page.get_by_role("tabpanel")
    expect(panel).to_contain_text('"text": "<b>bold</b>"')
    assert panel.locator("b").count() == 0


def test_what_a_failed_attempt_left_can_be_taken_away(visitor: Visitor) -> None:
    page = visitor.page
    job = visitor.house.done("halfway", name="Half packed")
    assert job.state == "failed"
    visitor.open("/?text=half+packed")
    visitor.row("Half packed").get_by_role("button", name="More actions").click()
    with page.expect_download() as taken:
        page.get_by_role("menuitem", name="Download").click()
    assert taken.value.path().read_text(encoding="utf-8") == "attempt 1"


def test_a_newcomer_finds_a_failure_understands_it_tries_again_and_takes_the_result(visitor: Visitor) -> None:
    """Everything by what stands there: no address and no name is known beforehand."""
    page = visitor.page
    visitor.house.done("halfway", name="Somebody's box", labels={"newcomer": ""})
    page.goto("/")
    page.get_by_role("button", name=re.compile("^Failed")).click()
    row = visitor.row("Somebody's box")
    expect(row).to_contain_text("The box was too small.")
    row.get_by_role("link", name="Somebody's box").click()
    expect(page.get_by_role("region", name="The work failed")).to_contain_text("The box was too small.")
    page.get_by_role("button", name="Retry").click()
    expect(page.locator(".sub .word")).to_have_text("Finished")
    page.get_by_role("tab", name="Result").click()
    with page.expect_download() as taken:
        page.get_by_role("tabpanel").get_by_role("link", name="Download").first.click()
    assert taken.value.path().read_text(encoding="utf-8") == "attempt 2"
