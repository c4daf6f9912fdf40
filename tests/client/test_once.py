"""The wire is cut at a byte of the request or of the reply: exactly one job is made for each key, and returned."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from jobyard.client import Jobyard
from jobyard.job.ids import new_id
from tests.cli.running import RunningHouse
from tests.client.proxy import Cut, CuttingProxy

LABEL = "cut"
OFFSETS = (0, 1, 17, 120, 240, 330, 400, 450)


def submit(client: Jobyard, key: str) -> str:
    told = {"argv": ["echo", key]}
    return client.submit("command.run", told, key=key, draft=True, labels={LABEL: key[-16:]}).id


@pytest.mark.parametrize("way", ["request", "reply"])
def test_a_cut_wire_never_makes_two_jobs_and_never_none(house: RunningHouse, way: str) -> None:
    for offset in OFFSETS:
        key = new_id()
        cut: Cut = (way, offset)
        with CuttingProxy(house.port, lambda number, cut=cut: cut if number == 0 else None) as proxy:  # type: ignore[misc]
            with house.client(url=proxy.url, patience=20) as client:
                made = submit(client, key)
            assert len(proxy.requests) > 1, "the cut was never felt"
        with house.client() as client:
            assert [job.id for job in client.jobs(label=f"{LABEL}={key[-16:]}")] == [made]


def test_a_wire_that_is_cut_again_and_again_makes_one_job(house: RunningHouse) -> None:
    key = new_id()
    cuts: list[Cut] = [("reply", 0), ("request", 200), ("reply", 30), ("reply", 300), ("request", 1)]
    with CuttingProxy(house.port, lambda number: cuts[number] if number < len(cuts) else None) as proxy:
        with house.client(url=proxy.url, patience=30) as client:
            made = submit(client, key)
        assert len(proxy.requests) == len(cuts) + 1
    with house.client() as client:
        assert [job.id for job in client.jobs(label=f"{LABEL}={key[-16:]}")] == [made]


def test_a_cut_download_goes_on_where_it_was(house: RunningHouse, tmp_path: Path) -> None:
    content = os.urandom(1_500_000).hex()
    (house.sources / "big.txt").write_text(content)
    with house.client() as client:
        told = {"argv": ["sh", "-c", 'cat "$0" > big.txt', str(house.sources / "big.txt")], "files": ["big.txt"]}
        job = client.wait(client.submit("command.run", told).id, timeout=30)
        assert job.state == "succeeded", job.failure
    with CuttingProxy(house.port, lambda number: ("reply", 1_000_000) if number < 2 else None) as proxy:
        with house.client(url=proxy.url, patience=20) as client:
            place = client.download(job.id, "big.txt", tmp_path)
        asked = b"".join(bytes(one) for one in proxy.requests)
        sent = sum(len(one) for one in proxy.replies)
    assert hashlib.sha256(place.read_bytes()).hexdigest() == hashlib.sha256(content.encode()).hexdigest()
    assert asked.lower().count(b"range: bytes=") >= 2
    assert sent < len(content) + 100_000


def test_a_followed_log_outlives_a_cut_wire(house: RunningHouse) -> None:
    text = "for n in $(seq 1 60); do echo line $n; sleep 0.02; done"
    with house.client() as client:
        job = client.submit("command.run", {"argv": ["sh", "-c", text]})
        while client.job(job.id).attempt == 0:
            pass
    plan: list[Cut] = [("reply", 1500), ("reply", 900), ("reply", 2500)]
    with (
        CuttingProxy(house.port, lambda number: plan[number] if number < len(plan) else None) as proxy,
        house.client(url=proxy.url, patience=20) as client,
    ):
        lines = [line.text for line in client.log(job.id, follow=True)]
        assert len(proxy.requests) > 1
    assert lines == [f"line {number}" for number in range(1, 61)]
