"""Work that its own client runs."""

from __future__ import annotations

import pytest

from jobyard.job.errors import Refused, StaleAttempt, WrongState
from jobyard.job.record import Progress, Reason
from jobyard.job.states import State
from jobyard.people.record import HOUSE, Role
from tests.engine.yard import Yard, user

pytestmark = pytest.mark.anyio
MARIA = user("maria")


async def test_an_outside_job_lives_its_whole_life_by_its_client_s_word(yard: Yard) -> None:
    outside = yard.engine.outside
    job = await yard.submit(MARIA, kind="notebook", external=True, parameters={"any": ["thing"]})
    started = await outside.start(MARIA, job.id)
    assert (started.state, started.attempt, started.worker) == (State.RUNNING, 1, "maria")
    told = await outside.report(MARIA, job.id, 1, Progress(done=1, total=2), ["epoch 1", "epoch 2"])
    assert told.progress is not None
    await outside.report(MARIA, job.id, 1, None, ["epoch 3"])
    lines = (await yard.listing.log(MARIA, job.id, None)).lines
    assert [(line.number, line.text) for line in lines] == [(1, "epoch 1"), (2, "epoch 2"), (3, "epoch 3")]
    done = await outside.finish(MARIA, job.id, 1, {"loss": 0.1})
    assert (done.state, done.result) == (State.SUCCEEDED, {"loss": 0.1})
    assert await yard.story(job) == ["submitted", "started", "finished"]


async def test_a_client_that_falls_silent_is_lost_and_not_tried_again(yard: Yard) -> None:
    job = await yard.submit(MARIA, kind="notebook", external=True, tries=5)
    await yard.engine.outside.start(MARIA, job.id)
    yard.clock.forward(20)
    await yard.engine.outside.beat(MARIA, job.id, 1)
    yard.clock.forward(20)
    assert await yard.engine.keeper.find_lost() == 0
    yard.lose_patience()
    assert await yard.engine.keeper.find_lost() == 1
    stored = await yard.job(job)
    assert stored.state is State.FAILED
    assert stored.failure is not None
    assert stored.failure.reason is Reason.LOST
    with pytest.raises(StaleAttempt):
        await yard.engine.outside.finish(MARIA, job.id, 1)


async def test_a_finished_outside_job_can_start_again_under_a_new_attempt(yard: Yard) -> None:
    outside = yard.engine.outside
    job = await yard.submit(MARIA, kind="notebook", external=True)
    await outside.start(MARIA, job.id)
    await outside.fail(MARIA, job.id, 1, "no memory", "trace")
    again = await outside.start(MARIA, job.id)
    assert (again.attempt, again.failure) == (2, None)
    with pytest.raises(StaleAttempt):
        await outside.report(MARIA, job.id, 1, None, ["late"])
    with pytest.raises(WrongState):
        await yard.jobs.retry(MARIA, job.id)
    assert (await yard.listing.log(MARIA, job.id, 1)).lines == []


async def test_a_wish_to_stop_is_told_and_obeyed(yard: Yard) -> None:
    outside = yard.engine.outside
    job = await yard.submit(MARIA, kind="notebook", external=True)
    await outside.start(MARIA, job.id)
    with pytest.raises(WrongState):
        await outside.stop(MARIA, job.id, 1)
    await yard.jobs.cancel(MARIA, job.id)
    assert (await outside.beat(MARIA, job.id, 1)).cancelling
    assert (await outside.stop(MARIA, job.id, 1)).state is State.CANCELLED


async def test_our_workers_jobs_cannot_be_reported_from_outside(yard: Yard) -> None:
    job = await yard.claimed()
    for verb in (
        yard.engine.outside.start(HOUSE, job.id),
        yard.engine.outside.beat(HOUSE, job.id, 1),
        yard.engine.outside.report(HOUSE, job.id, 1, None, ["x"]),
        yard.engine.outside.finish(HOUSE, job.id, 1),
        yard.engine.outside.fail(HOUSE, job.id, 1, "x"),
    ):
        with pytest.raises(WrongState):
            await verb
    assert (await yard.job(job)).state is State.RUNNING


async def test_a_project_s_member_may_look_but_not_report(yard: Yard) -> None:
    for name in ("maria", "tomas"):
        await yard.people.add_user(HOUSE, name, Role.MEMBER, "long enough")
    project = await yard.engine.projects.add(MARIA, "p")
    maria = user("maria", places={project.id: Role.OPERATOR})
    job = await yard.submit(maria, kind="notebook", external=True, project="p")
    member = user("tomas", places={project.id: Role.MEMBER})
    with pytest.raises(Refused):
        await yard.engine.outside.start(member, job.id)
