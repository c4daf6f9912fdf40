"""How tasks live and go: tries after a lost agent, time to end, what stays of what was made."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from jobyard.experiments.lines import LineEdits
from jobyard.experiments.record import DEVELOPMENT
from jobyard.experiments.refusals import NotDeletable, WrongText
from jobyard.experiments.standing import Standing
from jobyard.experiments.tasks import Edits
from jobyard.job.errors import JobNotFound
from jobyard.people.record import Actor
from tests.experiments.room import QUIET, Room

pytestmark = pytest.mark.anyio

FORCED = replace(QUIET, force=True)


def property_of(tries: str) -> dict[str, Any]:
    return {"hyperparams": {"properties": {"tries": {"section": "properties", "name": "tries", "value": tries}}}}


async def test_a_property_says_how_often_a_task_survives_its_agents(room: Room, mia: Actor) -> None:
    line = await room.verbs.lines.create(mia, "a line", LineEdits())
    id_ = await room.task(mia, sections=property_of("3"))
    await room.verbs.life.enqueue(mia, id_, "a line", QUIET)
    stood = []
    for _ in range(3):
        job = await room.verbs.lines.next(mia, line.id, "box:1")
        assert job is not None and job.id == id_
        await room.verbs.life.start(mia, id_, QUIET)
        room.house.clock.forward(601)
        await room.house.engine.keeper.find_lost()
        room.house.clock.forward(1)
        stood.append((await room.verbs.tasks.get(mia, id_)).standing)
    assert stood == [Standing.QUEUED, Standing.QUEUED, Standing.CANCELLED]
    # Put in line once more it has all its tries again, or one where the property is gone.
    await room.verbs.tasks.edit(mia, id_, Edits(sections=lambda sections: sections.pop("hyperparams")))
    await room.verbs.life.enqueue(mia, id_, "a line", QUIET)
    assert (await room.house.job(id_)).tries == 1


async def test_a_failure_of_the_work_itself_is_not_repeated(room: Room, mia: Actor) -> None:
    line = await room.verbs.lines.create(mia, "a line", LineEdits())
    id_ = await room.task(mia, sections=property_of("3"))
    await room.verbs.life.enqueue(mia, id_, "a line", QUIET)
    await room.verbs.lines.next(mia, line.id, "box:1")
    await room.verbs.life.start(mia, id_, QUIET)
    moved = await room.verbs.life.fail(mia, id_, QUIET)
    assert moved.experiment.standing is Standing.FAILED
    assert await room.verbs.lines.next(mia, line.id, "box:1") is None


async def test_a_script_that_asked_for_time_may_end_by_itself(room: Room, mia: Actor) -> None:
    tags, asked = (DEVELOPMENT,), {"runtime": {"_abort_callback_timeout": 30}}
    plain = await room.begun(mia, system_tags=tags)
    patient = await room.begun(mia, system_tags=tags, sections=asked)
    silent = await room.begun(mia, system_tags=tags, sections=asked)
    room.house.clock.forward(130)
    await room.verbs.tasks.hear(mia, [plain, patient])
    stood = {}
    for id_ in (plain, patient, silent):
        moved = await room.verbs.life.stop(mia, id_, replace(QUIET, reason="enough"))
        stood[id_] = (moved.experiment.standing, moved.experiment.task.head.reason)
    assert stood == {
        plain: (Standing.CANCELLED, "enough"),
        patient: (Standing.RUNNING, "enough"),
        silent: (Standing.CANCELLED, "enough"),
    }
    assert (await room.house.job(patient)).cancelling
    await room.tell(mia, patient, (1, 1.0))
    moved = await room.verbs.life.stopped(mia, patient, QUIET)
    assert moved.experiment.standing is Standing.CANCELLED


async def test_a_program_that_does_not_end_is_not_waited_for_for_ever(room: Room, mia: Actor) -> None:
    asked = {"runtime": {"_abort_callback_timeout": 30}}
    id_ = await room.begun(mia, system_tags=(DEVELOPMENT,), sections=asked)
    await room.verbs.life.stop(mia, id_, QUIET)
    for minute in range(1, 400):
        room.house.clock.forward(60)
        await room.tell(mia, id_, (minute, 1.0))
        await room.house.engine.keeper.find_lost()
        if (await room.verbs.tasks.get(mia, id_)).standing is Standing.CANCELLED:
            break
    assert 60 < minute < 200


async def test_several_tasks_change_together_or_none(room: Room, mia: Actor) -> None:
    one, two = await room.task(mia, "one"), await room.task(mia, "two")
    wanted = {one: lambda _: Edits(name="fresh"), two: lambda _: Edits(name="x")}
    with pytest.raises(WrongText):
        await room.verbs.tasks.edit_all(mia, wanted)
    with pytest.raises(JobNotFound) as missing:
        await room.verbs.tasks.edit_all(mia, {**dict.fromkeys(("0" * 32, "f" * 32), wanted[one]), **wanted})
    assert "0" * 32 in str(missing.value) and "f" * 32 in str(missing.value)
    assert [(await room.verbs.tasks.get(mia, id_)).job.name for id_ in (one, two)] == ["one", "two"]
    changed = await room.verbs.tasks.edit_all(mia, {one: wanted[one], two: lambda _: None})
    assert list(changed) == [one] and changed[one].job.name == "fresh"


def making(*, taken: str = "", made: str = "") -> dict[str, Any]:
    items = {"input": taken, "output": made}
    return {"models": {side: [{"name": "net", "model": id_}] if id_ else [] for side, id_ in items.items()}}


async def model(room: Room, actor: Actor, task: str, *, ready: bool = False) -> str:
    return (await room.verbs.library.create(actor, {"name": "net", "uri": "x", "task": task, "ready": ready})).id


async def models(room: Room, actor: Actor) -> dict[str, str]:
    return {one.id: one.task for one in await room.verbs.library.all(actor)}


@pytest.mark.parametrize("way", ["reset", "delete"])
async def test_a_draft_model_that_another_task_takes_stays(room: Room, mia: Actor, way: str) -> None:
    id_ = await room.begun(mia)
    used, loose = await model(room, mia, id_), await model(room, mia, id_)
    taker = await room.task(mia, "taker", sections=making(taken=used))
    await room.verbs.life.complete(mia, id_, QUIET)
    if way == "reset":
        await room.verbs.life.reset(mia, id_, QUIET, lambda _: None)
        assert await models(room, mia) == {used: id_}
    else:
        await room.verbs.deleting.delete(mia, id_, force=True)
        assert await models(room, mia) == {used: f"__DELETED__{id_}"}
    again = await room.begun(mia)
    fresh = await model(room, mia, again)
    await room.verbs.tasks.edit(mia, taker, Edits(sections=lambda parts: parts.update(making(taken=fresh))))
    await room.verbs.tasks.edit(mia, taker, Edits(sections=lambda parts: parts.pop("models")))
    gone = await room.verbs.deleting.delete(mia, again, force=True)
    assert gone.models == 1 and loose not in await models(room, mia)


async def test_models_stay_where_that_is_wished(room: Room, mia: Actor) -> None:
    id_ = await room.task(mia)
    made = await model(room, mia, id_)
    gone = await room.verbs.deleting.delete(mia, id_, force=False, models=False)
    assert (gone.models, gone.kept) == (0, 1) and await models(room, mia) == {made: f"__DELETED__{id_}"}


@pytest.mark.parametrize("what", ["child", "model", "output"])
async def test_what_something_published_came_from_goes_by_force_alone(room: Room, mia: Actor, what: str) -> None:
    id_ = await room.begun(mia)
    if what == "child":
        child = await room.begun(mia, parent=id_)
        await room.verbs.life.publish(mia, child, FORCED)
    elif what == "model":
        await model(room, mia, id_, ready=True)
    else:
        made = await model(room, mia, "", ready=True)
        await room.verbs.tasks.edit(mia, id_, Edits(sections=lambda parts: parts.update(making(made=made))))
    await room.verbs.life.complete(mia, id_, QUIET)
    with pytest.raises(NotDeletable):
        await room.verbs.life.reset(mia, id_, QUIET, lambda _: None)
    await room.verbs.life.archive(mia, id_, QUIET)
    with pytest.raises(NotDeletable):
        await room.verbs.deleting.delete(mia, id_, force=False)
    assert (await room.verbs.life.reset(mia, id_, FORCED, lambda _: None)).experiment.standing is Standing.DRAFT
    await room.verbs.deleting.delete(mia, id_, force=True)
