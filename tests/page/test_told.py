"""Being told of ends: the bell, the words, the wish to be told."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.page.visitor import Visitor

pytestmark = pytest.mark.browser


def test_the_bell_shows_what_ended_since_one_looked(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/workers")
    bell = page.get_by_role("button", name=re.compile("^What ended"))
    expect(bell).to_have_attribute("aria-label", "What ended")
    job = visitor.house.done("stumble", name="Rang the bell")
    expect(bell).to_have_attribute("aria-label", re.compile(r"What ended: \d+ requests? since you looked"))
    bell.click()
    expect(bell).to_have_attribute("aria-label", "What ended")
    page.get_by_role("dialog").get_by_role("link", name=re.compile("Rang the bell")).click()
    expect(page).to_have_url(re.compile(job.id))


def test_the_end_of_what_one_watches_is_told_wherever_one_is(visitor: Visitor) -> None:
    page = visitor.page
    job = visitor.house.submit("blink", name="Watched one", queue="nowhere")
    visitor.open(f"/jobs/{job.id}")
    page.get_by_role("button", name="Tell me when it ends").click()
    page.get_by_role("link", name="Datasets").click()
    visitor.house.client.cancel(job.id)
    words = page.get_by_role("status").filter(has_text="“Watched one” is cancelled.")
    words.get_by_role("button", name="Open").click()
    expect(page.get_by_role("heading", name="Watched one", level=1)).to_be_visible()
