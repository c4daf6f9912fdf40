"""What holds for every screen: no barrier, no overflow, nothing inline, not much to download."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from jobyard.demo.training import Reporter, train
from jobyard.web.shelf import ASSETS
from tests.page.gallery import hang
from tests.page.house import ROOT, House
from tests.page.visitor import PHONE, WIDE, Visitor

pytestmark = pytest.mark.browser

SURVEY = ROOT / "tests" / "workflows" / "practice" / "survey" / "package" / "survey.yxwz"
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
WATCH = """
window.broken = [];
addEventListener("securitypolicyviolation", (event) => window.broken.push(event.violatedDirective));
"""
FIRST_LOAD = 120_000
"""Bytes of script, compressed, that may be loaded before the list shows."""


def reported(house: House) -> dict[str, str]:
    """Return the parts of an experiment's screen."""
    with Reporter(house.client.credentials().clearml) as reporter:
        trained = train(reporter, "Screen training", 0.02, 40)
    parts = ("images", "console", "setup", "artifacts")
    return {
        "scalars": f"/jobs/{trained}",
        "figures": f"/jobs/{trained}?part=plots",
        **{part: f"/jobs/{trained}?part={part}" for part in parts},
    }


def looked(house: House) -> dict[str, str]:
    """Return the parts of a dataset's screen, and some of one of which nothing is known."""
    full, bare = hang(house, "Manners").dataset.id, house.client.datasets.create("Bare").id
    parts = ("statistics", "quality", "consensus", "people")
    return {
        "pictures": f"/datasets/{full}",
        "picture": f"/datasets/{full}?picture=1",
        **{part: f"/datasets/{full}?part={part}" for part in parts},
        "no-truth": f"/datasets/{bare}?part=quality",
        "no-replicas": f"/datasets/{bare}?part=consensus",
    }


def ran_app(house: House) -> tuple[str, str]:
    """Hand in an app and run it; return its id and the job's."""
    secret = house.client.keys.create("manners").secret
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/octet-stream"}
    with httpx2.Client(base_url=house.url, headers=headers, trust_env=False, timeout=30) as client:
        app = client.post("/v1/uploads/workflows", params={"file": "survey.yxwz"}, content=SURVEY.read_bytes()).json()
        job = client.post(
            f"/v1/workflows/{app['id']}/run", headers={"Content-Type": "application/json"}, content=b"{}"
        ).json()
    house.client.wait(job["id"], timeout=30)
    return app["id"], job["id"]


@pytest.fixture(scope="module")
def screens(house: House) -> Iterator[dict[str, str]]:
    """Addresses of every screen, with something to see on each."""
    failed = house.done("stumble", name="Screen failed", parameters={"text": "It is on purpose. " * 40})
    parcel = house.done("parcel", name="Screen parcel", labels={"team": "vision"})
    walk = house.submit("walk", name="Screen walk", parameters={"steps": 100_000})
    waiting = house.submit("blink", name="Screen waiting", queue="gpu-large")
    folder = house.sources / "screens"
    folder.mkdir(exist_ok=True)
    (folder / "a class of pictures").mkdir(exist_ok=True)
    for name in ("a very long name of a file that goes on and on.jpg", "a class of pictures/small.jpg"):
        (folder / name).write_bytes(b"x")
    about = "Whatever there is to see on a screen."
    dataset = house.client.datasets.create("Screens", str(folder), purpose="image_classification", description=about)
    house.client.wait(house.client.datasets.sync(dataset.id, name="An earlier pass").id)
    passed = house.client.wait(house.client.datasets.sync(dataset.id).id)
    app, run = ran_app(house)
    yield {
        "list": "/",
        "nothing": "/?text=zzzzz",
        "failed": f"/jobs/{failed.id}",
        "result": f"/jobs/{parcel.id}",
        "running": f"/jobs/{walk.id}",
        "waiting": f"/jobs/{waiting.id}",
        "parameters": f"/jobs/{parcel.id}?part=parameters",
        "attempts": f"/jobs/{failed.id}?part=attempts",
        "plots": f"/jobs/{passed.id}?part=plots",
        **reported(house),
        "workflows": "/workflows",
        "workflow": f"/workflows/{app}",
        "messages": f"/jobs/{run}?part=messages",
        "records": f"/jobs/{run}?part=records",
        "tables": f"/jobs/{run}?part=files",
        **{room: f"/{room}" for room in ("schedules", "workers", "datasets", "keys", "webhooks", "users", "house")},
        "dataset": f"/datasets/{dataset.id}",
        **looked(house),
        "missing": f"/jobs/{'0' * 32}",
    }
    for job in (walk, waiting):
        house.client.cancel(job.id)


SCREENS = ("list", "nothing", "failed", "result", "running", "waiting", "parameters", "attempts", "plots")
WORKFLOW = ("workflows", "workflow", "messages", "records", "tables")
EXPERIMENT = ("scalars", "figures", "images", "console", "setup", "artifacts")
ROOMS = ("schedules", "workers", "datasets", "dataset", "keys", "webhooks", "users", "house", "missing")
LOOKED = ("pictures", "picture", "statistics", "quality", "consensus", "people", "no-truth", "no-replicas")


def offences(visitor: Visitor, rules: str = "") -> list[str]:
    """Return what axe finds on the screen that stands now, by all of its rules or by one."""
    if not visitor.page.evaluate("'axe' in window"):
        visitor.page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = visitor.page.evaluate("rule => axe.run(rule ? {runOnly: [rule]} : {})", rules)
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found["violations"] for node in rule["nodes"]]


