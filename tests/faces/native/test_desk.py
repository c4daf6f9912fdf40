"""The desk on the wire, also through the worker's own client."""

from __future__ import annotations

import asyncio
import hashlib
import io
from typing import Any

import httpx2
import msgspec
import pytest

from jobyard.faces.native.routes import desk
from jobyard.job.desk import (
    Answer,
    Ask,
    Beat,
    Call,
    Claimed,
    Finish,
    GiveBack,
    Held,
    MadeFile,
    Outcome,
    Report,
    Settled,
    Told,
    Wishes,
)
from jobyard.job.record import LogLine, Progress
from jobyard.people.record import HOUSE, Actor, KeyScope
from jobyard.worker.desk import HttpDesk
from tests.faces.native.house import House, raw, until

pytestmark = pytest.mark.anyio

ASK = Ask(worker="w1", session="s", kinds=("test.count",), queues=("default",), pid=1)


class Worker:
    """A worker that speaks by hand."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def say(self, verb: str, word: Any, shape: Any, status: int = 200) -> Any:
        content = word if isinstance(word, bytes) else msgspec.msgpack.encode(word)
        answer = await self.client.post(f"/v1/desk/{verb}", content=content)
        assert answer.status_code == status, answer.text
        if status != 200:
            assert answer.headers["content-type"] == "application/problem+json"
            return answer.json()
        assert answer.headers["content-type"] == "application/msgpack"
        assert answer.headers["cache-control"] == "no-store"
        return msgspec.msgpack.decode(answer.content, type=shape)

    async def claim(self) -> Any:
        [assignment] = (await self.say("claim", ASK, Claimed)).assignments
        return assignment.job


@pytest.fixture
async def worker(house: House) -> Any:
    async with house.client(token=await house.token("ada", KeyScope.DESK)) as client:
        yield Worker(client)


async def test_a_job_goes_through_all_six_verbs(house: House, worker: Worker) -> None:
    submitted = await house.submit(parameters={"upto": 2})
    [assignment] = (await worker.say("claim", ASK, Claimed)).assignments
    job, held = assignment.job, Held(job=submitted.id, attempt=1)
    assert (job.id, job.attempt, job.parameters) == (submitted.id, 1, {"upto": 2})
    assert assignment.lease == 30_000_000 and assignment.grace == 5.0
    assert (await worker.say("beat", Beat(worker="w1", session="s", held=(held,)), Wishes)).wishes == ()
    line = LogLine(number=1, at=house.clock.now(), stream="out", text="hello")
    told = Told(job=job.id, attempt=1, begun=True, progress=Progress(done=1.0), lines=(line,))
    assert (await worker.say("report", Report(worker="w1", told=(told,)), Wishes)).wishes == ()
    content = b"a result" * 1000
    answer = await worker.client.put(f"/v1/desk/files/{job.id}/1/r%C3%A9sult.bin", content=content)
    taken = msgspec.msgpack.decode(answer.content)
    assert taken == {"blob": taken["blob"], "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    made = MadeFile(name="résult.bin", blob=taken["blob"])
    outcome = Outcome(job=job.id, attempt=1, how="finish", result=2, files=(made,))
    finish = Finish(worker="w1", outcomes=(outcome,))
    assert (await worker.say("finish", finish, Settled)).states == ("succeeded",)
    assert (await worker.say("finish", finish, Settled)).states == ("succeeded",)
    async with house.client() as client:
        shown = (await client.get(f"/v1/jobs/{job.id}")).json()
        assert (shown["state"], shown["result"]) == ("succeeded", 2)
        [file] = (await client.get(f"/v1/jobs/{job.id}/results")).json()
        assert (await client.get(file["url"])).content == content


async def test_work_is_given_back_and_wishes_are_heard(house: House, worker: Worker) -> None:
    job = await house.submit()
    await worker.claim()
    held = Held(job=job.id, attempt=1)
    back = GiveBack(worker="w1", held=(held, Held(job="0" * 32, attempt=1)))
    assert (await worker.say("give_back", back, Settled)).states == ("queued", "stale")
    again = await worker.claim()
    assert again.attempt == 2
    await house.engine.jobs.cancel(HOUSE, job.id)
    beat = Beat(worker="w1", session="s", held=(held, Held(job=job.id, attempt=2)))
    assert [wish.what for wish in (await worker.say("beat", beat, Wishes)).wishes] == ["drop", "stop"]


async def test_running_work_calls_a_capability(house: House, worker: Worker) -> None:
    job = await house.running()
    problem = await worker.say("call", Call(job=job.id, attempt=1, verb="nothing.do"), Answer, status=404)
    assert problem["code"] == "not_found"
    late = await worker.say("call", Call(job=job.id, attempt=9, verb="datasets.open"), Answer)
    assert late.wish == "drop"


async def test_a_claim_waits_for_work(house: House, worker: Worker) -> None:
    wait = msgspec.structs.replace(ASK, wait=20.0)
    claiming = asyncio.create_task(worker.say("claim", wait, Claimed))
    job = await house.submit()
    [assignment] = (await claiming).assignments
    assert assignment.job.id == job.id


async def test_what_was_claimed_for_a_worker_that_left_is_in_line_again(
    house: House, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = house.engine.desk.claim

    async def claimed_as_it_leaves(actor: Actor, ask: Ask, gone: object) -> Claimed:
        return await plain(actor, ask)

    monkeypatch.setattr(house.engine.desk, "claim", claimed_as_it_leaves)
    wait = msgspec.structs.replace(ASK, wait=20.0)
    claiming = asyncio.create_task(worker.client.post("/v1/desk/claim", content=msgspec.msgpack.encode(wait)))
    await until(lambda: house.engine.bell._waiting)
    claiming.cancel()
    await asyncio.wait([claiming])
    job = await house.submit()
    async with asyncio.timeout(10):
        while True:
            story = [event.type.value for event in await house.engine.listing.history(HOUSE, job.id)]
            if story[-1] == "given_back":
                break
            await house.engine.feed.news(1)
    assert story == ["submitted", "claimed", "given_back"]
    monkeypatch.setattr(house.engine.desk, "claim", plain)
    assert (await worker.claim()).failures == 0


async def test_only_who_holds_the_job_hands_in_files(house: House, worker: Worker) -> None:
    job = await house.running()
    waiting = await house.submit()
    blobs = house.blobs.usage()
    for place in [
        f"{job.id}/2/x",
        f"{job.id}/0/x",
        f"{job.id}/-1/x",
        f"{job.id}/{'9' * 30}/x",
        f"{job.id}/²/x",
        f"{waiting.id}/1/x",
        f"{'0' * 32}/1/x",
        "..%5c/1/x",
    ]:
        answer = await worker.client.put(f"/v1/desk/files/{place}", content=b"x")
        assert answer.status_code == 409 and answer.json()["code"] == "stale_attempt", place
    for name in ["..", ".", "a%5cb", "a%0ab", "x" * 201]:
        answer = await worker.client.put(f"/v1/desk/files/{job.id}/1/{name.replace('.', '%2e')}", content=b"x")
        assert answer.status_code in {400, 404}, name
    for place in [f"{job.id}/1", f"{job.id}/1/a/b", "x", ""]:
        assert (await worker.client.put(f"/v1/desk/files/{place}", content=b"x")).status_code == 404, place
    assert house.blobs.usage() == blobs


async def test_a_file_with_a_wrong_name_is_no_result(house: House, worker: Worker) -> None:
    job = await house.running()
    taken = await worker.client.put(f"/v1/desk/files/{job.id}/1/x", content=b"x")
    blob = msgspec.msgpack.decode(taken.content)["blob"]
    for name in ["../x", "a/b", "", "a\x00", "a\nb", "x" * 201]:
        outcome = Outcome(job=job.id, attempt=1, how="finish", files=(MadeFile(name=name, blob=blob),))
        await worker.say("finish", Finish(worker="w1", outcomes=(outcome,)), Settled, status=400)
    assert (await house.engine.listing.job(HOUSE, job.id)).state.value == "running"


async def test_a_cut_upload_leaves_nothing(house: House, worker: Worker) -> None:
    job = await house.running()

    async def pieces() -> Any:
        yield b"x" * 100_000
        raise RuntimeError("the worker dies")

    with pytest.raises(RuntimeError):
        await worker.client.put(f"/v1/desk/files/{job.id}/1/x", content=pieces())
    aside = house.blobs.aside("x").parent
    await until(lambda: not list(aside.iterdir()))
    assert house.blobs.usage() == (0, 0)


async def test_a_file_that_is_announced_as_too_large_is_refused_before_it_comes(house: House, worker: Worker) -> None:
    job = await house.running()

    size, host = house.settings.upload_limit + 1, house.url.removeprefix("http://")
    lines = [f"PUT /v1/desk/files/{job.id}/1/x HTTP/1.1", f"Host: {host}", f"Content-Length: {size}"]
    lines.append(f"Authorization: {worker.client.headers['Authorization']}")
    answer = await raw(house, "\r\n".join([*lines, "", ""]).encode())
    assert answer.status == 413 and b'"too_large"' in answer.body


async def test_words_that_make_no_sense_are_refused(house: House, worker: Worker) -> None:
    for verb in ["claim", "beat", "report", "finish", "give_back", "call"]:
        for body in [b"", b"\xc1", b"{}", b"\x93", b"\xff" * 100, msgspec.msgpack.encode({"worker": 1})]:
            problem = await worker.say(verb, body, None, status=400)
            assert problem["code"] == "invalid", (verb, body)
        deep = b"\x91" * 100_000
        await worker.say(verb, deep, None, status=400)
    nested = b"\x84\xa3job\xa1x\xa7attempt\x01\xa4verb\xa3a.b\xa7payload" + b"\x91" * 100_000
    await worker.say("call", nested, None, status=400)
    assert (await worker.client.get("/v1/desk/claim")).status_code == 405
    assert (await worker.client.post(f"/v1/desk/files/{'0' * 32}/1/x")).status_code == 405
    assert (await worker.client.post("/v1/desk")).status_code == 404
    assert (await worker.client.post("/v1/desk/claim/x")).status_code == 404


async def test_a_word_may_be_large_but_not_endless(
    house: House, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "BODY_LIMIT", 1000)
    problem = await worker.say("beat", b"x" * 1001, None, status=413)
    assert problem["code"] == "too_large"


async def test_a_member_does_not_work_at_the_desk(house: House) -> None:
    async with house.client("mia") as client:
        problem = await Worker(client).say("claim", ASK, None, status=403)
    assert problem["code"] == "refused"


async def test_nobody_is_read_who_may_not_speak_here(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    read = list[object]()
    plain = desk._chunks

    def noted(receive: Any) -> Any:
        read.append(receive)
        return plain(receive)

    monkeypatch.setattr(desk, "_chunks", noted)
    content = b"x" * 100_000
    async with house.client("mia") as client:
        for method, verb in [
            ("POST", "claim"),
            ("POST", "beat"),
            ("POST", "report"),
            ("POST", "finish"),
            ("POST", "give_back"),
            ("POST", "call"),
            ("PUT", f"files/{'a' * 32}/1/x"),
        ]:
            answer = await client.request(method, f"/v1/desk/{verb}", content=content)
            assert (answer.status_code, answer.json()["code"]) == (403, "refused"), verb
    assert read == []


async def test_a_double_is_told_so_in_plain_words(house: House, worker: Worker) -> None:
    job = await house.submit()
    await worker.claim()
    other = msgspec.structs.replace(ASK, session="another", host="there")
    problem = await worker.say("claim", other, None, status=409)
    assert problem["code"] == "worker_doubled"
    assert problem["detail"].startswith("Another worker called w1 is at work already")
    assert (await house.engine.listing.job(HOUSE, job.id)).attempt == 1


async def test_a_worker_that_went_away_waits_no_more(
    house: House, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, ended = house.engine.desk.claim, asyncio.Event()

    async def noted(*said: Any) -> Claimed:
        try:
            return await plain(*said)
        finally:
            ended.set()

    monkeypatch.setattr(house.engine.desk, "claim", noted)
    async with house.client(token=await house.token("ada", KeyScope.DESK)) as other:
        ask = msgspec.structs.replace(ASK, wait=20.0)
        claiming = asyncio.create_task(Worker(other).say("claim", ask, Claimed))
        await until(lambda: house.engine.bell.waiting)
        claiming.cancel()
    await asyncio.wait_for(ended.wait(), 5)  # long before its 20 seconds are over
    job = await house.submit()
    claimed = await worker.claim()
    assert (claimed.id, claimed.attempt) == (job.id, 1)


async def test_the_workers_own_client_and_the_house_understand_each_other(house: House) -> None:
    own = HttpDesk(house.url, await house.token("ada", KeyScope.DESK))
    try:
        job = await house.submit()
        [assignment] = (await own.claim(msgspec.structs.replace(ASK, wait=1.0))).assignments
        held = Held(job=job.id, attempt=assignment.job.attempt)
        assert (await own.beat(Beat(worker="w1", session="s", held=(held,)), 5.0)).wishes == ()
        content = b"x" * 3_000_000
        taken = await own.upload(held, 'a b"ü.bin', io.BytesIO(content), len(content))
        assert taken.size == len(content)
        made = (MadeFile(name='a b"ü.bin', blob=taken.blob),)
        outcome = Outcome(job=job.id, attempt=1, how="finish", files=made)
        assert (await own.finish(Finish(worker="w1", outcomes=(outcome,)))).states == ("succeeded",)
        assert (await own.give_back(GiveBack(worker="w1", held=(held,)))).states == ("stale",)
    finally:
        await own.close()
