"""The feed narrowed to some jobs: only what is meant, and no place lost."""

from __future__ import annotations

import pytest

from jobyard.engine.submission import Submission
from jobyard.faces.native import stream
from jobyard.job.record import Progress
from jobyard.people.record import HOUSE, Role
from tests.faces.native.house import Frames, House
from tests.faces.native.test_feed import hello, jobs

pytestmark = pytest.mark.anyio


async def test_the_feed_is_narrowed_to_a_job_or_a_queue(house: House) -> None:
    job = await house.submit()
    async with (
        house.client() as client,
        client.stream("GET", f"/v1/feed?job={job.id}&after=0") as by_job,
        client.stream("GET", "/v1/feed?queue=gpu&after=0") as by_queue,
    ):
        job_frames, queue_frames = Frames(by_job), Frames(by_queue)
        await house.submit()
        other = await house.submit(queue="gpu")
        await house.engine.jobs.cancel(HOUSE, job.id)
        told = await jobs(job_frames, 2)
        assert [frame.data["event"]["type"] for frame in told] == ["submitted", "cancelled"]
        assert {frame.data["event"]["job"] for frame in told} == {job.id}
        [told_of_queue] = await jobs(queue_frames, 1)
        assert told_of_queue.data["event"]["job"] == other.id


async def test_the_feed_is_narrowed_by_kind_owner_and_project_deletions_included(house: House) -> None:
    shared = await house.project("shared", mia=Role.MEMBER)
    mia = await house.engine.people.actor(house.tokens["mia"])
    plain = await house.submit("mia", queue="gpu", draft=True)
    inside, _ = await house.engine.jobs.submit(mia, Submission(kind="test.count", project=shared, draft=True))
    other = await house.submit("max", draft=True)
    for job in (plain, inside, other):
        await house.engine.jobs.delete(HOUSE, job.id)
    expected = {
        "owner=mia": {plain.id, inside.id},
        "owner=mia&owner=max": {plain.id, inside.id, other.id},
        "owner=nobody": set(),
        "kind=test.count&queue=gpu": {plain.id},
        "kind=other": set(),
        "project=shared": {inside.id},
        f"project={shared}&queue=default": {inside.id},
        f"project={shared}&queue=gpu": set(),
        "project=unknown": set(),
        f"job={plain.id}&job={other.id}": {plain.id, other.id},
        f"job={plain.id}&owner=max": set(),
    }
    async with house.client("ada") as client:
        for query, ids in expected.items():
            async with client.stream("GET", f"/v1/feed?after=3&{query}") as response:
                frames = Frames(response)
                await hello(frames)
                told = await jobs(frames, len(ids))
                assert {frame.data["event"]["job"] for frame in told} == ids, query
                assert {frame.data["event"]["type"] for frame in told} <= {"deleted"}
        for query in ("job=x", "owner=a&after=x", "state=queued", "&".join(["owner=a"] * 101)):
            assert (await client.get(f"/v1/feed?{query}")).status_code == 400, query


async def test_a_narrowed_reader_that_comes_back_loses_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT", 0.05)
    async with house.client() as client:
        async with client.stream("GET", "/v1/feed?queue=gpu") as response:
            frames = Frames(response)
            await hello(frames)
            wanted = [await house.submit(queue="gpu")]
            await house.submit()
            await house.submit()
            assert (await jobs(frames, 1))[0].id == 1
            while (sign := await frames.next(signs=True)) is not None and sign.id != 3:
                assert sign.comment == "alive"
        wanted.append(await house.submit(queue="gpu"))
        headers = {"Last-Event-ID": "3"}
        async with client.stream("GET", "/v1/feed?queue=gpu", headers=headers) as response:
            [told] = await jobs(Frames(response), 1)
    assert (told.id, told.data["event"]["job"]) == (4, wanted[1].id)


async def test_progress_is_narrowed_as_well(house: House) -> None:
    first = await house.running(queue="gpu")
    second = await house.running()
    async with (
        house.client() as client,
        client.stream("GET", "/v1/feed?queue=gpu") as by_queue,
        client.stream("GET", f"/v1/feed?job={second.id}") as by_job,
    ):
        readers = [(Frames(by_queue), first), (Frames(by_job), second)]
        for frames, _ in readers:
            await hello(frames)
        for job in (first, second):
            await house.tell(job, progress=Progress(done=1.0))
        for frames, job in readers:
            [*_, told] = await frames.until("progress")
            assert list(told.data["jobs"]) == [job.id]
