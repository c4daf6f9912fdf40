from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.page.house import House
from tests.page.visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.fixture
def stranger(browser: Browser, house: House) -> Visitor:
    return Visitor(browser, house)


def test_whoever_is_not_signed_in_sees_only_the_door(stranger: Visitor) -> None:
    with stranger as visitor:
        for path in ("/", "/jobs/0123", "/workers", "/keys"):
            visitor.page.goto(path)
            expect(visitor.page.get_by_label("User name")).to_be_focused()
            expect(visitor.page.get_by_role("navigation")).to_have_count(0)


def test_a_wrong_password_is_said_and_forgotten(stranger: Visitor) -> None:
    with stranger as visitor:
        page = visitor.page
        page.goto("/")
        page.get_by_label("User name").fill(visitor.house.user)
        page.get_by_label("Password", exact=True).fill("not this one")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_have_text("That name and password do not fit together.")
        expect(page.get_by_label("Password", exact=True)).to_have_value("")
        expect(page.get_by_label("Password", exact=True)).to_be_focused()


def test_signing_in_leads_to_where_one_wanted_to_go(stranger: Visitor) -> None:
    with stranger as visitor:
        visitor.sign_in("/workers")
        expect(visitor.page.get_by_role("heading", name="Queues & workers", level=1)).to_be_visible()
        cookies = {cookie["name"]: cookie for cookie in visitor.context.cookies()}
        session = cookies["jobyard_session"]
        assert session["httpOnly"]
        assert session["sameSite"] == "Strict"
        assert visitor.page.evaluate("document.cookie") == ""


def test_signing_out_closes_the_door_in_every_tab(stranger: Visitor) -> None:
    with stranger as visitor:
        visitor.sign_in()
        other = visitor.tab("/workers")
        expect(other.get_by_role("heading", name="Queues & workers", level=1)).to_be_visible()
        visitor.page.get_by_role("button", name="Signed in as").click()
        visitor.page.get_by_role("menuitem", name="Sign out").click()
        expect(visitor.page.get_by_label("User name")).to_be_visible()
        expect(other.get_by_label("User name")).to_be_visible()
        visitor.page.reload()
        expect(visitor.page.get_by_label("User name")).to_be_visible()


def test_a_session_that_ends_elsewhere_says_so_and_goes_on_after_signing_in(stranger: Visitor) -> None:
    with stranger as visitor:
        visitor.sign_in("/keys")
        expect(visitor.page.get_by_role("heading", name="Keys", level=1)).to_be_visible()
        visitor.page.request.delete("/v1/session", headers={"X-Requested-With": "jobyard"})
        expect(visitor.page.get_by_text("Your session is over")).to_be_visible()
        visitor.page.get_by_label("User name").fill(visitor.house.user)
        visitor.page.get_by_label("Password", exact=True).fill(visitor.house.password)
        visitor.page.keyboard.press("Enter")
        expect(visitor.page.get_by_role("heading", name="Keys", level=1)).to_be_visible()
