from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from jobyard.job.errors import Conflict, Invalid, JobNotFound, NotFound, Refused
from jobyard.job.states import State
from jobyard.people.record import Actor, KeyScope
from jobyard.workflows.sharing import collections
from jobyard.workflows.sharing.lending import Collected
from jobyard.workflows.sharing.record import Contents, Form, Member, Permission
from tests.workflows.sharing.neighbours import Neighbours

pytestmark = pytest.mark.anyio


def place(name: str, *permissions: Permission, form: Form = Form.USER, **more: Any) -> Member:
    return Member(form=form, id=name, permissions=frozenset(permissions), **more)


async def test_a_collection_belongs_to_its_maker_and_others_do_not_know_of_it(street: Neighbours) -> None:
    olga, mia, max_, vera = await street.neighbours()
    made = (await street.collections.create(mia, " reports ")).collection
    assert (made.name, made.owner) == ("reports", "mia")
    for actor in (mia, olga):
        assert [one.collection for one in await street.collections.all(actor)] == [made]
        assert (await street.collections.get(actor, made.id)).collection == made
    for actor in (max_, vera, replace(mia, scope=KeyScope.DESK)):
        assert await street.collections.all(actor) == []
        with pytest.raises(NotFound):
            await street.collections.get(actor, made.id)
        with pytest.raises(NotFound):
            await street.collections.delete(actor, made.id)


async def test_names_are_looked_at_and_viewers_and_reading_keys_make_none(street: Neighbours) -> None:
    _, mia, _, vera = await street.neighbours()
    for name in ("", "  ", "x" * 256, "a\0b"):
        with pytest.raises(Invalid):
            await street.collections.create(mia, name)
    for actor in (vera, replace(mia, scope=KeyScope.READ)):
        with pytest.raises(Refused):
            await street.collections.create(actor, "reports")


async def test_a_job_of_a_shared_schedule_is_seen_and_stopped_and_no_other_one(street: Neighbours) -> None:
    _, mia, max_, vera = await street.neighbours()
    schedule, job = await street.scheduled_job()
    _, other = await street.scheduled_job()
    made = (await street.collections.create(mia, "reports")).collection.id
    await street.collections.add_thing(mia, made, Form.SCHEDULE, schedule)
    assert await street.collections.standing(max_, job.id) == max_
    for name in ("max", "vera"):
        await street.collections.set_member(mia, made, place(name), fresh=True)
    for actor in (max_, vera):
        seeing = await street.collections.standing(actor, job.id)
        assert (await street.engine.listing.job(seeing, job.id)).id == job.id
        assert await street.collections.standing(actor, other.id) == actor
        with pytest.raises(JobNotFound):
            await street.engine.listing.job(actor, job.id)
    with pytest.raises(Refused):
        await street.engine.jobs.cancel(await street.collections.standing(vera, job.id), job.id)
    stopped = await street.engine.jobs.cancel(await street.collections.standing(max_, job.id), job.id)
    assert stopped.state is State.CANCELLED
    history = await street.engine.listing.history(mia, job.id)
    assert history[-1].actor == "max"
    assert await street.collections.shared(max_, Form.SCHEDULE) == {schedule}


async def test_a_place_ends_by_time_by_leaving_and_with_the_collection(street: Neighbours) -> None:
    _, mia, max_, vera = await street.neighbours()
    schedule, job = await street.scheduled_job()
    made = (await street.collections.create(mia, "reports")).collection.id
    await street.collections.add_thing(mia, made, Form.SCHEDULE, schedule)

    async def lent(actor: Actor) -> bool:
        return await street.collections.standing(actor, job.id) != actor

    now = street.clock.now()
    await street.collections.set_member(mia, made, place("max", expires_at=now + 10_000_000), fresh=True)
    assert await lent(max_)
    street.clock.forward(11)
    assert not await lent(max_)
    assert await street.collections.all(max_) == []
    await street.collections.set_member(mia, made, place("max", expires_at=None), fresh=False)
    assert await lent(max_)
    await street.collections.drop_member(max_, made, Form.USER, "max")
    assert not await lent(max_)
    await street.collections.set_member(mia, made, place("vera"), fresh=True)
    with pytest.raises(Refused):
        await street.collections.drop_member(vera, made, Form.USER, "vera")
    await street.collections.delete(mia, made)
    assert not await lent(vera)
    assert await street.collections.shared(vera, Form.SCHEDULE) == frozenset()


