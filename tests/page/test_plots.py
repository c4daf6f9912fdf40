"""Plots: what is drawn can be walked, zoomed and read as a table, by pointer and by keys, and is fetched only then."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.page.visitor import Visitor

pytestmark = pytest.mark.browser

FETCHED = "performance.getEntriesByType('resource').filter(({name}) => /\\/Plot-.*js/.test(name)).length"
PAINTED = """
canvas => {
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(Array.from({length: data.length / 4}, (_, at) => data.slice(at * 4, at * 4 + 4).join())).size;
}
"""


def throughput(page: Page) -> Locator:
    return page.get_by_role("group", name="Jobs that ended", exact=True)


def test_throughput_is_drawn_and_read_with_keys_alone(visitor: Visitor) -> None:
    page = visitor.page
    visitor.house.done("blink")
    visitor.house.done("stumble")
    visitor.open("/")
    assert page.evaluate(FETCHED) == 0
    visitor.open("/workers")
    page.get_by_role("button", name="Outcome").press("Enter")
    plot = throughput(page)
    expect(plot.locator("canvas")).to_be_visible()
    assert plot.locator("canvas").evaluate(PAINTED) > 3
    assert page.evaluate(FETCHED) == 1
    plot.focus()
    page.keyboard.press("ArrowLeft")
    heard = page.get_by_role("status").filter(has_text="Finished")
    expect(heard).to_have_text(re.compile(r"\d, Finished \d+, Failed \d+, Cancelled \d+$"))
    if "Finished 0, Failed 0" in heard.inner_text():  # the minute has turned since they ended
        page.keyboard.press("ArrowLeft")
    expect(heard).to_have_text(re.compile(r"(Finished|Failed) [1-9]"))
    whole = page.get_by_role("button", name="Reset")
    expect(whole).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("+")
    expect(whole).to_have_attribute("aria-disabled", "false")
    page.keyboard.press("0")
    expect(whole).to_have_attribute("aria-disabled", "true")
    page.get_by_role("button", name="7 days").click()
    expect(page.get_by_text("Jobs that ended, each hour")).to_be_visible()


def test_a_plot_is_zoomed_smoothed_and_read_as_a_table(visitor: Visitor) -> None:
    page = visitor.page
    visitor.house.done("blink")
    visitor.open("/workers")
    page.get_by_role("button", name="Outcome").click()
    plot = throughput(page)
    expect(plot.locator("canvas")).to_be_visible()
    page.get_by_role("button", name="Table").click()
    table = page.get_by_role("table", name="Jobs that ended, as a table")
    expect(table.get_by_role("row")).to_have_count(61)
    expect(table.get_by_role("columnheader")).to_have_text(["Time", "Finished", "Failed", "Cancelled"])
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 60, steps=4)
    page.mouse.up()
    expect(table.get_by_role("row")).not_to_have_count(61)
    page.get_by_role("button", name="Log", exact=True).click()
    page.get_by_label("Smooth").fill("0.6")
    expect(page.get_by_role("slider", name="Smooth")).to_have_attribute("aria-valuetext", "60 %")
    line = page.get_by_role("button", name=re.compile("^Cancelled"))
    line.filter(has=page.locator("svg")).click()
    expect(line.filter(has=page.locator("svg"))).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Reset").click()
    expect(table.get_by_role("row")).to_have_count(61)


def test_the_passes_of_a_dataset_are_compared(visitor: Visitor) -> None:
    page, house = visitor.page, visitor.house
    folder = house.sources / "passes"
    folder.mkdir()
    (folder / "one.jpg").write_bytes(b"1")
    dataset = house.client.datasets.create("Passes", str(folder))
    first = house.client.wait(house.client.datasets.sync(dataset.id, name="First pass").id)
    (folder / "two.jpg").write_bytes(b"2")
    second = house.client.wait(house.client.datasets.sync(dataset.id, name="Second pass").id)
    assert (first.state, second.state) == ("succeeded", "succeeded")
    visitor.open(f"/jobs/{second.id}?part=plots")
    expect(page.get_by_text("It was over too soon for a curve.")).to_be_visible()
    page.get_by_role("button", name="Compare with").click()
    page.get_by_label(f"First pass #{first.number}").check()
    page.keyboard.press("Escape")
    added = page.get_by_role("group", name="added", exact=True)
    expect(added.locator("canvas")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile(f"First pass #{first.number}")).first).to_be_visible()
    page.goto(f"/datasets/{dataset.id}?part=statistics")
    bars = page.get_by_role("img", name="Its synchronizations").locator("rect")
    expect(bars).to_have_count(6)
    expect(bars.first).to_contain_text(f"#{first.number} · added: 1")


def test_labels_of_a_dataset_are_counted_and_narrow_its_samples(visitor: Visitor) -> None:
    page, house = visitor.page, visitor.house
    folder = house.sources / "animals"
    for name in ("cat/a.jpg", "cat/b.jpg", "dog/c.jpg", "d.jpg"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    about = "Seen in the yard"
    dataset = house.client.datasets.create("Animals", str(folder), purpose="image_classification", description=about)
    house.client.wait(house.client.datasets.sync(dataset.id).id)
    visitor.page.goto(f"/datasets/{dataset.id}")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Animals.*Image classification"))
    expect(page.get_by_text(about)).to_be_visible()
    page.get_by_role("tab", name="Statistics").click()
    expect(page.get_by_text("3 of 4 samples carry a label (75 %)")).to_be_visible()
    page.get_by_role("tab", name="Samples").click()
    rows = page.get_by_role("list", name="Samples").get_by_role("listitem")
    expect(rows).to_have_count(4)
    expect(rows.filter(has_text="dog/c.jpg").locator(".badge")).to_have_text("dog")
    page.get_by_role("tab", name="Statistics").click()
    page.get_by_role("button", name=re.compile("^cat")).click()
    expect(rows).to_have_count(2)
    expect(page).to_have_url(re.compile(r"\?label=cat$"))
    page.get_by_role("button", name="Label: cat").click()
    page.get_by_role("radio", name="Without a label").click()
    expect(rows).to_have_text([re.compile("d.jpg")])
    page.get_by_label("Find samples by their path").fill("nowhere")
    expect(page.get_by_role("heading", name="No sample fits.")).to_be_visible()
