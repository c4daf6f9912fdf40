"""The feed over the wire: nothing lost, nothing doubled, nothing for the wrong eyes, nothing for a revoked key."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from litestar import Request

from jobyard.engine.submission import Submission
from jobyard.faces.native import frames as written
from jobyard.faces.native import stream
from jobyard.job.record import Progress
from jobyard.people.record import HOUSE, Actor, Role
from tests.faces.native.house import Frame, Frames, House, until

pytestmark = pytest.mark.anyio


async def jobs(frames: Frames, count: int) -> list[Frame]:
    """Return the next frames `job`."""
    found = list[Frame]()
    while len(found) < count:
        frame = await frames.next()
        assert frame is not None, f"the stream ended after {len(found)} of {count}"
        assert frame.event in {"job", "hello", "progress"}, frame
        if frame.event == "job":
            found.append(frame)
    return found


async def hello(frames: Frames) -> Frame:
    frame = await frames.next()
    assert frame is not None and frame.event == "hello"
    return frame


async def test_what_happens_is_told_with_the_job_as_it_is(house: House) -> None:
    async with house.client() as client, client.stream("GET", "/v1/feed") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["x-accel-buffering"] == "no"
        frames = Frames(response)
        first = await hello(frames)
        assert first.data == {"last": 0, "version": "1.2.3"} and first.id == 0
        job = await house.submit()
        [told] = await jobs(frames, 1)
        assert told.id == told.data["event"]["number"] == 1
        assert told.data["event"]["type"] == "submitted" and told.data["event"]["actor"] == "mia"
        async with house.client() as other:
            read = (await other.get(f"/v1/jobs/{job.id}")).json()
        assert told.data["job"] == read | {"waiting": None}, "why it waits is told to who asks"
        assert told.data["job"]["may"] == ["withdraw", "cancel", "edit", "again"]


async def test_a_deleted_job_is_told_without_it(house: House) -> None:
    job = await house.at("draft")
    last = await house.engine.ledger.read(lambda view: view.last_event())
    async with house.client() as client, client.stream("GET", f"/v1/feed?after={last}") as response:
        frames = Frames(response)
        await hello(frames)
        await house.engine.jobs.delete(HOUSE, job.id)
        [told] = await jobs(frames, 1)
    assert told.data["event"]["type"] == "deleted" and told.data["event"]["job"] == job.id
    assert told.data["job"] is None


async def test_each_reader_hears_only_of_what_they_may_see(house: House) -> None:
    project = await house.project("shared", max=Role.VIEWER, mia=Role.MEMBER)
    mia = await house.engine.people.actor(house.tokens["mia"])
    async with (
        house.client("max") as client,
        house.client("ada") as everyone,
        client.stream("GET", "/v1/feed") as response,
        everyone.stream("GET", "/v1/feed") as all_response,
    ):
        frames, all_frames = Frames(response), Frames(all_response)
        await hello(frames)
        await hello(all_frames)
        await house.submit("mia")
        shared, _ = await house.engine.jobs.submit(mia, Submission(kind="test.count", project=project))
        own = await house.submit("max")
        told = await jobs(frames, 2)
        assert [frame.data["job"]["id"] for frame in told] == [shared.id, own.id]
        assert [frame.data["job"]["may"] for frame in told] == [[], ["withdraw", "cancel", "edit", "again"]]
        assert told[0].data["job"]["project"]["name"] == "shared"
        seen = await jobs(all_frames, 3)
        assert [frame.data["event"]["number"] for frame in seen] == [1, 2, 3]
        assert all("cancel" in frame.data["job"]["may"] for frame in seen)


async def test_a_reader_that_comes_back_loses_nothing_and_hears_nothing_twice(house: House) -> None:
    total, heard = 60, list[int]()

    async def busy() -> None:
        for _ in range(total):
            await house.submit()

    task = asyncio.create_task(busy())
    async with house.client() as client:
        headers: dict[str, str] = {}
        query = "?after=0"
        while len(heard) < total:
            async with client.stream("GET", f"/v1/feed{query}", headers=headers) as response:
                frames = Frames(response)
                for frame in await jobs(frames, min(7, total - len(heard))):
                    assert frame.id is not None
                    heard.append(frame.id)
            headers = {"Last-Event-ID": str(heard[-1])}
    await task
    assert heard == list(range(1, total + 1))


async def test_the_number_seen_last_counts_more_than_where_the_reader_began(house: House) -> None:
    for _ in range(5):
        await house.submit()
    while house.engine.feed.last < 5:
        await house.engine.feed.news(1)
    async with house.client() as client:
        for query, headers, expected in [
            ("?after=0", {}, 1),
            ("?after=3", {}, 4),
            ("?after=3", {"Last-Event-ID": "1"}, 2),
            ("", {"Last-Event-ID": "4"}, 5),
        ]:
            async with client.stream("GET", f"/v1/feed{query}", headers=headers) as response:
                [frame] = await jobs(Frames(response), 1)
                assert frame.id == expected
        for query in ["?after=-1", "?after=x", "?job=x", "?since=1", f"?after={2**60}"]:
            assert (await client.get(f"/v1/feed{query}")).status_code == 400, query
        assert (await client.get("/v1/feed", headers={"Last-Event-ID": "x"})).status_code == 400


async def test_progress_comes_by_itself_and_only_to_those_who_may_see_it(house: House) -> None:
    job = await house.running()
    async with (
        house.client() as client,
        house.client("max") as stranger,
        client.stream("GET", "/v1/feed") as mine,
        stranger.stream("GET", "/v1/feed") as theirs,
    ):
        frames, their_frames = Frames(mine), Frames(theirs)
        await hello(frames)
        await hello(their_frames)
        await house.tell(job, progress=Progress(done=1.0, total=4.0, text="epoch 1"))
        frame: Frame | None = await hello_or(frames, "progress")
        assert frame is not None and frame.id is None
        [(id_, progress)] = frame.data["jobs"].items()
        assert id_ == job.id
        assert {name: progress[name] for name in ("done", "total", "share", "text")} == {
            "done": 1.0,
            "total": 4.0,
            "share": 0.25,
            "text": "epoch 1",
        }
        await house.submit("max")
        frame = await their_frames.next()
        assert frame is not None and frame.event == "job" and frame.data["job"]["owner"] == "max"


async def hello_or(frames: Frames, event: str) -> Frame:
    return (await frames.until(event))[-1]


async def test_whoever_was_away_too_long_is_told_to_read_again(house: House) -> None:
    house.engine.feed._limit = 16
    for _ in range(40):
        await house.submit()
    while house.engine.feed.last < 40:
        await house.engine.feed.news(1)
    async with house.client() as client, client.stream("GET", "/v1/feed?after=1") as response:
        frames = Frames(response)
        await hello(frames)
        frame = await frames.next()
        assert frame is not None and (frame.event, frame.data, frame.id) == ("resync", {"last": 40}, 40)
        await house.submit()
        [told] = await jobs(frames, 1)
        assert told.id == 41


async def test_a_number_from_another_life_of_the_house_is_told_to_read_again(house: House) -> None:
    await house.submit()
    async with house.client() as client, client.stream("GET", "/v1/feed?after=1000") as response:
        frames = Frames(response)
        first = await hello(frames)
        frame = await frames.next()
        assert frame is not None and frame.event == "resync" and frame.data["last"] == first.data["last"] <= 1
        await house.submit()
        assert (await jobs(frames, 1))[0].data["event"]["type"] == "submitted"


async def test_silence_is_broken_by_signs_of_life_that_move_the_place(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.05)
    async with house.client("max") as client, client.stream("GET", "/v1/feed") as response:
        frames = Frames(response)
        await hello(frames)
        await house.submit("mia")
        await house.submit("mia")
        # Not for these eyes, but who reads on from here need not look at them again.
        while (frame := await frames.next(signs=True)) is not None and frame.id != 2:
            assert frame.comment == "alive" and frame.data is None
        assert frame is not None


async def test_a_revoked_key_closes_the_feed(house: House) -> None:
    assert stream.RECHECK < 5
    token = await house.token("mia")
    actor = await house.engine.people.actor(token)
    async with house.client(token=token) as client, client.stream("GET", "/v1/feed") as response:
        frames = Frames(response)
        await hello(frames)
        await house.engine.people.revoke_key(actor, actor.key)
        assert await frames.next(within=5.5) is None


async def test_nothing_is_told_after_a_key_was_revoked(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "RECHECK", 1_000.0)
    token = await house.token("mia")
    actor = await house.engine.people.actor(token)
    async with house.client(token=token) as client, client.stream("GET", "/v1/feed") as response:
        frames = Frames(response)
        await hello(frames)
        await house.submit()
        assert (await jobs(frames, 1))[0].data["job"]["owner"] == "mia"
        await house.engine.people.revoke_key(actor, actor.key)
        await house.submit()
        assert await frames.next(within=5) is None


async def test_a_silent_feed_of_a_revoked_key_is_closed_soon(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "RECHECK", 1_000.0)
    token = await house.token("mia")
    actor = await house.engine.people.actor(token)
    async with house.client(token=token) as client, client.stream("GET", "/v1/feed") as response:
        frames = Frames(response)
        await hello(frames)
        await house.engine.people.revoke_key(actor, actor.key)
        assert await frames.next(within=stream.LOOK_AGAIN + 1) is None


async def test_a_busy_feed_is_closed_as_well(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "RECHECK", 0.2)
    token = await house.token("mia")
    ada = await house.engine.people.actor(house.tokens["ada"])

    async def busy() -> None:
        while True:
            await house.submit()

    task = asyncio.create_task(busy())
    try:
        async with house.client(token=token) as client, client.stream("GET", "/v1/feed") as response:
            frames = Frames(response)
            await jobs(frames, 3)
            await house.engine.people.change_user(ada, "mia", disabled=True)
            async with asyncio.timeout(5):
                while await frames.next() is not None:
                    pass
    finally:
        task.cancel()


async def test_other_rights_show_other_jobs_in_the_same_stream(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "RECHECK", 0.1)
    ada = await house.engine.people.actor(house.tokens["ada"])
    async with house.client("max") as client, client.stream("GET", "/v1/feed") as response:
        frames = Frames(response)
        await hello(frames)
        await house.engine.people.change_user(ada, "max", role=Role.OPERATOR)
        told = asyncio.create_task(jobs(frames, 1))
        while not told.done():
            await house.submit("mia")
            await asyncio.wait([told], timeout=0.1)
        assert told.result()[0].data["job"]["owner"] == "mia"


async def test_nobody_holds_streams_without_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST", 2)
    async with house.client() as client, house.client("max") as other:
        async with client.stream("GET", "/v1/feed") as first, client.stream("GET", "/v1/feed") as second:
            await hello(Frames(first))
            await hello(Frames(second))
            refused = await client.get("/v1/feed")
            assert refused.status_code == 429 and refused.headers["retry-after"] == "5"
            async with other.stream("GET", "/v1/feed") as third:
                assert third.status_code == 200
        await until(lambda: not house.app.state["streams"].count("mia"))
        async with client.stream("GET", "/v1/feed") as again:
            assert again.status_code == 200


async def test_readers_with_the_same_rights_share_what_was_written(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = list[int]()
    original = written.frame

    def counted(event: str, data: Any, number: int | None = None) -> bytes:
        if event == "job":
            made.append(number or 0)
        return original(event, data, number)

    monkeypatch.setattr(written, "frame", counted)
    async with (
        house.client("ada") as a,
        house.client("olga") as b,
        a.stream("GET", "/v1/feed") as first,
        b.stream("GET", "/v1/feed") as second,
    ):
        frames = [Frames(first), Frames(second)]
        for one in frames:
            await hello(one)
        await house.submit()
        told = [(await jobs(one, 1))[0] for one in frames]
    assert told[0].data == told[1].data and made == [1]


async def test_who_waits_is_sent_away_when_the_house_closes(house: House) -> None:
    job = await house.running()
    async with house.client() as client, house.client() as other:
        waiting = asyncio.create_task(other.get(f"/v1/jobs/{job.id}?wait=30"))
        async with (
            client.stream("GET", "/v1/feed") as feed,
            client.stream("GET", f"/v1/jobs/{job.id}/log?follow=1") as log,
        ):
            frames, lines = Frames(feed), Frames(log)
            await hello(frames)
            house.engine.desk.close()
            async with asyncio.timeout(5):
                while await frames.next() is not None:
                    pass
                assert await lines.next() is None
                assert (await waiting).json()["state"] == "running"


async def test_what_is_kept_of_written_frames_is_bounded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(written, "_REMEMBERED", 10_000)
    kept = house.app.state["frames"]
    async with house.client() as client, client.stream("GET", "/v1/feed") as response:
        frames = Frames(response)
        await hello(frames)
        for size in (100, 3_000, 20_000, 100):
            await house.submit(labels={"large": "x" * size})
            [told] = await jobs(frames, 1)
            assert len(told.data["job"]["labels"]["large"]) == size
            held = sum(map(len, kept._written.values()))
            assert held == kept._size <= 10_000
        assert kept._size > 0


async def test_a_reader_that_went_away_in_the_midst_of_a_piece_is_not_counted_on() -> None:
    """Whatever Python's garbage is doing: a hundred of these would keep their user from the feed."""
    streams, gone, closed = stream.Streams(), asyncio.Event(), list[str]()

    async def frames() -> AsyncGenerator[bytes, None]:
        try:
            yield b"data: more than the reader takes\n\n"
        finally:
            closed.append("frames")

    async def receive() -> Any:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            gone.set()
            await asyncio.Event().wait()

    answer = streams.answer(Actor(name="mia", role=Role.MEMBER), frames())
    scope: Any = {"type": "http"}
    answered = answer.to_asgi_response(None, Request(scope))
    gc.disable()
    try:
        await answered(scope, receive, send)
        assert (streams.count("mia"), closed) == (0, ["frames"])
    finally:
        gc.enable()
