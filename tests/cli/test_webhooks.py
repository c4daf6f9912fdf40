"""`jobyard webhooks`, beside a running server and without one, with a receiver that trusts nothing unsigned."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from jobyard.client import Conflict, Invalid, JobLetter, NotFound, NotGenuine, PingLetter, verify
from tests.cli.running import RunningHouse, eventually, running


class Ear(HTTPServer):
    """A receiver: what was genuine, and what was not."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hearing)
        self.secret = "whsec_AAAA"
        self.status = 204
        self.heard: list[JobLetter | PingLetter] = []
        self.false: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class Hearing(BaseHTTPRequestHandler):
    server: Ear

    def do_POST(self) -> None:
        body = self.rfile.read(length := int(self.headers["Content-Length"]))
        if len(body) < length:
            return  # whoever sent it was killed
        try:
            self.server.heard.append(verify(self.server.secret, self.headers, body))
        except NotGenuine as error:
            self.server.false.append(str(error))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *words: Any) -> None:
        return None


@contextmanager
def hearing() -> Iterator[Ear]:
    ear = Ear()
    thread = threading.Thread(target=ear.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield ear
    finally:
        ear.shutdown()
        thread.join()
        ear.server_close()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    folder = tmp_path_factory.mktemp("house")
    with running(folder, "--webhook-target", "127.0.0.0/8", workers=1) as made:
        yield made


def made(house: RunningHouse, ear: Ear, *words: str) -> str:
    """Make a webhook from the command line; return its id."""
    told = house.call("webhooks", "create", ear.url, *words, "--json")
    assert told.code == 0, told.err
    ear.secret = told.json["secret"]
    id_: str = told.json["webhook"]["id"]
    return id_


def told(ear: Ear) -> list[str]:
    return [letter.type for letter in list(ear.heard)]


def test_a_receiver_is_told_what_happens_and_can_trust_it(house: RunningHouse) -> None:
    with hearing() as ear, house.client() as client:
        id_ = made(house, ear, "--name", "ci", "--event", "finished", "--event", "failed")
        job = client.wait(client.submit("command.run", {"argv": ["echo", "hi"]}).id, 30)
        eventually(lambda: bool(ear.heard))
        [letter] = ear.heard
        assert isinstance(letter, JobLetter) and letter.type == "job.finished" and not ear.false
        assert letter.data.job is not None and letter.data.job.id == job.id and letter.data.job.state == "succeeded"
        # What the receiver has answered is written down a moment later.
        eventually(lambda: all(one.tries for one in client.webhooks.deliveries(id_)))
        [delivery] = client.webhooks.deliveries(id_)
        assert (delivery.fate, delivery.job, delivery.tries[-1].status) == ("delivered", job.id, 204)
        shown = house.call("webhooks", "deliveries", id_)
        assert "finished" in shown.out and "The receiver answered 204" in shown.out
        again = house.call("webhooks", "redeliver", id_, str(delivery.event))
        assert again.out == f"event {delivery.event} is on its way\n"
        eventually(lambda: len(ear.heard) == 2)
        assert house.call("webhooks", "redeliver", id_, "999999").code == 3
        assert house.call("webhooks", "delete", id_).out == f"webhook {id_} is gone\n"
        with pytest.raises(NotFound):
            client.webhooks.get(id_)


def test_it_is_shown_tested_changed_paused_and_resumed(house: RunningHouse) -> None:
    with hearing() as ear, house.client() as client:
        id_ = made(house, ear, "--state", "cancelled", "--queue", "gpu", "--owner", "admin", "--kind", "command.run")
        shown = house.call("webhooks", "show", id_).out
        for word in ("127.0.0.1", ear.url, "active", "cancelled", "gpu", "admin", "command.run"):
            assert word in shown
        assert "whsec_" not in shown + house.call("webhooks", "list").out
        assert house.call("webhooks", "test", id_).out.startswith("The receiver answered 204 within 0.")
        assert told(ear) == ["ping"] and not ear.false
        ear.status = 302
        bad = house.call("webhooks", "test", id_)
        assert (bad.code, bad.out) == (1, "The receiver answered 302, and redirects are not followed.\n")
        ear.status = 204
        renamed = house.call("webhooks", "change", id_, "--name", "other", "--queue", "default", "--json").json
        assert (renamed["name"], renamed["queues"], renamed["states"]) == ("other", ["default"], ["cancelled"])
        assert "paused" in house.call("webhooks", "pause", id_).out
        with pytest.raises(Conflict):
            client.webhooks.redeliver(id_, _delivered(house, ear, id_))
        assert house.call("webhooks", "resume", id_, "--from-now", "--json").json["active"] is True
        old = ear.secret
        ear.secret = house.call("webhooks", "secret", id_, "--json").json["secret"]
        assert ear.secret != old and house.call("webhooks", "test", id_, "--json").json["status"] == 204
        assert not ear.false
        house.call("webhooks", "delete", id_)


def _delivered(house: RunningHouse, ear: Ear, id_: str) -> int:
    """Let something be told, then pause; return its number."""
    with house.client() as client:
        client.webhooks.resume(id_)
        client.cancel(client.submit("command.run", {"argv": ["sleep", "60"]}).id)
        eventually(lambda: any(one.fate == "delivered" for one in client.webhooks.deliveries(id_)))
        [delivery] = client.webhooks.deliveries(id_, 1)
        client.webhooks.pause(id_)
    return delivery.event


def test_what_is_not_possible_is_told_in_one_sentence(house: RunningHouse) -> None:
    for url in ("http://169.254.169.254/", "gopher://127.0.0.1/", "http://127.0.0.1:22/", "nonsense"):
        refused = house.call("webhooks", "create", url)
        assert refused.code == 3 and refused.err.startswith("jobyard: A webhook cannot be sent there: "), url
        assert refused.err.count("\n") == 1
    with house.client() as client, pytest.raises(Invalid):
        client.webhooks.create("http://127.0.0.1:8080/", events=["nothing"])
    assert house.call("webhooks", "show", "0" * 32).code == 3
    assert house.call("webhooks", "list", "--json").json == []


def test_without_a_server_a_webhook_is_made_and_what_happened_meanwhile_is_told_later(tmp_path: Path) -> None:
    with running(tmp_path, workers=0) as house:
        pass
    with hearing() as ear:
        allowed = "localhost,127.0.0.0/8"
        words = ("webhooks", "create", ear.url, "--event", "submitted", "--json")
        told_ = house.cli(*words, JOBYARD_WEBHOOK_TARGETS=allowed)
        assert told_.code == 0, told_.err
        ear.secret = told_.json["secret"]
        assert house.cli("webhooks", "create", ear.url).code == 3, "the setting is what allows it"
        with running(tmp_path, workers=0, JOBYARD_WEBHOOK_TARGETS=allowed) as again, again.client() as client:
            client.submit("command.run", {"argv": ["echo"]})
            eventually(lambda: told(ear) == ["job.submitted"])
        assert not ear.false


@pytest.mark.storm
def test_a_server_that_is_killed_again_and_again_tells_of_everything(tmp_path: Path) -> None:
    allowed, made_, submitted = "127.0.0.0/8", "", list[str]()
    with hearing() as ear:
        for _ in range(6):
            house = RunningHouse(tmp_path, workers=0, JOBYARD_WEBHOOK_TARGETS=allowed)
            try:
                made_ = made_ or made(house, ear, "--event", "submitted")
                with house.client() as client:
                    for number in range(40):
                        job = client.submit("command.run", {"argv": ["echo", str(number)]})
                        submitted.append(job.id)
            finally:
                house.kill()
        with running(tmp_path, workers=0, JOBYARD_WEBHOOK_TARGETS=allowed) as house, house.client() as client:
            eventually(lambda: client.webhooks.get(made_).waiting == 0 and len({*heard(ear)}) == len(submitted), 60)
            assert {one.fate for one in client.webhooks.deliveries(made_)} == {"delivered"}
        assert set(heard(ear)) == set(submitted) and not ear.false
        # One letter at most was on its way each time.
        assert len(heard(ear)) <= len(submitted) + 6


def heard(ear: Ear) -> list[str]:
    return [letter.data.event.job for letter in list(ear.heard) if isinstance(letter, JobLetter)]
