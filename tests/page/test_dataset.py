"""Looking at a dataset: pictures and what is drawn over them, quality, agreement, people, and asking for work."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.page.gallery import PICTURES, Gallery, hang
from tests.page.house import House
from tests.page.visitor import PHONE, WIDE, Visitor

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def gallery(house: House) -> Gallery:
    return hang(house)


def at(gallery: Gallery, part: str = "") -> str:
    return f"/datasets/{gallery.dataset.id}" + (f"?part={part}" if part else "")


def large(page: Page) -> Locator:
    return page.get_by_role("dialog", name=re.compile("^Picture "))


def test_pictures_are_looked_at_with_what_is_drawn_over_them(visitor: Visitor, gallery: Gallery) -> None:
    page = visitor.page
    page.goto(at(gallery))
    pictures = page.get_by_role("list", name="Samples").get_by_role("listitem")
    expect(page.get_by_text(f"{PICTURES} of {PICTURES} samples")).to_be_visible()
    expect(pictures.first.locator("img")).to_have_js_property("complete", True)
    assert pictures.first.locator("img").evaluate("image => image.naturalWidth") > 0
    expect(pictures.nth(1).locator("path.over")).to_have_count(3)
    expect(pictures.nth(4).locator("circle")).to_have_count(3)
    expect(pictures.nth(5).locator("circle")).to_have_count(2)
    # A track is drawn where it is in each picture between its key frames.
    expect(pictures.nth(7).locator("path.over")).to_have_count(1)
    legend = page.get_by_role("group", name="Labels over the pictures")
    legend.get_by_role("button", name="dog", exact=True).click()
    expect(pictures.nth(1).locator("path.over")).to_have_count(1)
    legend.get_by_role("button", name="Show all").click()
    legend.get_by_role("button", name="Drawings").click()
    expect(page.locator("path.over")).to_have_count(0)
    legend.get_by_role("button", name="Drawings").click()
    pictures.nth(1).get_by_role("button").click()
    expect(large(page)).to_contain_text("2 of 12")
    expect(large(page)).to_contain_text("320 × 240")
    expect(large(page).get_by_role("listitem")).to_have_count(3)
    page.keyboard.press("ArrowRight")
    expect(large(page)).to_contain_text("picture_02.png")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(large(page).get_by_role("button", name="Previous picture")).to_be_disabled()
    shown = large(page).locator("img").bounding_box()
    page.keyboard.press("+")
    expect(large(page).get_by_role("button", name="Zoom out")).to_be_enabled()
    grown = large(page).locator("img").bounding_box()
    assert shown and grown and grown["width"] > shown["width"] * 1.3
    page.keyboard.press("0")
    page.keyboard.press("Escape")
    expect(large(page)).to_have_count(0)
    expect(page).to_have_url(re.compile(re.escape(at(gallery)) + "$"))


def test_samples_are_narrowed_and_listed(visitor: Visitor, gallery: Gallery) -> None:
    page = visitor.page
    page.goto(at(gallery))
    pictures = page.get_by_role("list", name="Samples").get_by_role("listitem")
    page.get_by_role("button", name="Label", exact=True).click()
    page.get_by_role("radio", name="pose").click()
    expect(pictures).to_have_count(1)
    expect(page).to_have_url(re.compile("label=pose"))
    page.get_by_role("button", name="Label: pose").click()
    page.get_by_role("radio", name="Without a label").click()
    expect(pictures.filter(has_text="picture_03.png")).to_have_count(1)
    page.goto(at(gallery))
    page.get_by_label("Find samples by their path").fill("_07")
    expect(pictures).to_have_count(1)
    page.get_by_role("button", name="List", exact=True).click()
    expect(pictures).to_have_count(1)
    expect(pictures.locator("time").first).to_be_visible()
    page.get_by_role("button", name="Pictures", exact=True).click()
    page.get_by_label("Find samples by their path").fill("nowhere")
    expect(page.get_by_role("heading", name="No sample fits.")).to_be_visible()


def test_what_it_holds_is_plotted(visitor: Visitor, gallery: Gallery) -> None:
    page = visitor.page
    page.goto(at(gallery))
    page.get_by_role("tab", name="Statistics").click()
    sizes = page.locator("section").filter(has=page.get_by_role("heading", name="Pictures by size"))
    expect(sizes.get_by_role("listitem").first).to_contain_text("320 × 240")
    things = page.locator("section").filter(has=page.get_by_role("heading", name="Things by label"))
    expect(things.get_by_role("listitem").filter(has_text="pose")).to_contain_text("1")
    expect(page.get_by_role("img", name="Annotated over time").locator("rect")).to_have_count(7 * 3)
    page.get_by_role("button", name=re.compile("^pose")).click()
    expect(page).to_have_url(re.compile(r"\?label=pose$"))
    expect(page.get_by_text("1 of 1 sample")).to_be_visible()


def test_a_quality_report_leads_to_both_drawings(visitor: Visitor, gallery: Gallery) -> None:
    page = visitor.page
    visitor.open(f"/jobs/{gallery.quality.id}")
    page.get_by_role("link", name="Open report").click()
    matrix = page.get_by_role("region", name="What was called what")
    expect(matrix.get_by_role("row").filter(has_text="cat").last.get_by_role("cell").first).to_have_text("2")
    expect(page.get_by_text("3 pictures compared, 25 % of all")).to_be_visible()
    expect(page.get_by_text(re.compile("^Not good enough: Accuracy is below"))).to_be_visible()
    numbers = page.locator("section").filter(has=page.get_by_role("heading", name="By label")).get_by_role("row")
    expect(numbers.filter(has_text="pose").get_by_role("cell").last).to_have_text("–")
    page.set_viewport_size({"width": 360, "height": PHONE[1]})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect(page.get_by_role("tab", name="Quality")).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    page.get_by_role("button", name="Sort", exact=True).click()
    page.get_by_role("radio", name="Other label").click()
    page.get_by_role("button", name=re.compile(r"^Other label .*picture_\d+\.png")).click()
    expect(large(page)).to_contain_text("Ground truth")
    expect(large(page).locator("g.dashed path.over")).to_have_count(1)
    expect(large(page).locator("g.faint")).to_have_count(2)
    page.keyboard.press("Escape")
    expect(matrix).to_be_visible()


def test_agreement_is_told_by_label_picture_and_replica(visitor: Visitor, gallery: Gallery) -> None:
    page = visitor.page
    visitor.open(f"/jobs/{gallery.merge.id}")
    page.get_by_role("link", name="Open report").click()
    labels = page.locator("section").filter(has=page.get_by_role("heading", name="Agreement by label"))
    expect(labels.get_by_role("listitem").filter(has_text="dog")).to_contain_text("50 %")
    expect(page.get_by_role("region", name=re.compile("^Assignment "))).to_have_count(2)
    page.get_by_title("Picture 12: show all replicas").first.click()
    expect(large(page)).to_contain_text("Replica 2")
    page.keyboard.press("Escape")
    expect(large(page)).to_have_count(0)


def test_work_of_people_is_told_and_taken_away(visitor: Visitor, gallery: Gallery) -> None:
    page = visitor.page
    visitor.open(f"/jobs/{gallery.report.id}")
    page.get_by_role("link", name="Open report").click()
    expect(page.get_by_role("row").filter(has_text="admin")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    assert download.value.path().read_text().startswith("scope,")


def ask(page: Page, gallery: Gallery, entry: str) -> Locator:
    """Open the dialog behind an entry of the menu."""
    page.goto(at(gallery))
    page.get_by_role("button", name="Work on Gallery").click()
    page.get_by_role("menuitem", name=entry).click()
    return page.get_by_role("dialog").last


def test_what_was_exported_is_imported_and_what_is_broken_is_not(
    visitor: Visitor, gallery: Gallery, tmp_path: Path
) -> None:
    page, client = visitor.page, visitor.house.client
    dialog = ask(page, gallery, "Export…")
    dialog.get_by_label("Format").select_option(label="COCO 1.0")
    dialog.get_by_role("button", name="Export").click()
    expect(page.locator(".sub .word")).to_have_text("Finished")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").first.click()
    download.value.save_as(tmp_path / "coco.zip")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"no archive")
    before = client.datasets.statistics(gallery.dataset.id)
    for file, end in ((tmp_path / "coco.zip", "Finished"), (broken, "Failed")):
        dialog = ask(page, gallery, "Import annotations…")
        dialog.get_by_label("File", exact=True).set_input_files(file)
        dialog.get_by_label("Format").select_option(label="COCO 1.0")
        dialog.get_by_label("Keep what was said before").check()
        dialog.get_by_role("button", name="Import").click()
        expect(page.locator(".sub .word")).to_have_text(end)
    after = client.datasets.statistics(gallery.dataset.id)
    assert sum(use.uses for use in after.labels) > sum(use.uses for use in before.labels)


def test_backups_and_comparisons_are_asked_for_in_dialogs(visitor: Visitor, gallery: Gallery) -> None:
    page = visitor.page
    dialog = ask(page, gallery, "Back up…")
    dialog.get_by_label("Lightweight").check()
    dialog.get_by_role("button", name="Back up").click()
    expect(page.locator(".sub .word")).to_have_text("Finished")
    dialog = ask(page, gallery, "Calculate quality…")
    dialog.get_by_label("Judge by the dataset's own rules").uncheck()
    dialog.get_by_label("and has to be at least").fill("0.1")
    dialog.get_by_role("button", name="Calculate").click()
    expect(page.locator(".sub .word")).to_have_text("Finished")
    page.get_by_role("link", name="Open report").click()
    expect(page.get_by_text(re.compile("^Good enough: Accuracy is at least 10"))).to_be_visible()


def test_a_ground_truth_and_replicas_are_made_where_there_are_none(visitor: Visitor, gallery: Gallery) -> None:
    page, datasets = visitor.page, visitor.house.client.datasets
    fresh = datasets.create("Blank walls", gallery.dataset.source, purpose="object_detection")
    visitor.house.client.wait(datasets.sync(fresh.id).id, timeout=60)
    page.goto(f"/datasets/{fresh.id}?part=quality")
    page.get_by_role("button", name="Make a ground truth…").click()
    dialog = page.get_by_role("dialog", name=re.compile("^Make a ground truth of"))
    dialog.get_by_label("Percent of all pictures").fill("25")
    dialog.get_by_label("Seed").fill("7")
    dialog.get_by_role("button", name="Make", exact=True).click()
    expect(page.get_by_text("3 pictures are the ground truth.")).to_be_visible()
    expect(page.get_by_role("button", name="Calculate quality")).to_be_visible()
    page.get_by_role("button", name="Work on Blank walls").click()
    expect(page.get_by_role("menuitem", name="Make a ground truth…")).to_have_count(0)
    page.get_by_role("menuitem", name="Make replicas…").click()
    dialog = page.get_by_role("dialog", name=re.compile("^Make replicas of"))
    dialog.get_by_label("Pictures in a part").fill("2")
    dialog.get_by_label("Shared with the part before").fill("2")
    dialog.get_by_role("button", name="Make", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("more than it shares")
    dialog.get_by_label("Pictures in a part").fill("6")
    dialog.get_by_label("Shared with the part before").fill("0")
    dialog.get_by_role("button", name="Make", exact=True).click()
    expect(page.get_by_text("4 replicas were made.")).to_be_visible()
    expect(page.get_by_role("button", name="Merge replicas")).to_be_visible()
    kinds = [one.kind for one in datasets.assignments(fresh.id)]
    assert sorted(kinds) == ["annotation", "annotation", "ground_truth", *["replica"] * 4]
