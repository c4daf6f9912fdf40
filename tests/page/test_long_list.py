"""A list that is longer than anybody reads stays light and smooth."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.page.crowd import fill
from tests.page.house import House
from tests.page.visitor import Visitor

pytestmark = pytest.mark.browser

HEAVIEST = 150_000_000
"""Bytes of script's memory, however long the list is."""
DEAREST = 0.06
"""Seconds of script, style and layout that one frame may cost while the list rolls; drawing is the machine's own."""
ROLL = """
async (share) => {
  const until = performance.now() + 1200;
  while (performance.now() < until) {
    scrollBy(0, innerHeight * share);
    await new Promise(requestAnimationFrame);
  }
}
"""


class Meter:
    """Measures what the frames of a page cost."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("Performance.enable")
        self._last = self._read()

    def _read(self) -> tuple[float, float]:
        found = {one["name"]: one["value"] for one in self._session.send("Performance.getMetrics")["metrics"]}
        return found["ScriptDuration"] + found["LayoutDuration"] + found["RecalcStyleDuration"], found["LayoutCount"]

    def each(self) -> float:
        """Return what a frame has cost since this was asked last."""
        spent, frames = self._read()
        before, self._last = self._last, (spent, frames)
        return (spent - before[0]) / max(1.0, frames - before[1])


def walked(browser: Browser, folder: Path, count: int) -> None:
    """Scroll through the whole of a list, back to its head, and hold what the page keeps of it against a limit."""
    fill(folder / "data", count)
    house = House(folder)
    try:
        with Visitor(browser, house) as visitor:
            page = visitor.page
            visitor.come_in()
            visitor.open("/")
            expect(visitor.row(f"Crowd {count - 1:06d}")).to_be_visible()
            meter, costs = Meter(page), list[float]()
            while not page.get_by_text(f"{count:,} of").is_visible():
                page.evaluate(ROLL, 2.0)
                costs.append(meter.each())
            print("milliseconds a frame, along the way:", [round(1_000 * cost) for cost in costs])
            assert statistics.median(costs) < DEAREST
            page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
            expect(visitor.row("Crowd 000000")).to_be_visible()
            assert page.get_by_role("listitem").count() < 80
            page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
            expect(page.locator("[role=listitem] .title").first).to_be_visible()
            page.evaluate("scrollTo(0, 0)")
            expect(visitor.row(f"Crowd {count - 1:06d}")).to_be_visible()
            assert page.locator("[role=listitem][aria-busy]").count() == 0
            assert page.evaluate("performance.memory.usedJSHeapSize") < HEAVIEST
    finally:
        house.stop()


def test_a_few_thousand_are_scrolled(browser: Browser, tmp_path: Path) -> None:
    walked(browser, tmp_path, 1_500)


@pytest.mark.storm
@pytest.mark.timeout(900)
def test_a_hundred_thousand_are_scrolled(browser: Browser, tmp_path: Path) -> None:
    walked(browser, tmp_path, 100_000)
