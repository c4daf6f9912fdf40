"""Takes the pictures in docs/pictures: each screen of the page, light and dark, wide and on a phone.

They show a demo house on this machine after its story. `make screenshots` runs it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any, Literal, NamedTuple

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect, sync_playwright

from jobyard.web.pages import PLACES
from tests.house import tree
from tests.page.conftest import FLAGS, PATIENCE, chromium
from tests.page.visitor import PHONE, WIDE

PICTURES = tree.ROOT / "docs" / "pictures"
Look = Literal["light", "dark"]
LOOKS: tuple[Look, ...] = ("light", "dark")
SHAPES = {"wide": WIDE, "phone": PHONE}
DOOR = "sign-in"
LOADED = """() => {
  const within = [...document.images].filter((one) => one.getBoundingClientRect().top < innerHeight);
  return Promise.all(within.map((one) => one.decode())).then(() => true);
}"""
"""Waits until every picture within the window is there."""
COUNTED = """
  window.underWay = 0;
  const asked = window.fetch;
  window.fetch = async (...what) => {
    window.underWay += 1;
    try { return await asked(...what); } finally { window.underWay -= 1; }
  };
"""
"""Lets a page count the questions that have no answer yet."""
STILL = """() => new Promise((done) => {
  const empty = "main .skeleton, main .awaited, main .field-of-lines:not(:has(canvas))";
  const seen = (one) => one.getBoundingClientRect().top < innerHeight;
  let still = 0;
  const look = () => {
    still = window.underWay > 0 || [...document.querySelectorAll(empty)].some(seen) ? 0 : still + 1;
    if (still > 20) done(true);
    else requestAnimationFrame(look);
  };
  look();
})"""
"""Waits until nothing within the window was on its way for twenty frames: an answer leads to the next question."""
FLAT = 128
"""So many of a picture's commonest colours have a place in its palette."""


class Behind(NamedTuple):
    """What is behind the door: the address of each screen by the name of its picture, and how a browser gets in."""

    places: dict[str, str]
    known: StorageState


@contextmanager
def demo() -> Iterator[dict[str, Any]]:
    """Give a demo house whose story has been told: where it is, and how to sign in."""
    # The page shows where pictures lie, so the place has a name that any reader may have, and the same each time.
    data = Path(tempfile.gettempdir()) / "demo-data"
    data.mkdir()
    try:
        command = [sys.executable, "-m", "jobyard", "demo", "--data", str(data), "--port", "0", "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            try:
                yield json.loads(server.stdout.readline())
            finally:
                server.terminate()
                server.wait(timeout=30)
    finally:
        shutil.rmtree(data)


def sign_in(page: Page, house: dict[str, Any]) -> None:
    """Open the page as its administrator."""
    page.goto("/")
    page.get_by_label("User name").fill(house["user"])
    page.get_by_label("Password", exact=True).fill(house["password"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".live").first).to_have_text("live")


def settle(page: Page) -> None:
    """Wait until the screen has what it shows."""
    expect(page.locator("main").locator("h1, h2").first).to_be_visible()
    page.evaluate(STILL)
    expect(page.locator("main[aria-busy=true], main [aria-busy=true]")).to_have_count(0)
    for one in page.locator(".live").all():
        expect(one).to_have_text("live")
    page.evaluate(LOADED)
    page.evaluate("document.fonts.ready.then(() => true)")


def screens(page: Page, house: dict[str, Any]) -> dict[str, str]:
    """Return the address of each screen behind the door, by the name of its picture."""
    rooms = {place.strip("/"): place for place in PLACES if "{" not in place and place not in {"/", "/login", "/jobs"}}
    jobs = {job["name"]: f"/jobs/{job['id']}" for job in house["jobs"]}
    datasets = page.request.get("/v1/datasets").json()["datasets"]
    drawn = next(one for one in datasets if one["name"] == "portraits")
    flows = {one["name"]: one["id"] for one in page.request.get("/v1/workflows").json()["workflows"]}
    return {
        "requests": "/",
        "request": jobs["Study the colours"],
        "failed-request": jobs["Draw what is not there"],
        "waiting-request": jobs["Wait for a big machine"],
        "plots": f"{jobs['Second look at the pictures']}?part=plots",
        "experiment": jobs["Train with a fast rate"],
        "experiment-plots": f"{jobs['Train with a fast rate']}?part=plots",
        "dataset": f"/datasets/{drawn['id']}",
        **{part: f"/datasets/{drawn['id']}?part={part}" for part in ("statistics", "quality", "consensus", "people")},
        "picture": f"/datasets/{drawn['id']}?picture=0",
        "workflow": f"/workflows/{flows['Shapes of pictures']}",
        "workflow-records": f"{jobs['Shapes of pictures']}?part=records",
        **rooms,
    }


def reduced(picture: Image.Image) -> Image.Image:
    """Return the picture in 256 colours: the commonest, and of the rest those by which small marks keep theirs."""
    counted: list[tuple[int, Any]] = [*(picture.getcolors(picture.width * picture.height) or [])]
    common = [colour for _, colour in sorted(counted, reverse=True)[:FLAT]]
    rare = picture.quantize(256 - FLAT, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in common for part in colour] + rare)
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


def take(page: Page, name: str) -> None:
    """Write a picture of what the window shows, in few colours so that it stays small."""
    page.mouse.move(0, 0)
    taken = page.screenshot(animations="disabled", caret="hide")
    with Image.open(BytesIO(taken)) as picture:
        reduced(picture.convert("RGB")).save(PICTURES / f"{name}.png", optimize=True)
    print(f"docs/pictures/{name}.png")


@contextmanager
def window(
    browser: Browser, house: dict[str, Any], shape: str, look: Look, known: StorageState | None = None
) -> Iterator[BrowserContext]:
    """Give a browser window of a shape and a look, signed in where it is given what another one knows."""
    width, height = SHAPES[shape]
    phone = shape == "phone"
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=2 if phone else 1,
        is_mobile=phone,
        has_touch=phone,
        color_scheme=look,
        reduced_motion="reduce",
        base_url=house["url"],
        storage_state=known,
    )
    context.add_init_script(COUNTED)
    try:
        yield context
    finally:
        context.close()


def visit(browser: Browser, house: dict[str, Any], shape: str, look: Look, behind: Behind) -> None:
    """Take the picture of every screen in one shape and one look."""
    with window(browser, house, shape, look) as stranger:
        page = stranger.new_page()
        page.goto("/")
        settle(page)
        take(page, f"{DOOR}-{look}-{shape}")
    with window(browser, house, shape, look, behind.known) as friend:
        page = friend.new_page()
        for name, place in behind.places.items():
            page.goto(place)
            expect(page.get_by_role("navigation").first).to_be_visible()
            settle(page)
            take(page, f"{name}-{look}-{shape}")


def main() -> None:
    """Write all pictures anew."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for old in PICTURES.glob("*.png"):
        old.unlink()
    expect.set_options(timeout=PATIENCE)
    with demo() as house, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        with window(browser, house, "wide", "light") as first:
            page = first.new_page()
            sign_in(page, house)
            behind = Behind(screens(page, house), first.storage_state())
        for shape, look in product(SHAPES, LOOKS):
            visit(browser, house, shape, look, behind)
        browser.close()


if __name__ == "__main__":
    main()
