"""Somebody with a browser: signs in, walks about, and remembers all that went wrong on the way."""

from __future__ import annotations

import re
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Locator, Page, Request, expect

from tests.page.house import House

WIDE = (1440, 900)
PHONE = (390, 844)
EXPECTED = re.compile(r"status of 40[0-9]|net::ERR_CONNECTION|net::ERR_INCOMPLETE")
"""What a browser writes to its console about answers that a journey asked for."""


class Visitor:
    """One browser with its own cookies. As a context manager it checks at the end that nothing went wrong unseen."""

    def __init__(self, browser: Browser, house: House, *, size: tuple[int, int] = WIDE, **options: Any) -> None:
        width, height = size
        self.house = house
        self.context = browser.new_context(viewport={"width": width, "height": height}, base_url=house.url, **options)
        self.context.set_default_timeout(20_000)
        self.errors: list[str] = []
        self.strangers: list[str] = []
        self.context.on("console", self._heard)
        self.context.on("weberror", lambda error: self.errors.append(str(error.error)))
        self.context.on("request", self._asked)
        self.context.on("dialog", self._asked_by_dialog)
        self.page = self.context.new_page()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.context.close()
        if error is None:
            self.require_calm()

    def require_calm(self) -> None:
        """See that the browser met no error and asked nobody else, and begin to count anew."""
        errors, strangers = list(self.errors), list(self.strangers)
        self.errors.clear()
        self.strangers.clear()
        assert errors == []
        assert strangers == []

    def go_home(self) -> None:
        """Leave everything as a fresh browser would find it, but for what was fetched and who is signed in."""
        left = self.context.pages
        for page in left:
            if page.url.startswith(self.house.url):
                page.evaluate("localStorage.clear(); sessionStorage.clear()")
                break
        self.page = self.context.new_page()
        for page in left:
            page.close()
        self.context.clear_permissions()

    def sign_in(self, path: str = "/") -> None:
        """Open the page and sign in with the administrator's password."""
        self.page.goto(path)
        self.page.get_by_label("User name").fill(self.house.user)
        self.page.get_by_label("Password", exact=True).fill(self.house.password)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("navigation")).to_be_visible()

    def come_in(self, user: str = "", password: str = "") -> None:
        """Sign in without the form, which has journeys of its own. Nothing is opened yet."""
        who = {"user": user or self.house.user, "password": password or self.house.password}
        answer = self.context.request.post("/v1/session", data=who, headers={"X-Requested-With": "jobyard"})
        assert answer.ok, answer.text()

    def tab(self, path: str = "/") -> Page:
        """Open one more tab."""
        page = self.context.new_page()
        page.goto(path)
        return page

    def row(self, name: str) -> Locator:
        """Return the row of the job with this name."""
        return self.page.get_by_role("listitem").filter(has=self.page.get_by_role("link", name=name, exact=True))

    def open(self, path: str) -> None:
        """Go somewhere and wait until the feed is live."""
        self.page.goto(path)
        expect(self.page.locator(".live").first).to_have_text("live")

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not EXPECTED.search(message.text):
            self.errors.append(message.text)

    def _asked_by_dialog(self, dialog: Dialog) -> None:
        self.errors.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _asked(self, request: Request) -> None:
        host = urlsplit(request.url)
        if host.scheme in ("http", "https", "ws", "wss") and not request.url.startswith(self.house.url):
            self.strangers.append(request.url)
