"""Users: what an administrator does with them, and what they see themselves."""

from __future__ import annotations

import re

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from tests.page.house import House
from tests.page.visitor import Visitor

pytestmark = pytest.mark.browser
PASSWORD = "a long enough word"


def signs_in(house: House, user: str, password: str) -> bool:
    """Tell whether the server takes a password; the visitor's own browser does not notice."""
    answer = httpx2.post(f"{house.url}/v1/session", json={"user": user, "password": password})
    assert answer.status_code in {200, 201, 401}, answer.text
    return answer.is_success


def test_a_user_is_made_changed_and_shut_out(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/users")
    page.get_by_role("button", name="New user").click()
    page.get_by_label("Name").fill("lin")
    page.get_by_role("dialog").get_by_label("Role").select_option("viewer")
    page.get_by_role("button", name="Make user").click()
    shown = page.get_by_role("dialog", name="lin may sign in")
    password = shown.locator("pre").inner_text().strip()
    shown.get_by_role("button", name="I have copied it").click()
    assert signs_in(visitor.house, "lin", password)
    page.get_by_label("Role of lin").select_option("operator")
    expect(page.get_by_text("lin is operator now.")).to_be_visible()
    page.get_by_role("button", name="More for lin").click()
    page.get_by_role("menuitem", name="Shut out…").click()
    page.get_by_role("dialog").get_by_role("button", name="Shut out").click()
    expect(page.get_by_role("row").filter(has_text="lin")).to_contain_text("shut out")
    assert not signs_in(visitor.house, "lin", password)


def test_settings_for_each_family_of_clients_are_shown_once(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/keys")
    page.get_by_role("button", name="Client settings…").click()
    page.get_by_role("button", name="Make settings").click()
    shown = page.get_by_role("dialog", name="Client settings")
    expect(shown).to_contain_text(f"export JOBYARD_URL={visitor.house.url}")
    token = re.search(r"JOBYARD_TOKEN=(\S+)", shown.inner_text())
    assert token is not None
    for family, said in (
        ("ClearML", "credentials {"),
        ("CVAT", "CVAT_ACCESS_TOKEN"),
        ("Alteryx", "client_secret"),
        ("ModelArts", "HUAWEICLOUD_SDK_AK"),
        ("ModelArts", "openstack ma dataset list"),
    ):
        shown.get_by_role("tab", name=family).click()
        expect(shown).to_contain_text(said)
    shown.get_by_role("button", name="I have copied it").click()
    assert page.request.get("/v1/session", headers={"Authorization": f"Bearer {token[1]}"}).ok


def test_whoever_only_looks_is_offered_nothing_to_change(browser: Browser, house: House) -> None:
    if not any(user.name == "viola" for user in house.client.users.all()):
        house.client.users.add("viola", "viewer", PASSWORD)
    with Visitor(browser, house) as visitor:
        page = visitor.page
        visitor.come_in("viola", PASSWORD)
        visitor.open("/")
        expect(page.get_by_role("heading", name="No requests yet")).to_be_visible()
        expect(page.get_by_role("link", name="Users")).to_have_count(0)
        page.goto("/users")
        expect(page.get_by_role("heading", name="Your role does not open this screen")).to_be_visible()
