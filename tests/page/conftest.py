"""What the journeys share: one browser, one house, and for each journey a visitor with a browser of their own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, StorageState, expect, sync_playwright

from tests.page.house import House
from tests.page.visitor import Visitor

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


PATIENCE = 20_000
"""Milliseconds to wait for what shall come; a busy machine is no failure."""
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""Programs that will do, the lightest first; the Makefile looks for the same ones."""


def chromium() -> str:
    """Return the browser to drive: the one JOBYARD_CHROMIUM names, or one of this machine."""
    found = next(filter(None, map(shutil.which, BROWSERS)), "/usr/bin/chromium")
    return os.environ.get("JOBYARD_CHROMIUM") or found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    running = House(tmp_path_factory.mktemp("house"))
    yield running
    running.stop()


@pytest.fixture
def own_house(tmp_path: Path) -> Iterator[House]:
    """A house that a journey may stop."""
    running = House(tmp_path)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def known(browser: Browser, house: House) -> StorageState:
    """What a browser keeps whose user has signed in: checking a password is made to be slow, so once is enough."""
    with Visitor(browser, house) as somebody:
        somebody.come_in()
        return somebody.context.storage_state()


@pytest.fixture(scope="session")
def regular(browser: Browser, house: House, known: StorageState) -> Iterator[Visitor]:
    """Somebody who comes again and again, and whose browser has fetched the page before."""
    with Visitor(browser, house, storage_state=known) as somebody:
        yield somebody


@pytest.fixture
def visitor(regular: Visitor) -> Iterator[Visitor]:
    """Somebody who is signed in. At the end their browser must have met no error and asked nobody else."""
    yield regular
    regular.go_home()
    regular.require_calm()
