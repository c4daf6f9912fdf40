"""Webhooks over the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, get_args

import httpx2
import msgspec
import pytest

from jobyard.engine.webhooks import book
from jobyard.faces.native.wire import EventName, JobLetter, PingLetter
from jobyard.job.events import EventType
from jobyard.people.record import HOUSE, KeyScope, Role
from tests.engine.webhooks.receiver import Receiver, receiving
from tests.faces.native.house import House, served

pytestmark = pytest.mark.anyio

MISSING = "f" * 32


@pytest.fixture
async def house(built: Callable[..., House]) -> AsyncIterator[House]:
    """A house whose webhooks may be sent to this machine."""
    async with served(built(webhook_targets=("127.0.0.0/8",))) as house:
        await house.people()
        yield house


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


async def made(client: httpx2.AsyncClient, receiver: Receiver, **wish: Any) -> dict[str, Any]:
    answer = await client.post("/v1/webhooks", json={"url": receiver.url, **wish})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def posted(house: House) -> None:
    """Let the house tell what there is to tell."""
    await house.engine.rounds.round()
    await house.engine.rounds.idle()


def test_every_event_has_its_name() -> None:
    assert list(get_args(EventName)) == [type_.value for type_ in EventType]


async def test_from_making_one_to_a_letter_that_is_the_jobs_own_shape(house: House, receiver: Receiver) -> None:
    async with house.client() as client:
        told = await made(client, receiver, name="ci", events=["submitted"], kinds=["test.count"])
        webhook = told["webhook"]
        assert told["secret"].startswith("whsec_")
        assert webhook == (await client.get(f"/v1/webhooks/{webhook['id']}")).json()
        assert [webhook] == (await client.get("/v1/webhooks")).json()
        assert {name: webhook[name] for name in ("name", "owner", "url", "events", "kinds", "states", "active")} == {
            "name": "ci",
            "owner": "mia",
            "url": receiver.url,
            "events": ["submitted"],
            "kinds": ["test.count"],
            "states": [],
            "active": True,
        }
        job = (await client.post("/v1/jobs", json={"kind": "test.count", "labels": {"ä": "ü"}})).json()
        await posted(house)
        [got] = receiver.got
        assert got.genuine(told["secret"])
        letter = msgspec.json.decode(got.body, type=JobLetter)
        assert letter.type == "job.submitted" and letter.data.event.actor == "mia"
        # In a list a job says why it waits; in a letter, which may be late, it does not.
        assert got.told["data"]["job"] == {**job, "waiting": None}


async def test_a_secret_is_shown_when_it_is_made_and_never_again(house: House, receiver: Receiver) -> None:
    async with house.client() as client:
        told = await made(client, receiver)
        id_, secret = told["webhook"]["id"], told["secret"]
        renewed = (await client.post(f"/v1/webhooks/{id_}/secret")).json()
        assert renewed["secret"] != secret and renewed["webhook"]["id"] == id_
        shown = [
            (await client.get("/v1/webhooks")).text,
            (await client.get(f"/v1/webhooks/{id_}")).text,
            (await client.patch(f"/v1/webhooks/{id_}", json={"name": "n"})).text,
            (await client.get(f"/v1/webhooks/{id_}/deliveries")).text,
        ]
        assert not any("whsec_" in text or "sealed" in text or "former" in text for text in shown)


async def test_it_is_changed_paused_resumed_and_deleted(house: House, receiver: Receiver) -> None:
    project = await house.project("shared", mia=Role.MEMBER)
    async with house.client() as client:
        address = f"/v1/webhooks/{(await made(client, receiver, queues=['gpu']))['webhook']['id']}"
        changed = (await client.patch(address, json={"name": "n", "projects": ["shared"], "states": ["failed"]})).json()
        assert (changed["name"], changed["states"], changed["queues"]) == ("n", ["failed"], ["gpu"])
        assert changed["projects"] == [{"id": project, "name": "shared"}]
        assert (await client.patch(address, json={"queues": [], "active": False})).json()["active"] is False
        await house.submit()
        resumed = (await client.patch(address, json={"active": True, "from_now": True})).json()
        assert (resumed["active"], resumed["queues"], resumed["last_event"]) == (True, [], 1)
        assert (await client.delete(address)).status_code == 204
        assert (await client.get(address)).status_code == (await client.delete(address)).status_code == 404


async def test_a_test_answers_how_it_went(house: House, receiver: Receiver) -> None:
    async with house.client() as client:
        told = await made(client, receiver, events=["deleted"], active=False)
        address = f"/v1/webhooks/{told['webhook']['id']}/test"
        well = (await client.post(address)).json()
        assert (well["status"], well["error"], well["answer"]) == (204, "", "")
        receiver.status = 301
        ill = (await client.post(address)).json()
        assert ill["status"] == 301 and "redirects are not followed" in ill["error"]
    assert receiver.got[0].genuine(told["secret"])
    assert msgspec.json.decode(receiver.got[0].body, type=PingLetter).data["webhook"] == told["webhook"]["id"]


async def test_deliveries_are_read_in_pages_and_made_again(house: House, receiver: Receiver) -> None:
    async with house.client() as client:
        address = f"/v1/webhooks/{(await made(client, receiver))['webhook']['id']}"
        for _ in range(5):
            await house.submit()
        receiver.status = 500
        await posted(house)
        first = (await client.get(f"{address}/deliveries?limit=3")).json()
        rest = (await client.get(f"{address}/deliveries?limit=3&cursor={first['next']}")).json()
        assert [one["event"] for one in first["deliveries"] + rest["deliveries"]] == [5, 4, 3, 2, 1]
        assert rest["next"] is None
        delivery = first["deliveries"][0]
        assert (delivery["type"], delivery["fate"], delivery["failures"]) == ("submitted", "waiting", 1)
        assert delivery["next_try_at"] > delivery["made_at"] and delivery["tries"][0]["status"] == 500
        receiver.status = 204
        answer = await client.post(f"{address}/deliveries/5/redeliver")
        assert answer.status_code == 200 and answer.json()["failures"] == 0
        await posted(house)
        [again, *_] = (await client.get(f"{address}/deliveries")).json()["deliveries"]
        assert (again["fate"], again["next_try_at"], len(again["tries"])) == ("delivered", None, 2)
        for event in ("6", "x", "-1", "1.0", "0" * 30, "%00"):
            assert (await client.post(f"{address}/deliveries/{event}/redeliver")).status_code == 404, event
        other = f"/v1/webhooks/{(await made(client, receiver))['webhook']['id']}"
        assert (await client.get(f"{other}/deliveries?cursor={first['next']}")).status_code == 400


@pytest.mark.parametrize(
    "url",
    [
        *("http://169.254.169.254/latest", "http://10.0.0.1/", "http://[::1]/", "http://[::ffff:10.0.0.1]/"),
        *("http://0xa.1/", "http://167772161/", "gopher://127.0.0.1/", "file:///etc/passwd", "http://u:p@127.0.0.1/"),
        *("http://127.0.0.1:22/", "http://no.such.name.invalid/", "nonsense", "http://127.0.0.1:port/", "http://a b/"),
    ],
)
async def test_bad_addresses_are_refused_and_nothing_is_made(house: House, receiver: Receiver, url: str) -> None:
    async with house.client() as client:
        known = (await made(client, receiver))["webhook"]
        for answer in (
            await client.post("/v1/webhooks", json={"url": url}),
            await client.patch(f"/v1/webhooks/{known['id']}", json={"url": url, "name": "other"}),
        ):
            assert answer.status_code == 400 and answer.json()["code"] == "target_not_allowed", answer.text
            assert answer.json()["detail"].startswith("A webhook cannot be sent there: ")
        assert (await client.get("/v1/webhooks")).json() == [known]


@pytest.mark.parametrize(
    "wish",
    [
        *({}, {"url": 5}, {"url": ""}, {"events": ["nothing"]}, {"states": ["lost"]}, {"kinds": "test.count"}),
        *({"kinds": [""]}, {"name": "x" * 101}, {"owner": "ada"}, {"secret": "whsec_a"}, {"id": MISSING}),
        *({"cursor": 0}, {"active": 1}, {"name": "a\0b"}, {"queues": ["q"] * 101}),
    ],
)
async def test_what_is_no_webhook_is_refused(house: House, receiver: Receiver, wish: dict[str, Any]) -> None:
    body = {"url": receiver.url, **wish} if wish else {}
    async with house.client() as client:
        assert (await client.post("/v1/webhooks", json=body)).status_code == 400
        assert (await client.post("/v1/webhooks", json={"url": receiver.url, "projects": ["none"]})).status_code == 404
        assert (await client.get("/v1/webhooks")).json() == []


async def test_anothers_webhook_does_not_exist(house: House, receiver: Receiver) -> None:
    async with house.client() as owner:
        id_ = (await made(owner, receiver))["webhook"]["id"]
        await house.submit()
        await posted(house)
        before = (await owner.get(f"/v1/webhooks/{id_}/deliveries")).text
        for user in ("max", "olga"):
            async with house.client(user) as stranger:
                assert (await stranger.get("/v1/webhooks")).json() == []
                for method, rest, body in _everything():
                    theirs = await stranger.request(method, f"/v1/webhooks/{id_}{rest}", json=body)
                    nothing = await stranger.request(method, f"/v1/webhooks/{MISSING}{rest}", json=body)
                    assert theirs.status_code == nothing.status_code == 404, f"{method} {rest}"
                    assert theirs.text.replace(id_, MISSING) == nothing.text
        assert (await owner.get(f"/v1/webhooks/{id_}/deliveries")).text == before
    async with house.client("ada") as administrator:
        [seen] = (await administrator.get("/v1/webhooks")).json()
        assert seen["id"] == id_ and seen["owner"] == "mia"
        assert (await administrator.patch(f"/v1/webhooks/{id_}", json={"active": False})).status_code == 200
        assert (await administrator.delete(f"/v1/webhooks/{id_}")).status_code == 204
    assert len(receiver.got) == 1


def _everything() -> list[tuple[str, str, Any]]:
    return [
        ("GET", "", None),
        ("GET", "/deliveries", None),
        ("PATCH", "", {"active": False}),
        ("POST", "/secret", None),
        ("POST", "/test", None),
        ("POST", "/deliveries/1/redeliver", None),
        ("DELETE", "", None),
    ]


async def test_viewers_and_keys_that_only_read_make_none(house: House, receiver: Receiver) -> None:
    async with house.client() as owner:
        id_ = (await made(owner, receiver))["webhook"]["id"]
    reading = await house.token("mia", KeyScope.READ)
    async with house.client("vera") as viewer, house.client(token=reading) as reader:
        assert [one["id"] for one in (await reader.get("/v1/webhooks")).json()] == [id_]
        assert (await viewer.get("/v1/webhooks")).json() == []
        for client in (viewer, reader):
            refused = await client.post("/v1/webhooks", json={"url": receiver.url})
            assert refused.status_code == 403
            for method, rest, body in _everything()[2:]:
                assert (await client.request(method, f"/v1/webhooks/{id_}{rest}", json=body)).status_code == 403
    assert receiver.got == []


async def test_too_many_are_refused(house: House, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "MOST_OF_ONE", 1)
    async with house.client() as client:
        await made(client, receiver)
        refused = await client.post("/v1/webhooks", json={"url": receiver.url})
        assert refused.status_code == 409
        for _ in range(book._TESTS_AT_ONCE):
            await house.engine.webhooks._tests.acquire()
        [webhook] = (await client.get("/v1/webhooks")).json()
        busy = await client.post(f"/v1/webhooks/{webhook['id']}/test")
        assert busy.status_code == 429 and busy.headers["retry-after"] == "5"


async def test_a_paused_webhook_says_why_and_makes_nothing_again(house: House, receiver: Receiver) -> None:
    async with house.client() as client:
        id_ = (await made(client, receiver))["webhook"]["id"]
        receiver.status = 410
        await house.submit()
        await posted(house)
        paused = (await client.get(f"/v1/webhooks/{id_}")).json()
        assert not paused["active"] and "410" in paused["paused_reason"]
        assert (await client.post(f"/v1/webhooks/{id_}/deliveries/1/redeliver")).status_code == 409
        assert len(await house.engine.webhooks.seen(HOUSE)) == 1
