"""One verb for many jobs, edits of those that wait, and running again with changes."""

from __future__ import annotations

import pytest

from jobyard.engine.bulk import BulkVerb
from jobyard.engine.submission import Edits
from jobyard.job.clock import SECOND
from jobyard.job.errors import JobNotFound, Refused, WrongParameters, WrongState
from jobyard.job.filters import Filter
from jobyard.job.states import State
from jobyard.people.record import HOUSE, KeyScope, Role
from jobyard.store.contract import Store
from tests.engine.yard import Yard, user

pytestmark = pytest.mark.anyio
ADA, BOB, GUEST = user("ada"), user("bob"), user("guest", Role.VIEWER)
NOTHING = Edits()


async def states(yard: Yard, jobs: list[str]) -> list[State]:
    return [(await yard.job(id_)).state for id_ in jobs]


async def test_all_that_match_are_cancelled_a_page_at_a_time(yard: Yard, any_store: Store) -> None:
    jobs = [(await yard.submit(ADA, labels={"sweep": ""})).id for _ in range(25)]
    other = await yard.submit(ADA)
    meant = Filter(labels=frozenset({("sweep", None)}))
    assert await yard.engine.bulk.count(ADA, BulkVerb.CANCEL, meant) == (25, True)
    first = await yard.engine.bulk.act(ADA, BulkVerb.CANCEL, meant, NOTHING, limit=10)
    assert (first.looked_at, first.done, dict(first.refused)) == (10, 10, {})
    assert await yard.engine.bulk.count(ADA, BulkVerb.CANCEL, meant) == (15, True)
    rest = await yard.engine.bulk.act(ADA, BulkVerb.CANCEL, meant, NOTHING, after=first.next)
    assert (rest.done, rest.next) == (15, None)
    assert set(await states(yard, jobs)) == {State.CANCELLED}
    assert (await yard.job(other)).state is State.QUEUED
    assert any_store.check() == []


async def test_only_jobs_that_can_be_asked_count(yard: Yard) -> None:
    for _ in range(3):
        await yard.submit(ADA)
    [given] = await yard.claim()
    await yard.finish(given.job)
    counts = [(await yard.engine.bulk.count(ADA, verb, Filter()))[0] for verb in BulkVerb]
    assert dict(zip(BulkVerb, counts, strict=True)) == {"cancel": 2, "retry": 1, "delete": 1, "edit": 2}
    final = Filter(states=frozenset({State.SUCCEEDED}))
    assert await yard.engine.bulk.count(ADA, BulkVerb.CANCEL, final) == (0, True)
    assert (await yard.engine.bulk.act(ADA, BulkVerb.CANCEL, final, NOTHING)).looked_at == 0


async def test_many_are_retried_and_deleted_and_each_refusal_is_counted(yard: Yard) -> None:
    jobs = [await yard.submit(ADA) for _ in range(4)]
    for job in jobs:
        await yard.jobs.cancel(ADA, job.id)
    outside = await yard.submit(ADA, external=True)
    await yard.jobs.cancel(ADA, outside.id)
    done = await yard.engine.bulk.act(ADA, BulkVerb.RETRY, Filter(), NOTHING)
    assert (done.looked_at, done.done) == (5, 4)
    assert dict(done.refused) == {"A job that is cancelled and run by its own client cannot be asked to retry.": 1}
    assert len(await yard.claim(limit=9)) == 4
    done = await yard.engine.bulk.act(ADA, BulkVerb.DELETE, Filter(), NOTHING)
    assert done.done == 1
    with pytest.raises(JobNotFound):
        await yard.job(outside)


