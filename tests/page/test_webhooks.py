"""Webhooks on the page: made, tested, failing, sent again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import msgspec
import pytest
from playwright.sync_api import expect

from tests.page.visitor import Visitor

pytestmark = pytest.mark.browser


class Receiver:
    """Somebody who is told; answers as it is set to."""

    def __init__(self) -> None:
        self.status = 204
        self.got: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append(msgspec.json.decode(body)["type"])
                self.send_response(outer.status)
                self.end_headers()

            def log_request(self, code: object = "-", size: object = "-") -> None:
                del code, size

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        self._thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running = Receiver()
    yield running
    running.stop()


def test_a_webhook_is_made_tested_and_tells_of_ends(visitor: Visitor, receiver: Receiver) -> None:
    page = visitor.page
    page.goto("/webhooks")
    page.get_by_role("button", name="New webhook").click()
    dialog = page.get_by_role("dialog", name="New webhook")
    dialog.get_by_placeholder("https://").fill(receiver.url)
    dialog.get_by_role("textbox", name="Name").fill("Chat")
    dialog.get_by_label("Queue").fill("hooked")
    dialog.get_by_role("button", name="Make webhook").click()
    shown = page.get_by_role("dialog", name="Your new webhook")
    expect(shown).to_contain_text("whsec_")
    shown.get_by_role("button", name="I have copied it").click()
    card = page.get_by_role("article").filter(has_text="Chat")
    card.get_by_role("button", name="Test").click()
    expect(page.get_by_text("“Chat” answered 204")).to_be_visible()
    assert receiver.got == ["ping"]
    receiver.status = 500
    job = visitor.house.submit("blink", name="Hooked", queue="hooked")
    visitor.house.client.cancel(job.id)
    card.get_by_role("button", name="Deliveries").click()
    deliveries = page.get_by_role("region", name="Deliveries of Chat")
    expect(deliveries).to_contain_text("cancelled")
    expect(deliveries).to_contain_text("500")
    receiver.status = 200
    deliveries.get_by_role("button", name="Send again").first.click()
    expect(deliveries.get_by_text("delivered")).to_be_visible()
    card.get_by_role("button", name="Pause").click()
    expect(card.get_by_text("paused", exact=True)).to_be_visible()
    card.get_by_role("button", name="More for Chat").click()
    page.get_by_role("menuitem", name="Delete…").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="No webhooks yet")).to_be_visible()


def test_an_address_inside_is_refused_in_words(visitor: Visitor) -> None:
    page = visitor.page
    page.goto("/webhooks")
    page.get_by_role("button", name="New webhook").click()
    dialog = page.get_by_role("dialog", name="New webhook")
    dialog.get_by_placeholder("https://").fill("http://169.254.169.254/latest")
    dialog.get_by_role("button", name="Make webhook").click()
    expect(dialog.get_by_role("alert")).to_contain_text("cannot be sent")