async def test_a_group_shares_with_its_people_while_they_are_in_it(street: Neighbours) -> None:
    olga, mia, max_, _ = await street.neighbours()
    schedule, job = await street.scheduled_job()
    group = (await street.groups.create(olga, "analysts", "Artisan")).group.id
    made = (await street.collections.create(mia, "reports")).collection.id
    await street.collections.add_thing(mia, made, Form.SCHEDULE, schedule)
    await street.collections.set_member(mia, made, place(group, Permission.ADD_ASSETS, form=Form.GROUP), fresh=True)
    assert await street.collections.standing(max_, job.id) == max_
    assert await street.groups.add_members(olga, group, ["max", "nobody"]) == (1, {"nobody": "There is no such user."})
    assert await street.collections.standing(max_, job.id) != max_
    own, _ = await street.scheduled_job("max")
    assert own in (await street.collections.add_thing(max_, made, Form.SCHEDULE, own)).schedules
    await street.groups.delete(olga, group, force=True)
    assert await street.collections.standing(max_, job.id) == max_
    assert (await street.collections.get(mia, made)).members == ()


@pytest.mark.parametrize("permission", [None, *Permission])
async def test_a_member_may_do_what_they_were_permitted_and_no_more(
    street: Neighbours, permission: Permission | None
) -> None:
    _, mia, max_, _ = await street.neighbours()
    schedule, _ = await street.scheduled_job()
    own, _ = await street.scheduled_job("max")
    room = street.collections
    made = (await room.create(mia, "reports")).collection.id
    await room.add_thing(mia, made, Form.SCHEDULE, schedule)
    await room.set_member(mia, made, place("olga"), fresh=True)
    await room.set_member(mia, made, place("max", *([permission] if permission else [])), fresh=True)

    async def done(work: Any) -> bool:
        try:
            await work
        except Refused:
            return False
        return True

    found = {
        Permission.ADD_ASSETS: await done(room.add_thing(max_, made, Form.SCHEDULE, own)),
        Permission.REMOVE_ASSETS: await done(room.drop_thing(max_, made, Form.SCHEDULE, schedule)),
        Permission.ADD_USERS: await done(room.set_member(max_, made, place("vera"), fresh=True)),
        Permission.REMOVE_USERS: await done(room.drop_member(max_, made, Form.USER, "olga")),
    }
    wanted = {one: permission in {one, Permission.ADMIN} for one in found}
    assert found == wanted
    governs = permission is Permission.ADMIN
    assert await done(room.set_member(max_, made, place("mia", Permission.ADMIN), fresh=True)) is governs
    assert await done(room.update(max_, made, name="mine")) is governs
    assert await done(room.delete(max_, made)) is governs


async def test_who_may_add_people_does_not_say_what_they_may_do(street: Neighbours) -> None:
    _, mia, max_, _ = await street.neighbours()
    made = (await street.collections.create(mia, "reports")).collection.id
    await street.collections.set_member(mia, made, place("max", Permission.ADD_USERS), fresh=True)
    for member in (place("vera", Permission.ADD_USERS), place("max", Permission.ADMIN), place("max")):
        with pytest.raises(Refused):
            await street.collections.set_member(max_, made, member, fresh=True)
    found = await street.collections.set_member(max_, made, place("vera"), fresh=True)
    assert {one.id: one.permissions for one in found.members} == {
        "max": {Permission.ADD_USERS},
        "vera": frozenset(),
    }