def settled(visitor: Visitor) -> None:
    """Wait until the screen has what it shows."""
    expect(visitor.page.locator("main").locator("h1, h2").first).to_be_visible()
    expect(visitor.page.locator("main .skeleton")).to_have_count(0)
    expect(visitor.page.locator("main")).not_to_have_attribute("aria-busy", "true")


@pytest.fixture(scope="module")
def looking(browser: Browser, house: House) -> Iterator[Visitor]:
    """Somebody who may put axe into the page, which the page's policy would refuse."""
    with Visitor(browser, house, bypass_csp=True) as visitor:
        visitor.come_in()
        yield visitor


def in_both_looks(visitor: Visitor) -> list[str]:
    """Return what axe finds on the screen in the light and in the dark, which differ in nothing but their colours."""
    visitor.page.emulate_media(color_scheme="light")
    light = offences(visitor)
    visitor.page.emulate_media(color_scheme="dark")
    return light + [f"dark: {offence}" for offence in offences(visitor, "color-contrast")]


@pytest.mark.parametrize("screen", [*SCREENS, *EXPERIMENT, *WORKFLOW, *ROOMS, *LOOKED])
def test_no_screen_has_a_barrier(looking: Visitor, screens: dict[str, str], screen: str) -> None:
    looking.page.goto(screens[screen])
    expect(looking.page.get_by_role("navigation")).to_be_visible()
    settled(looking)
    assert in_both_looks(looking) == []


OPENED: dict[str, list[tuple[tuple[str, ...], str]]] = {
    "/?text=screen": [
        (("button: Owner",), "dialog"),
        (("button: More", "button: Format"), "dialog"),
        (("button: Submitted",), "dialog"),
        (("button: Views",), "menu"),
        (("button: What ended",), "dialog"),
        (("button: Signed in as admin administrator",), "menu"),
        (("button: Choose several", "checkbox: Choose Screen parcel"), "region"),
        (("button: More actions for Screen parcel", "menuitem: Delete…"), "dialog"),
        (("button: More actions for Screen parcel", "menuitem: Keep longer…"), "dialog"),
        (("button: More actions for Screen parcel", "menuitem: Run with changes…"), "dialog"),
        (("button: More actions for Screen waiting", "menuitem: Move or re-prioritise…"), "dialog"),
        (("button: Show how to start one",), "dialog"),
    ],
    "/schedules": [(("button: New schedule",), "dialog")],
    "/datasets": [(("button: New dataset",), "dialog")],
    "/workers": [(("button: Table",), "table")],
    "/webhooks": [(("button: New webhook",), "dialog")],
    "/users": [(("button: New user",), "dialog")],
    "/keys": [(("button: New key",), "dialog"), (("button: Client settings…", "button: Make settings"), "dialog")],
    "/house": [(("button: New limit",), "dialog"), (("button: New rule",), "dialog")],
}
"""By address: what is pressed there one after the other, and the role of what opens."""


@pytest.mark.parametrize("path", OPENED)
def test_nothing_that_opens_has_a_barrier(looking: Visitor, screens: dict[str, str], path: str) -> None:
    del screens
    page = looking.page
    page.goto(path)
    settled(looking)
    for presses, role in OPENED[path]:
        for press in presses:
            kind, _, name = press.partition(": ")
            page.get_by_role(kind, name=name, exact=True).first.click()  # type: ignore[arg-type]
        expect(page.get_by_role(role).first).to_be_visible()  # type: ignore[arg-type]
        assert in_both_looks(looking) == [], presses
        page.keyboard.press("Escape")


def test_the_door_has_no_barrier(browser: Browser, house: House) -> None:
    with Visitor(browser, house, bypass_csp=True) as visitor:
        visitor.page.goto("/")
        expect(visitor.page.get_by_label("User name")).to_be_visible()
        assert offences(visitor) == []


def test_no_screen_is_wider_than_the_window_and_all_keep_to_the_policy(
    browser: Browser, house: House, screens: dict[str, str]
) -> None:
    with Visitor(browser, house) as visitor:
        visitor.context.add_init_script(WATCH)
        visitor.come_in()
        for screen, path in screens.items():
            visitor.page.goto(path)
            expect(visitor.page.get_by_role("navigation")).to_be_visible()
            settled(visitor)
            for width, height in (PHONE, (768, 1024), WIDE, (2200, 1200)):
                visitor.page.set_viewport_size({"width": width, "height": height})
                visitor.page.evaluate("new Promise(requestAnimationFrame)")
                assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width, screen
            assert visitor.page.evaluate("window.broken") == [], screen


def test_the_first_load_is_small(browser: Browser, house: House) -> None:
    loaded: set[str] = set()
    with Visitor(browser, house) as visitor:
        visitor.context.on("request", lambda request: loaded.add(request.url.rsplit("/", 1)[1]))
        visitor.come_in()
        visitor.open("/")
    scripts = [name for name in loaded if name.endswith(".js")]
    assert scripts
    assert sum(len(gzip.compress((Path(ASSETS) / name).read_bytes())) for name in scripts) < FIRST_LOAD


def test_motion_is_left_out_for_those_who_ask(browser: Browser, house: House, screens: dict[str, str]) -> None:
    with Visitor(browser, house, reduced_motion="reduce") as visitor:
        visitor.come_in()
        visitor.page.goto(screens["running"])
        bar = visitor.page.get_by_role("progressbar").locator("i")
        expect(bar).to_be_visible()
        assert float(bar.evaluate("node => getComputedStyle(node).transitionDuration").removesuffix("s")) < 0.001