async def test_strangers_jobs_are_not_touched_and_viewers_change_nothing(yard: Yard) -> None:
    mine, theirs = await yard.submit(ADA), await yard.submit(BOB)
    done = await yard.engine.bulk.act(ADA, BulkVerb.CANCEL, Filter(), NOTHING)
    assert done.looked_at == 1
    assert await states(yard, [mine.id, theirs.id]) == [State.CANCELLED, State.QUEUED]
    project = await yard.engine.projects.add(BOB, "vision")
    shared = await yard.submit(user("bob", places={project.id: Role.OPERATOR}), project=project.id)
    watching = user("guest", places={project.id: Role.VIEWER})
    done = await yard.engine.bulk.act(watching, BulkVerb.CANCEL, Filter(), NOTHING)
    assert (done.looked_at, done.done, dict(done.refused)) == (1, 0, {"You are not allowed to cancel.": 1})
    viewer = user("guest", Role.VIEWER, places={project.id: Role.VIEWER})
    with pytest.raises(Refused):
        await yard.engine.bulk.act(viewer, BulkVerb.CANCEL, Filter(), NOTHING)
    with pytest.raises(Refused):
        await yard.engine.bulk.count(viewer, BulkVerb.CANCEL, Filter())
    assert (await yard.job(shared)).state is State.QUEUED


async def test_many_are_moved_to_another_queue(yard: Yard) -> None:
    for _ in range(3):
        await yard.submit(ADA)
    done = await yard.engine.bulk.act(ADA, BulkVerb.EDIT, Filter(), Edits(queue="gpu", priority=7))
    assert done.done == 3
    assert await yard.claim(limit=9) == []
    assert [given.job.priority for given in await yard.claim(limit=9, queues=("gpu",))] == [7, 7, 7]


async def test_an_edit_is_told_with_the_old_and_the_new(yard: Yard) -> None:
    job = await yard.submit(ADA, labels={"a": "1"})
    due = yard.clock.now() + SECOND
    edited = await yard.jobs.edit(ADA, job.id, Edits(name="Better", labels={"b": ""}, due_at=due))
    assert (edited.name, edited.labels, edited.due_at, edited.queue) == ("Better", {"b": ""}, due, "default")
    event = (await yard.listing.history(HOUSE, job.id))[-1]
    assert (event.type, event.actor) == ("edited", "ada")
    assert event.data == {"name": ["Count up", "Better"], "labels": [{"a": "1"}, {"b": ""}], "due_at": [None, due]}
    assert await yard.claim() == []
    assert (await yard.jobs.edit(ADA, job.id, Edits(due_at=None))).due_at is None
    assert len(await yard.claim()) == 1
    with pytest.raises(WrongState):
        await yard.jobs.edit(ADA, job.id, Edits(priority=1))


async def test_readers_and_strangers_edit_nothing(yard: Yard) -> None:
    job = await yard.submit(ADA)
    reading = user("ada")
    for actor, error in (
        (BOB, JobNotFound),
        (type(reading)(name="ada", role=Role.MEMBER, scope=KeyScope.READ), Refused),
    ):
        with pytest.raises(error):
            await yard.jobs.edit(actor, job.id, Edits(priority=9))
    assert (await yard.job(job)).priority == 0


async def test_running_again_with_changes_keeps_the_old_one(yard: Yard) -> None:
    old = await yard.submit(ADA, parameters={"upto": 3, "thing": "t"}, labels={"x": ""}, priority=4, name="First")
    [given] = await yard.claim()
    await yard.finish(given.job, result=3)
    fresh = await yard.jobs.again(ADA, old.id, Edits(priority=9), {"upto": 5})
    assert (fresh.origin, fresh.parameters, fresh.priority, fresh.name, fresh.labels) == (
        old.id,
        {"upto": 5},
        9,
        "First",
        {"x": ""},
    )
    assert (await yard.job(old)).result == 3
    assert (await yard.jobs.again(ADA, old.id, NOTHING)).parameters == {"upto": 3, "thing": "t"}
    with pytest.raises(WrongParameters):
        await yard.jobs.again(ADA, old.id, NOTHING, {"upto": 0})
    with pytest.raises(JobNotFound):
        await yard.jobs.again(BOB, old.id, NOTHING)


async def test_what_its_own_client_runs_cannot_be_run_again(yard: Yard) -> None:
    outside = await yard.submit(ADA, external=True)
    with pytest.raises(WrongState):
        await yard.jobs.again(ADA, outside.id, NOTHING)
