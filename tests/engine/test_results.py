"""Result files come in whole or not at all, and are found by name and attempt as long as they live."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobyard.engine.results import Results
from jobyard.job.desk import MadeFile
from jobyard.job.errors import JobNotFound, NotFound, TooLarge
from jobyard.job.record import Job
from jobyard.people.record import HOUSE
from jobyard.store.contract import Store
from tests.engine.yard import Yard, chunks, user

pytestmark = pytest.mark.anyio
ADA, BOB = user("ada"), user("bob")


def kept(folder: Path) -> int:
    return sum(path.is_file() for path in (folder / "blobs").rglob("*"))


async def put(yard: Yard, job: Job, *files: tuple[str, bytes], how: str = "finish") -> None:
    made = [
        MadeFile(name=name, blob=(await yard.engine.results.receive(chunks(content))).blob) for name, content in files
    ]
    await yard.finish(job, how, files=tuple(made))


async def test_a_file_that_is_too_large_or_breaks_off_leaves_nothing(any_store: Store, tmp_path: Path) -> None:
    yard = Yard(any_store, tmp_path, upload_limit=10)
    whole = await yard.engine.results.receive(chunks(b"12345", b"67890"))
    assert (whole.size, whole.sha256) == (10, hashlib.sha256(b"1234567890").hexdigest())
    before = kept(tmp_path)
    with pytest.raises(TooLarge, match="10 bytes"):
        await yard.engine.results.receive(chunks(b"12345", b"678901"))

    async def broken() -> AsyncIterator[bytes]:
        yield b"123"
        raise ConnectionResetError

    with pytest.raises(TooLarge, match="10 bytes"):
        # Asked for no byte of it: this stream would break.
        await yard.engine.results.receive(broken(), announced=11)

    with pytest.raises(ConnectionResetError):
        await yard.engine.results.receive(broken())
    assert kept(tmp_path) == before


async def test_what_was_received_before_a_restart_is_described_from_its_bytes(yard: Yard) -> None:
    received = await yard.engine.results.receive(chunks(b"abc"))
    fresh = Results(yard.engine.ledger, yard.blobs, 100)
    assert await fresh.described(received.blob) == received == await yard.engine.results.described(received.blob)
    with pytest.raises(NotFound):
        await fresh.described("0" * 32)


async def test_the_newest_attempt_s_file_is_meant_unless_another_is_said(yard: Yard) -> None:
    job = await yard.claimed()
    await put(yard, job, ("b.txt", b"old"), ("a.txt", b"only old"), how="fail")
    yard.clock.forward(60)
    [again] = await yard.claim()
    await put(yard, again.job, ("b.txt", b"new"))
    results = yard.engine.results
    assert [(file.attempt, file.name) for file in await results.files(HOUSE, job.id)] == [
        (2, "b.txt"),
        (1, "a.txt"),
        (1, "b.txt"),
    ]
    for name, attempt, content in (("b.txt", None, b"new"), ("b.txt", 1, b"old"), ("a.txt", None, b"only old")):
        file, path = await results.open(HOUSE, job.id, name, attempt)
        assert path.read_bytes() == content and file.size == len(content)
    for name, attempt in (("a.txt", 2), ("c.txt", None), ("b.txt", 3)):
        with pytest.raises(NotFound):
            await results.open(HOUSE, job.id, name, attempt)


async def test_whoever_may_not_see_a_job_sees_no_file_of_it(yard: Yard) -> None:
    job = await yard.submit(ADA)
    [given] = await yard.claim()
    await put(yard, given.job, ("a.txt", b"secret"))
    assert (await yard.engine.results.files(ADA, job.id))[0].name == "a.txt"
    for ask in (yard.engine.results.files(BOB, job.id), yard.engine.results.open(BOB, job.id, "a.txt")):
        with pytest.raises(JobNotFound):
            await ask
