"""Takes the pictures that the README shows, of a demo house on this machine. `make screenshots` runs it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from tests.house import tree
from tests.page.conftest import FLAGS

PICTURES = tree.ROOT / "docs" / "pictures"
SIZE: ViewportSize = {"width": 1360, "height": 800}


@contextmanager
def demo() -> Iterator[dict[str, Any]]:
    """Give a demo house whose story has been told: where it is, and how to sign in."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "jobyard", "demo", "--data", folder, "--port", "0", "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            try:
                yield json.loads(server.stdout.readline())
            finally:
                server.terminate()
                server.wait(timeout=30)


def sign_in(page: Page, house: dict[str, Any]) -> None:
    """Open the page as its administrator."""
    page.goto(house["url"])
    page.get_by_label("User name").fill(house["user"])
    page.get_by_label("Password", exact=True).fill(house["password"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".live").first).to_have_text("live")


def main() -> None:
    """Write the pictures: the list of requests, and one request that runs."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with demo() as house, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium", args=FLAGS
        )
        page = browser.new_page(viewport=SIZE)
        sign_in(page, house)
        page.mouse.move(0, 0)
        page.screenshot(path=PICTURES / "requests.png")
        page.goto(f"{house['url']}/jobs/{house['jobs'][0]['id']}")
        expect(page.locator(".live").first).to_have_text("live")
        page.screenshot(path=PICTURES / "request.png")
        browser.close()


if __name__ == "__main__":
    main()
