"""The verbs people ask of jobs."""

from __future__ import annotations

from typing import Any

import pytest

from jobyard.engine.submission import Submission
from jobyard.job.clock import SECOND
from jobyard.job.errors import (
    Invalid,
    JobNotFound,
    KeyReused,
    NotFound,
    Refused,
    UnknownKind,
    WrongParameters,
    WrongState,
)
from jobyard.job.filters import Query
from jobyard.job.record import Resource
from jobyard.job.states import State
from jobyard.people.record import HOUSE, KeyScope, Role
from tests.engine.yard import Yard, user

pytestmark = pytest.mark.anyio
MARIA, TOMAS = user("maria"), user("tomas")


async def test_a_submitted_job_is_in_line_with_what_its_kind_says(yard: Yard) -> None:
    job = await yard.submit(MARIA, parameters={"upto": 5, "thing": "t7"}, labels={"team": "vision"})
    stored = await yard.job(job)
    assert stored == job
    assert (stored.state, stored.owner, stored.name, stored.queue) == (State.QUEUED, "maria", "Count up", "default")
    assert (stored.tries, stored.number, stored.created_at) == (3, 1, yard.clock.now())
    assert stored.resource == Resource(type="thing", id="t7")
    assert await yard.story(job) == ["submitted"]


async def test_a_draft_waits_to_be_released_and_can_go_back(yard: Yard) -> None:
    draft = await yard.submit(MARIA, draft=True)
    assert draft.state is State.DRAFT
    assert await yard.claim() == []
    due = yard.clock.now() + 10 * SECOND
    released = await yard.jobs.release(MARIA, draft.id, due)
    assert (released.state, released.due_at) == (State.QUEUED, due)
    back = await yard.jobs.withdraw(MARIA, draft.id)
    assert back.state is State.DRAFT
    assert await yard.story(draft) == ["submitted", "released", "withdrawn"]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"kind": "no.such"}, UnknownKind),
        ({"parameters": {"upto": 0}}, WrongParameters),
        ({"parameters": {"upto": "many"}}, WrongParameters),
        ({"parameters": {"unknown": 1}}, WrongParameters),
        ({"parameters": {"thing": "a\x00b"}}, Invalid),
        ({"name": "\x00"}, Invalid),
        ({"parameters": {"thing": "x" * 2_000_000}}, Invalid),
        ({"project": "nowhere"}, NotFound),
        ({"parent": "f" * 32}, JobNotFound),
        ({"kind": "test.guarded"}, Refused),
    ],
)
async def test_what_does_not_fit_is_refused_and_nothing_is_made(
    yard: Yard, fields: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await yard.submit(MARIA, **fields)
    assert (await yard.listing.find(HOUSE, Query())).total == 0


async def test_wrong_parameters_name_the_place(yard: Yard) -> None:
    with pytest.raises(WrongParameters) as caught:
        await yard.submit(MARIA, parameters={"upto": 5000})
    assert caught.value.fields == [{"path": "parameters.upto", "message": "Expected `int` <= 1000"}]
    assert "test.count" in caught.value.sentence


async def test_a_capability_may_refuse_and_names_what_the_job_works_on(yard: Yard) -> None:
    operator = user("olga", Role.OPERATOR)
    with pytest.raises(Invalid, match="bad things"):
        await yard.submit(operator, kind="test.guarded", parameters={"thing": "bad"})
    job = await yard.submit(operator, kind="test.guarded")
    assert job.resource == Resource(type="box", id="1", name="olga")


async def test_one_key_is_one_job(yard: Yard) -> None:
    wish = Submission(kind="test.count", parameters={"upto": 2})
    first, fresh = await yard.jobs.submit(MARIA, wish, "k1")
    again, once_more = await yard.jobs.submit(MARIA, wish, "k1")
    assert (fresh, once_more) == (True, False)
    assert again == first
    other, fresh = await yard.jobs.submit(TOMAS, wish, "k1")
    assert fresh and other.id != first.id
    with pytest.raises(KeyReused):
        await yard.jobs.submit(MARIA, Submission(kind="test.count"), "k1")


async def test_a_repeated_key_answers_the_job_as_it_is_now(yard: Yard) -> None:
    wish = Submission(kind="test.count")
    job, _ = await yard.jobs.submit(MARIA, wish, "k")
    await yard.jobs.cancel(MARIA, job.id)
    again, fresh = await yard.jobs.submit(MARIA, wish, "k")
    assert not fresh
    assert again.state is State.CANCELLED


async def test_a_queued_job_is_cancelled_at_once(yard: Yard) -> None:
    job = await yard.submit(MARIA)
    cancelled = await yard.jobs.cancel(MARIA, job.id)
    assert (cancelled.state, cancelled.finished_at) == (State.CANCELLED, yard.clock.now())
    assert await yard.claim() == []
    with pytest.raises(WrongState):
        await yard.jobs.cancel(MARIA, job.id)


async def test_a_final_job_runs_again_with_its_history_kept(yard: Yard) -> None:
    job = await yard.claimed()
    await yard.finish(job, result={"n": 1})
    again = await yard.jobs.retry(HOUSE, job.id)
    assert (again.state, again.result, again.attempt) == (State.QUEUED, None, 1)
    [assignment] = await yard.claim()
    assert (assignment.job.id, assignment.job.attempt) == (job.id, 2)
    assert [attempt.outcome for attempt in await yard.listing.attempts(HOUSE, job.id)] == ["finish", ""]
    with pytest.raises(WrongState):
        await yard.jobs.retry(HOUSE, job.id)


async def test_only_what_does_not_live_can_be_deleted(yard: Yard) -> None:
    job = await yard.claimed()
    with pytest.raises(WrongState):
        await yard.jobs.delete(HOUSE, job.id)
    await yard.finish(job)
    await yard.jobs.delete(HOUSE, job.id)
    with pytest.raises(JobNotFound):
        await yard.job(job)
    events = await yard.engine.ledger.read(lambda view: view.events(0, 100))
    assert events[-1].type.value == "deleted"
    assert events[-1].data["owner"] == "jobyard"


async def test_marks_are_merged_and_taken_away(yard: Yard) -> None:
    job = await yard.submit(MARIA, marks={"a": 1})
    marked = await yard.jobs.mark(MARIA, job.id, {"b": [2], "a": None})
    assert marked.marks == {"b": [2]}
    assert (await yard.job(job)).marks == {"b": [2]}


async def test_another_s_job_does_not_exist(yard: Yard) -> None:
    job = await yard.submit(MARIA)
    before = await yard.job(job)
    verbs = [
        yard.jobs.cancel(TOMAS, job.id),
        yard.jobs.retry(TOMAS, job.id),
        yard.jobs.release(TOMAS, job.id),
        yard.jobs.withdraw(TOMAS, job.id),
        yard.jobs.keep(TOMAS, job.id, None),
        yard.jobs.mark(TOMAS, job.id, {}),
        yard.jobs.delete(TOMAS, job.id),
        yard.listing.job(TOMAS, job.id),
        yard.listing.history(TOMAS, job.id),
        yard.listing.attempts(TOMAS, job.id),
        yard.listing.log(TOMAS, job.id, None),
        yard.engine.results.files(TOMAS, job.id),
        yard.engine.results.open(TOMAS, job.id, "x"),
        yard.engine.outside.start(TOMAS, job.id),
    ]
    for verb in verbs:
        with pytest.raises(JobNotFound):
            await verb
    assert await yard.job(job) == before
    assert (await yard.listing.find(TOMAS, Query())).total == 0
    assert (await yard.listing.counts(TOMAS)).states[State.QUEUED] == 0


async def test_a_project_shares_its_jobs_with_its_members(yard: Yard) -> None:
    for name in ("maria", "tomas"):
        await yard.people.add_user(HOUSE, name, Role.MEMBER, "long enough")
    project = await yard.engine.projects.add(MARIA, "vision")
    await yard.engine.projects.set_member(
        user("maria", places={project.id: Role.OPERATOR}), "vision", "tomas", Role.VIEWER
    )
    job = await yard.submit(user("maria", places={project.id: Role.OPERATOR}), project="vision")
    assert job.project == project.id
    viewer = user("tomas", places={project.id: Role.VIEWER})
    assert await yard.listing.job(viewer, job.id) == job
    with pytest.raises(Refused):
        await yard.jobs.cancel(viewer, job.id)
    with pytest.raises(Refused):
        await yard.submit(viewer, project="vision")
    with pytest.raises(NotFound):
        await yard.submit(TOMAS, project="vision")


async def test_a_viewer_and_a_reading_key_submit_nothing(yard: Yard) -> None:
    for actor in (user("v", Role.VIEWER), MARIA.__class__(name="maria", role=Role.MEMBER, scope=KeyScope.READ)):
        with pytest.raises(Refused):
            await yard.submit(actor)


async def test_who_may_not_submit_a_job_any_more_may_not_run_it_again_either(yard: Yard) -> None:
    operator, member = user("olga", Role.OPERATOR), user("olga")
    ended = await yard.submit(operator, kind="test.guarded")
    await yard.jobs.cancel(operator, ended.id)
    draft = await yard.submit(operator, kind="test.guarded", draft=True)
    with pytest.raises(Refused):
        await yard.jobs.retry(member, ended.id)
    with pytest.raises(Refused):
        await yard.jobs.release(member, draft.id)
    assert [(await yard.job(one)).state for one in (ended, draft)] == [State.CANCELLED, State.DRAFT]
    assert (await yard.jobs.retry(operator, ended.id)).state is State.QUEUED
    assert (await yard.jobs.release(operator, draft.id)).state is State.QUEUED
