"""Events, attempts and the log; the log also as text and as a stream."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jobyard.faces.native import stream
from jobyard.faces.native.routes import history
from jobyard.people.record import HOUSE, Role
from tests.faces.native.house import Frames, House

pytestmark = pytest.mark.anyio

STREAM = {"Accept": "text/event-stream"}


async def test_events_tell_the_story_page_by_page(house: House) -> None:
    job = await house.at("succeeded")
    await house.engine.jobs.retry(HOUSE, job.id)
    async with house.client() as client:
        whole = (await client.get(f"/v1/jobs/{job.id}/events")).json()
        types = [event["type"] for event in whole["events"]]
        assert types == ["submitted", "claimed", "begun", "finished", "retried"] and whole["next"] is None
        assert [event["actor"] for event in whole["events"]] == [
            "mia",
            "worker:w1",
            "worker:w1",
            "worker:w1",
            "jobyard",
        ]
        assert {event["job"] for event in whole["events"]} == {job.id}
        found = list[dict[str, Any]]()
        after: int | None = 0
        while after is not None:
            page = (await client.get(f"/v1/jobs/{job.id}/events?limit=2&after={after}")).json()
            assert len(page["events"]) <= 2
            found, after = found + page["events"], page["next"]
        assert found == whole["events"]
        for wrong in ["limit=0", "limit=1001", "after=-1", "after=x", f"after={2**63}"]:
            assert (await client.get(f"/v1/jobs/{job.id}/events?{wrong}")).status_code == 400, wrong


async def test_attempts_are_told_first_one_first(house: House) -> None:
    job = await house.running()
    await house.end(job, "fail")
    house.clock.forward(60)
    await house.claim("w2")
    async with house.client() as client:
        first, second = (await client.get(f"/v1/jobs/{job.id}/attempts")).json()
    assert (first["number"], first["worker"], first["outcome"]) == (1, "w1", "back_off")
    assert first["failure"]["message"] == "it broke" and first["ended_at"] is not None
    assert (second["number"], second["worker"], second["outcome"], second["ended_at"]) == (2, "w2", "", None)


async def test_a_log_is_read_page_by_page_attempt_by_attempt(house: House) -> None:
    job = await house.running()
    await house.tell(job, "one", "two", "three")
    async with house.client() as client:
        path = f"/v1/jobs/{job.id}/log"
        page = (await client.get(f"{path}?limit=2")).json()
        assert [line["text"] for line in page["lines"]] == ["one", "two"]
        assert (page["attempt"], page["next"], page["complete"]) == (1, 2, False)
        page = (await client.get(f"{path}?limit=2&after=2&attempt=1")).json()
        assert [(line["number"], line["stream"]) for line in page["lines"]] == [(3, "out")]
        assert (page["next"], page["complete"]) == (None, False)
        await house.end(job, "fail")
        assert (await client.get(f"{path}?attempt=1")).json()["complete"] is True
        house.clock.forward(60)
        await house.claim()
        assert (await client.get(path)).json() == {"attempt": 2, "lines": [], "next": None, "complete": False}
        other = (await client.get(f"{path}?attempt=7")).json()
        assert (other["lines"], other["complete"]) == ([], True)
        for wrong in ["attempt=0", "attempt=99999999999", "limit=5001", "follow=maybe", "lines=1"]:
            assert (await client.get(f"{path}?{wrong}")).status_code == 400, wrong


async def test_a_log_is_downloaded_as_text_and_never_shown(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_PAGE", 2)
    job = await house.running()
    lines = ["<script>alert(1)</script>", "größe", "", "\x1b[31mred", "last"]
    await house.tell(job, *lines)
    async with house.client(headers={"Accept": "text/plain"}) as client:
        answer = await client.get(f"/v1/jobs/{job.id}/log")
        assert answer.content.decode() == "".join(f"{line}\n" for line in lines)
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.headers["content-disposition"].startswith(f'attachment; filename="job-{job.id}-attempt-1.log"')
        assert "sandbox" in answer.headers["content-security-policy"]
        assert (await client.get(f"/v1/jobs/{'0' * 32}/log")).status_code == 404


async def test_a_followed_log_gives_lines_as_they_come_and_ends_with_the_attempt(house: House) -> None:
    job = await house.running()
    await house.tell(job, "one", "two")
    async with house.client() as client, client.stream("GET", f"/v1/jobs/{job.id}/log?follow=true") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["x-accel-buffering"] == "no" and response.headers["cache-control"] == "no-store"
        frames = Frames(response)
        for number, text in [(1, "one"), (2, "two")]:
            frame = await frames.next()
            assert frame and (frame.event, frame.id, frame.data["text"]) == ("line", number, text)
        await house.tell(job, "three", first=3)
        frame = await frames.next()
        assert frame and (frame.id, frame.data["number"], frame.data["stream"]) == (3, 3, "out")
        await house.end(job)
        frame = await frames.next()
        assert frame and (frame.event, frame.data) == ("end", {"attempt": 1, "last": 3})
        assert await frames.next() is None
    assert house.app.state["streams"].count("mia") == 0


async def test_following_goes_on_behind_the_last_line_that_was_seen(house: House) -> None:
    job = await house.running()
    await house.tell(job, *(str(number) for number in range(1, 8)))
    await house.end(job)
    path = f"/v1/jobs/{job.id}/log"
    async with house.client(headers=STREAM) as client:

        async def numbers(query: str, **headers: str) -> list[int | None]:
            async with client.stream("GET", path + query, headers=headers) as response:
                return [frame.id for frame in await Frames(response).until("end")][:-1]

        assert await numbers("") == [1, 2, 3, 4, 5, 6, 7]
        assert await numbers("?after=5") == [6, 7]
        assert await numbers("?after=2", **{"Last-Event-ID": "6"}) == [7]
        assert await numbers("?after=6", **{"Last-Event-ID": "2"}) == [3, 4, 5, 6, 7]
        for wrong in ["x", "-1", "1e3", "9" * 16, "²"]:
            headers: Any = [("Last-Event-ID", wrong.encode())]
            assert (await client.get(path, headers=headers)).status_code == 400, wrong


async def test_following_a_waiting_job_waits_for_its_first_attempt(house: House) -> None:
    job = await house.submit()
    async with house.client(headers=STREAM) as client, client.stream("GET", f"/v1/jobs/{job.id}/log") as response:
        frames = Frames(response)
        reading = asyncio.create_task(frames.next())
        claimed = (await house.claim()).job
        await house.tell(claimed, "begun")
        frame = await reading
        assert frame and (frame.event, frame.data["text"]) == ("line", "begun")
        await house.end(claimed)
        frame = await frames.next()
        assert frame and frame.data == {"attempt": 1, "last": 1}


async def test_following_what_never_ran_ends_at_once(house: House) -> None:
    draft, cancelled = await house.at("draft"), await house.submit()
    await house.engine.jobs.cancel(HOUSE, cancelled.id)
    async with house.client(headers=STREAM) as client:
        for job in (draft, cancelled):
            async with client.stream("GET", f"/v1/jobs/{job.id}/log") as response:
                [frame] = await Frames(response).until("end")
                assert frame.data == {"attempt": 0, "last": 0}


async def test_a_long_log_is_followed_in_pages(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "_PAGE", 3)
    job = await house.running()
    await house.tell(job, *(str(number) for number in range(9)))
    await house.end(job)
    async with house.client(headers=STREAM) as client, client.stream("GET", f"/v1/jobs/{job.id}/log") as response:
        frames = await Frames(response).until("end")
    assert [frame.data["text"] for frame in frames[:-1]] == [str(number) for number in range(9)]
    assert frames[-1].data == {"attempt": 1, "last": 9}


async def test_a_silent_log_shows_signs_of_life_and_a_revoked_key_ends_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.05)
    monkeypatch.setattr(stream, "RECHECK", 0.2)
    job = await house.running()
    token = await house.token("mia")
    async with house.client(token=token) as client, client.stream("GET", f"/v1/jobs/{job.id}/log?follow=1") as response:
        frames = Frames(response)
        frame = await frames.next(signs=True)
        assert frame and frame.comment == "alive" and frame.id is None
        actor = await house.engine.people.actor(token)
        await house.engine.people.revoke_key(actor, actor.key)
        async with asyncio.timeout(5):
            while await frames.next(signs=True) is not None:
                pass


async def test_whoever_may_not_see_the_job_any_more_sees_no_more_of_its_log(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "RECHECK", 0.1)
    await house.project("shared", mia=Role.MEMBER, max=Role.MEMBER)
    async with house.client() as mine:
        id_ = (await mine.post("/v1/jobs", json={"kind": "test.count", "project": "shared"})).json()["id"]
    job = (await house.claim()).job
    assert job.id == id_
    await house.tell(job, "for the project")
    async with house.client("max") as client, client.stream("GET", f"/v1/jobs/{id_}/log?follow=1") as response:
        frames = Frames(response)
        frame = await frames.next()
        assert frame and frame.data["text"] == "for the project"
        await house.engine.projects.drop_member(HOUSE, "shared", "max")
        assert await frames.next() is None
