"""What was reported goes when its time is over, by sort and by project, and gives its room back."""

from __future__ import annotations

import os

import pytest

from jobyard.engine.retention import Rule, Rules, Subject
from jobyard.experiments.folders import FolderEdits
from jobyard.experiments.keeping import CONSOLE, days_for
from jobyard.experiments.record import Sort
from jobyard.people.record import Actor, Role
from tests.experiments.room import QUIET, Room
from tests.faces.clearml.house import House

pytestmark = pytest.mark.anyio

EVERYTHING = {*(sort.value for sort in Sort), CONSOLE}
DAY = 86_400


def test_the_nearest_rule_counts() -> None:
    told = [("kind", "experiment.run", 30), ("kind", "experiment.run/console", 7), ("project", "P", 90)]
    rules = Rules(Rule(subject=Subject(subject), name=name, results=days) for subject, name, days in told)
    assert (days_for(rules, "plot", None), days_for(rules, CONSOLE, None)) == (30, 7)
    assert days_for(rules, CONSOLE, "P") == 90
    assert days_for(Rules(), CONSOLE, "P") == 0
    assert days_for(rules.with_rule(Rule(subject=Subject.PROJECT, name="P", results=0)), "plot", "P") == 0


async def ended(room: Room, actor: Actor, **told: str) -> str:
    id_ = await room.begun(actor, **told)
    await room.everything(actor, id_)
    await room.verbs.life.complete(actor, id_, QUIET)
    return id_


async def test_without_a_rule_reports_are_kept(room: Room, mia: Actor) -> None:
    id_ = await ended(room, mia)
    room.house.clock.forward(4_000 * DAY)
    assert await room.verbs.keeping.round() == 0
    assert await room.left(mia, id_) == EVERYTHING


async def test_each_sort_goes_in_its_time_and_what_is_known_of_curves_stays(room: Room, mia: Actor) -> None:
    id_, runs = await ended(room, mia), await room.begun(mia)
    await room.everything(mia, runs)
    await room.rule("kind", "experiment.run/console", 7)
    await room.rule("kind", "experiment.run/scalar", 30)
    await room.rule("kind", "experiment.run", 60)
    room.house.clock.forward(6 * DAY)
    assert await room.verbs.keeping.round() == 0
    for days, left in [
        (2, EVERYTHING - {CONSOLE}),
        (23, {"vector", "plot", "image"}),
        (30, set[str]()),
    ]:
        room.house.clock.forward(days * DAY)
        await room.verbs.keeping.round()
        assert await room.left(mia, id_) == left
        assert await room.left(mia, runs) == EVERYTHING
    assert await room.verbs.keeping.round() == 0
    [curve] = (await room.verbs.curves.last(mia, [id_]))[id_]
    assert (curve.last, curve.least, curve.most, curve.first, curve.count) == (1.0, 1.0, 1.0, 1.0, 0)


async def test_a_project_keeps_for_longer_or_shorter(room: Room) -> None:
    for name, days in (("short", 1), ("kept", 0)):
        project = await room.house.project(name, mia=Role.MEMBER)
        await room.rule("project", project, days)
    await room.rule("kind", "experiment.run", 10)
    mia = await at_home(room.house)
    ids = {}
    for name in ("short", "kept", "plain"):
        folder = await room.verbs.folders.create(mia, name if name != "plain" else "elsewhere", FolderEdits())
        ids[name] = await ended(room, mia, project=folder.id)
    left = {}
    for days in (2, 9):
        room.house.clock.forward(days * DAY)
        await room.verbs.keeping.round()
        left[days] = {name for name, id_ in ids.items() if await room.left(mia, id_)}
    assert left == {2: {"kept", "plain"}, 9: {"kept"}}


async def at_home(house: House) -> Actor:
    """Return the member as the house knows them, with their projects."""
    access, _ = house.pairs["mia"]
    _, actor = await house.engine.people.keyed(access)
    return actor


async def test_a_task_that_is_heard_of_again_begins_its_time_anew(room: Room, mia: Actor) -> None:
    id_ = await ended(room, mia)
    await room.rule("kind", "experiment.run", 10)
    room.house.clock.forward(9 * DAY)
    await room.tell(mia, id_, (2, 2.0))
    room.house.clock.forward(2 * DAY)
    assert await room.verbs.keeping.round() == 0 and await room.left(mia, id_) == EVERYTHING


@pytest.mark.parametrize("way", ["rule", "reset", "delete"])
async def test_what_goes_gives_its_room_back(house: House, way: str) -> None:
    room, mia = Room(house), house.actor("mia")
    id_ = await room.begun(mia)
    for start in range(0, 60_000, 5_000):
        await room.tell(mia, id_, *[(iteration, 0.5) for iteration in range(start, start + 5_000)])
    noise = [room.report(id_, None, text=os.urandom(2_000).hex()) for _ in range(2_000)]
    await room.verbs.reports.add(mia, noise)
    await room.verbs.life.complete(mia, id_, QUIET)
    before = house.store.sizes()
    match way:
        case "rule":
            await room.rule("kind", "experiment.run", 1)
            house.clock.forward(2 * DAY)
            await room.verbs.keeping.round()
        case "reset":
            await room.verbs.life.reset(mia, id_, QUIET, lambda _: None)
        case "delete":
            await room.verbs.deleting.delete(mia, id_, force=True)
    while house.store.tidy():
        pass
    after = house.store.sizes()
    assert before.database - before.free > 8_000_000 > 8 * (after.database - after.free)
    assert after.database < before.database / 2
