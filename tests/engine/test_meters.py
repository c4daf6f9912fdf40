"""What is counted, and what is said in the log, of all that happens."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from jobyard.engine import meters
from jobyard.engine.meters import Meters, Standing
from jobyard.job import moves
from jobyard.job.errors import Refused
from jobyard.job.record import Failure, Job, Reason
from jobyard.job.states import State
from jobyard.people.record import HOUSE, Actor, KeyScope, Role
from tests.engine.yard import Yard, user

pytestmark = pytest.mark.anyio
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


async def samples(yard: Yard) -> Samples:
    """Return every sample by its name and labels; that it can be read at all is half the test."""
    text = (await yard.engine.watching.metrics(None)).decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def one(found: Samples, name: str, **labels: str) -> float:
    return found[f"jobyard_{name}", tuple(sorted(labels.items()))]


async def test_what_happens_to_jobs_is_counted_by_kind(yard: Yard) -> None:
    await yard.submit()
    yard.clock.forward(7)
    [assignment] = await yard.claim()
    await yard.report(assignment.job, begun=True)
    yard.clock.forward(3)
    await yard.finish(assignment.job)
    await yard.submit(kind="anything", external=True, name="secret name")
    found = await samples(yard)
    for event in ("submitted", "claimed", "begun", "finished"):
        assert one(found, "job_events_total", event=event, kind="test.count") == 1, event
    assert one(found, "job_events_total", event="submitted", kind="other") == 1
    assert one(found, "job_wait_seconds_sum", kind="test.count") == 7
    assert one(found, "job_run_seconds_sum", kind="test.count") == 3
    assert one(found, "job_run_seconds_count", kind="test.count") == 1
    text = (await yard.engine.watching.metrics(None)).decode()
    assert "secret" not in text and assignment.job.id not in text and "anything" not in text


async def test_failures_are_counted_by_reason(yard: Yard) -> None:
    job = await yard.claimed()
    await yard.finish(job, "fail", failure=Failure(reason=Reason.MEMORY, message="too large"))
    yard.clock.forward(60)
    await yard.claim()
    yard.lose_patience()
    await yard.engine.keeper.find_lost()
    found = await samples(yard)
    assert one(found, "job_failures_total", kind="test.count", reason="memory") == 1
    assert one(found, "job_failures_total", kind="test.count", reason="lost") == 1


async def test_how_the_house_stands_is_told(yard: Yard) -> None:
    job = await yard.claimed()
    await yard.submit(queue="gpu")
    await yard.claim(worker="w2")
    await yard.engine.workers.drain(HOUSE, "w2")
    await yard.engine.queues.pause(HOUSE, "gpu")
    found = await samples(yard)
    assert one(found, "jobs", queue="default", state="running") == 1
    assert one(found, "jobs", queue="gpu", state="queued") == 1
    assert one(found, "queues_paused") == 1
    assert [one(found, "workers", state=state) for state in ("alive", "draining", "gone")] == [1, 1, 0]
    assert one(found, "info", version=__import__("jobyard").__version__) == 1
    assert (one(found, "database_bytes", part="all") > 0) is (yard.store.dialect != "memory")
    assert one(found, "store_write_seconds_count") == one(found, "store_commit_works_sum") > 5
    assert found["process_resident_memory_bytes", ()] > 0
    await yard.finish(job)
    found = await samples(yard)
    assert ("jobyard_jobs", (("queue", "default"), ("state", "running"))) not in found
    assert one(found, "jobs", queue="default", state="succeeded") == 1


@pytest.mark.parametrize("role", list(Role))
async def test_metrics_are_for_operators(yard: Yard, role: Role) -> None:
    may = role in {Role.OPERATOR, Role.ADMINISTRATOR}
    for actor in (user("olga", role), Actor(name="olga", role=role, scope=KeyScope.READ)):
        if may:
            assert b"jobyard_info" in await yard.engine.watching.metrics(actor)
            continue
        with pytest.raises(Refused):
            await yard.engine.watching.metrics(actor)
    with pytest.raises(Refused):
        await yard.engine.watching.metrics(Actor(name="ada", role=role, scope=KeyScope.DESK))


def standing(**fields: Any) -> Standing:
    none: dict[str, Any] = {"jobs": {}, "workers": {}, "paused": 0, "blobs": 0, "database": 0, "free": 0, "log": 0}
    return Standing(**(none | {"readers": 0, "webhooks": {}, "deliveries": 0} | fields))


def test_labels_stay_few_whatever_people_call_things(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meters, "QUEUES_LIMIT", 2)
    monkeypatch.setattr(meters, "ROUTES_LIMIT", 2)
    counted = Meters(["test.count"], "1")
    for route in ("/a", "/b", "/c", "/d", ""):
        counted.answered("GET", route, 200, 0.1)
    counted.answered("BREW", "/a", 418, 0.1)
    jobs = {("small", State.QUEUED): 1, ("tiny", State.QUEUED): 2, ("big", State.FAILED): 9, ("wide", State.QUEUED): 5}
    text = counted.text(standing(jobs=jobs)).decode()
    assert 'jobyard_jobs{queue="other",state="queued"} 3.0' in text
    assert 'queue="big"' in text and 'queue="wide"' in text and "tiny" not in text and "small" not in text
    assert 'method="GET",route="other",status="200"} 3.0' in text and "/c" not in text
    assert 'jobyard_http_requests_total{method="other",route="/a",status="418"} 1.0' in text


def test_names_that_are_odd_do_not_break_the_form() -> None:
    counted = Meters(["a"], '1"\n')
    text = counted.text(standing(jobs={('q"\n\\', State.QUEUED): 1})).decode()
    assert len(list(text_string_to_metric_families(text))) > 5


def test_two_houses_in_one_process_count_apart() -> None:
    first, second = Meters(["a"], "1"), Meters(["a"], "1")
    job = Job(id="a" * 32, kind="a", owner="o", state=State.QUEUED)
    change = moves.submit(job, 1, "o")
    first.happened(change.events[0], change.job)
    line = 'jobyard_job_events_total{event="submitted",kind="a"} 1.0'
    assert line in first.text(standing()).decode()
    assert line not in second.text(standing()).decode()


# --- the log --------------------------------------------------------------------------------------------------------


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(entry.levelname, entry.getMessage()) for entry in caplog.records if entry.name == "jobyard.jobs"]


async def test_each_change_is_one_word_with_its_job_and_who_did_it(
    yard: Yard, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "jobyard.jobs")
    job = await yard.claimed()
    await yard.finish(job, "fail")
    yard.clock.forward(60)
    [again] = await yard.claim()
    yard.lose_patience()
    await yard.engine.keeper.find_lost()
    await yard.jobs.cancel(user("olga", Role.OPERATOR), job.id)
    await yard.jobs.delete(HOUSE, job.id)
    assert said(caplog) == [
        ("DEBUG", "submitted"),
        ("DEBUG", "claimed"),
        ("DEBUG", "begun"),
        ("INFO", "backed_off"),
        ("DEBUG", "claimed"),
        ("WARNING", "lost"),
        ("DEBUG", "cancelled"),
        ("DEBUG", "deleted"),
    ]
    entries = [entry.__dict__ for entry in caplog.records if entry.name == "jobyard.jobs"]
    assert {entry["job"] for entry in entries} == {job.id}
    told = [entry["actor"] for entry in entries]
    assert told == ["jobyard", *["worker:w1"] * 4, "jobyard", "olga", "jobyard"]
    assert (entries[3]["reason"], entries[5]["reason"], entries[5]["attempt"]) == ("error", "lost", again.job.attempt)


async def test_a_busy_house_does_not_drown_in_what_goes_well(yard: Yard, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "jobyard.jobs")
    await yard.finish(await yard.claimed())
    assert said(caplog) == []
    await yard.finish(await yard.claimed(tries=1), "fail")
    assert said(caplog) == [("INFO", "failed")]


async def test_what_was_taken_back_was_not_seen(yard: Yard, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "jobyard.jobs")

    def broken(transaction: Any) -> None:
        transaction.insert(moves.submit(Job(id="a" * 32, kind="test.count", owner="o", state=State.QUEUED), 1, "o"))
        raise Refused(verb="do this")

    with pytest.raises(Refused):
        await yard.engine.ledger.write(broken)
    assert said(caplog) == []
    assert ("jobyard_job_events_total", (("event", "submitted"), ("kind", "test.count"))) not in await samples(yard)