async def test_nobody_shares_what_is_not_theirs_to_give(street: Neighbours) -> None:
    olga, mia, _, _ = await street.neighbours()
    schedule, _ = await street.scheduled_job("max")
    workflow = await street.workflow("max")
    made = (await street.collections.create(mia, "reports")).collection.id
    for form, thing in ((Form.SCHEDULE, schedule), (Form.WORKFLOW, workflow), (Form.SCHEDULE, "0" * 32)):
        with pytest.raises(NotFound):
            await street.collections.add_thing(mia, made, form, thing)
    await street.collections.add_thing(olga, made, Form.SCHEDULE, schedule)
    found = await street.collections.add_thing(olga, made, Form.WORKFLOW, workflow)
    assert (found.schedules, found.workflows) == ((schedule,), (workflow,))
    assert await street.collections.shared(mia, Form.WORKFLOW) == {workflow}


async def test_what_is_no_more_lies_in_no_collection(street: Neighbours) -> None:
    _, mia, _, _ = await street.neighbours()
    schedule, _ = await street.scheduled_job()
    made = (await street.collections.create(mia, "reports")).collection.id
    await street.collections.add_thing(mia, made, Form.SCHEDULE, schedule)
    await street.schedules.delete(mia, schedule)
    assert (await street.collections.get(mia, made)).schedules == ()
    with pytest.raises(NotFound):
        await street.collections.drop_thing(mia, made, Form.SCHEDULE, "0" * 32)


async def test_an_owner_gives_a_collection_away(street: Neighbours) -> None:
    _, mia, max_, _ = await street.neighbours()
    made = (await street.collections.create(mia, "reports")).collection.id
    with pytest.raises(NotFound):
        await street.collections.update(mia, made, owner="nobody")
    found: Contents = await street.collections.update(mia, made, name="theirs", owner="max")
    assert (found.collection.name, found.collection.owner) == ("theirs", "max")
    assert await street.collections.all(mia) == []
    assert len(await street.collections.all(max_)) == 1


async def test_everything_is_bounded(street: Neighbours, monkeypatch: pytest.MonkeyPatch) -> None:
    _, mia, _, _ = await street.neighbours()
    monkeypatch.setattr(collections, "MOST", 1)
    monkeypatch.setattr(collections, "MOST_MEMBERS", 1)
    monkeypatch.setattr(collections, "MOST_THINGS", 1)
    made = (await street.collections.create(mia, "reports")).collection.id
    with pytest.raises(Conflict):
        await street.collections.create(mia, "more")
    await street.collections.set_member(mia, made, place("max"), fresh=True)
    with pytest.raises(Conflict):
        await street.collections.set_member(mia, made, place("vera"), fresh=True)
    await street.collections.add_thing(mia, made, Form.WORKFLOW, await street.workflow())
    with pytest.raises(Conflict):
        await street.collections.add_thing(mia, made, Form.WORKFLOW, await street.workflow())


async def test_what_was_shared_is_shared_while_whoever_shared_it_still_may(street: Neighbours) -> None:
    olga, mia, max_, _ = await street.neighbours()
    schedule, job = await street.scheduled_job()
    workflow = await street.workflow()
    made = (await street.collections.create(mia, "reports")).collection.id
    for form, thing in ((Form.SCHEDULE, schedule), (Form.WORKFLOW, workflow)):
        await street.collections.add_thing(mia, made, form, thing)
    await street.collections.set_member(mia, made, place("max"), fresh=True)
    lending = Collected(street.clock)

    async def lent() -> tuple[bool, ...]:
        seeing = await street.collections.standing(max_, job.id)
        shared = await street.collections.shared(max_, Form.SCHEDULE)
        towards = await street.collections.towards(max_, Form.SCHEDULE, schedule)
        ledger = street.engine.ledger
        listed = await ledger.read(lambda view: lending.lent(view, max_))
        one = await ledger.read(lambda view: lending.lends(view, max_, workflow))
        return seeing != max_, bool(shared), towards != max_, bool(listed), one

    assert await lent() == (True,) * 5
    shut_out = await street.engine.ledger.read(lambda view: view.user("mia"))
    assert shut_out is not None
    await street.engine.ledger.write(lambda transaction: transaction.put_user(replace(shut_out, disabled=True)))
    assert await lent() == (False,) * 5
    for form, thing in ((Form.SCHEDULE, schedule), (Form.WORKFLOW, workflow)):
        await street.collections.add_thing(olga, made, form, thing)
    assert await lent() == (True,) * 5
