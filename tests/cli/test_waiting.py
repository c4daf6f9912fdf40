"""`jobyard jobs show` says in one sentence why a job waits and when it likely starts; many jobs starve no neighbour."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jobyard.client import Job, Jobyard
from jobyard.job.clock import SECOND, SystemClock
from jobyard.job.ids import new_id
from tests.cli.running import RunningHouse, environment, eventually, running


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A house of its own with one worker of one slot, for its line is looked at."""
    with running(tmp_path_factory.mktemp("quiet"), "--slots", "1") as made:
        yield made


@pytest.fixture(scope="module")
def client(quiet: RunningHouse) -> Iterator[Jobyard]:
    with quiet.client() as made:
        eventually(lambda: any(worker.alive for worker in made.workers()))
        yield made


def submit(client: Jobyard, script: str = "true", **wishes: Any) -> Job:
    return client.submit("command.run", {"argv": ["sh", "-c", script]}, **wishes)


def said(house: RunningHouse, job: Job) -> str:
    """Return what `jobs show` says of why a job waits."""
    told = house.call("jobs", "show", job.id)
    assert told.code == 0, told.err
    lines = [line for line in told.out.splitlines() if line.startswith("waits ")]
    assert len(lines) == 1, told.out
    return lines[0].removeprefix("waits").strip()


@contextmanager
def busy(client: Jobyard) -> Iterator[Job]:
    """Keep the one worker busy."""
    holding = submit(client, "sleep 60", priority=1000)
    eventually(lambda: client.job(holding.id).state == "running")
    yield holding
    client.cancel(holding.id)
    client.wait(holding.id, timeout=30)


def now() -> datetime:
    return datetime.fromtimestamp(SystemClock().now() / SECOND, UTC)


def test_a_queue_that_nobody_serves(quiet: RunningHouse, client: Jobyard) -> None:
    job = submit(client, queue="nobody")
    sentence = "No live worker serves queue nobody; it starts after a worker comes that serves the queue"
    assert said(quiet, job) == sentence
    assert "any worker" in quiet.call("jobs", "list", "--queue", "nobody").out
    client.cancel(job.id)
    assert "waits " not in quiet.call("jobs", "show", job.id).out


def test_a_paused_queue(quiet: RunningHouse, client: Jobyard) -> None:
    assert quiet.call("queues", "pause", "default").code == 0
    job = submit(client)
    assert said(quiet, job) == "Queue default is paused by admin; it starts after somebody resumes the queue"
    assert quiet.call("queues", "resume", "default").code == 0
    assert client.wait(job.id, timeout=30).state == "succeeded"


def test_an_owner_who_runs_as_many_as_he_may(quiet: RunningHouse, client: Jobyard) -> None:
    assert quiet.call("limits", "set", "owner", "admin", "--running", "1").code == 0
    with busy(client):
        job = submit(client)
        sentence = "admin runs as many jobs at once as is allowed; it starts after one of them has ended"
        assert said(quiet, job) == sentence
        assert "its owner's limit" in quiet.call("jobs", "list", "--state", "queued").out
    assert quiet.call("limits", "drop", "owner", "admin").code == 0
    assert client.wait(job.id, timeout=30).state == "succeeded"


def test_a_time_that_has_not_come(quiet: RunningHouse, client: Jobyard) -> None:
    job = submit(client, due_at=now() + timedelta(hours=2, minutes=1))
    assert said(quiet, job).startswith("Its time has not come yet; it starts in about 2 h at the earliest (")
    assert quiet.call("jobs", "edit", job.id, "--set-now").code == 0
    assert client.wait(job.id, timeout=30).state == "succeeded"


def test_another_job_that_has_to_end_first(quiet: RunningHouse, client: Jobyard) -> None:
    with busy(client) as holding:
        words = ("jobs", "submit", "command.run", "-p", 'argv=["echo"]', "--after", str(holding.number))
        job = client.job(quiet.call(*words, "--on-failure", "run", "--json").json["id"])
        assert said(quiet, job) == "It waits for another job to end; it starts after that"
        shown = quiet.call("jobs", "show", job.id).out
        assert f"job {holding.number} (running)" in shown
    assert client.wait(job.id, timeout=30).state == "succeeded"


def test_a_line_of_others_with_an_estimate(quiet: RunningHouse, client: Jobyard) -> None:
    client.wait(submit(client, "sleep 0.5").id, timeout=30)
    with busy(client):
        jobs = [submit(client) for _ in range(6)]

        def told() -> bool:
            # The worker may claim some ahead, and what recent runs say is looked up every few seconds.
            line = list(client.jobs(state="queued", order="number"))
            start = f"{len(line) - 1} jobs are before it in line; likely starts in "
            return len(line) > 2 and said(quiet, jobs[-1]).startswith(start)

        eventually(told, within=30)
        line = list(client.jobs(state="queued", order="number"))
        assert said(quiet, line[0]).startswith("It is next in line; the worker is busy; likely starts in ")
        assert f"{len(line) - 1} before it" in quiet.call("jobs", "list", "--state", "queued").out
        document = quiet.call("jobs", "show", jobs[-1].id, "--json").json
        assert document["job"]["waiting"]["ahead"] == len(line) - 1
    for job in jobs:
        client.wait(job.id, timeout=30)


@contextmanager
def worker(house: RunningHouse, queue: str) -> Iterator[None]:
    """Start one more worker, which serves one queue only."""
    with house.client() as client:
        token = client.keys.create(scope="desk").secret
    place = house.folder / "desk.token"
    place.write_text(token)
    place.chmod(0o600)
    words = ["work", "--url", house.url, "--token-file", str(place), "--queues", queue, "--slots", "2"]
    process = subprocess.Popen(
        [sys.executable, "-m", "jobyard", *words], cwd=house.folder, env=environment(), stdout=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def test_an_owner_with_many_jobs_makes_no_neighbour_wait(quiet: RunningHouse, client: Jobyard) -> None:
    queue = f"fair-{new_id()[:8]}"
    for name in ("anna", "bert"):
        client.users.add(name, "member")
    anna, bert = (quiet.client(client.keys.create(user=name).secret) for name in ("anna", "bert"))
    with anna, bert:
        many = [submit(anna, queue=queue).id for _ in range(150)]
        few = [submit(bert, queue=queue).id for _ in range(10)]
        with worker(quiet, queue):
            for id_ in few:
                bert.wait(id_, timeout=60)
            ended = sorted(
                (job for job in client.jobs(queue=queue, state="succeeded") if job.finished_at is not None),
                key=lambda job: str(job.finished_at),
            )
            assert anna.bulk("cancel", queue=queue, state="queued").refused == []
            for id_ in many:
                anna.wait(id_, timeout=60)
    last = max(place for place, job in enumerate(ended) if job.owner == "bert")
    assert last < 50, [job.owner for job in ended]
    assert sum(job.owner == "anna" for job in ended[:last]) >= 5, "nor does the neighbour make him wait"
