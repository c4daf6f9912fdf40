"""Invitations: who may send them, how long they last, and what becomes of them."""

from __future__ import annotations

import pytest

from jobyard.engine.invitations.record import LASTS
from jobyard.job.clock import SECOND
from jobyard.job.errors import Conflict, Invalid, NotFound, Refused
from jobyard.people.record import HOUSE, Role
from tests.engine.yard import Yard, user

pytestmark = pytest.mark.anyio


async def test_an_invitation_lasts_for_a_week_and_goes_with_its_project(yard: Yard) -> None:
    for name in ("maria", "otto", "paul"):
        await yard.people.add_user(HOUSE, name, Role.MEMBER, "open sesame")
    projects, book = yard.engine.projects, yard.engine.projects.invitations
    lab = await projects.add(user("maria"), "lab")
    maria, otto, paul = user("maria", places={lab.id: Role.OPERATOR}), user("otto"), user("paul")
    made = await book.invite(maria, lab.id, "otto", Role.MEMBER)
    for wrong in ("otto", "maria"):
        with pytest.raises(Invalid):
            await book.invite(maria, lab.id, wrong, Role.MEMBER)
    with pytest.raises(NotFound):
        await book.get(paul, made.key)
    with pytest.raises(Refused):
        await book.accept(maria, made.key)
    yard.clock.forward(LASTS / SECOND)
    with pytest.raises(Invalid, match="expired"):
        await book.accept(otto, made.key)
    await book.renew(maria, made.key)
    assert (await book.accept(otto, made.key))[1].id == lab.id
    assert list(await book.taken()) == [(lab.id, "otto")]
    await projects.remove(maria, lab.id, lambda _transaction, _id: None)
    with pytest.raises(NotFound):
        await book.get(otto, made.key)
    assert await book.seen(HOUSE) == []


async def test_nobody_has_more_invitations_waiting_than_they_may(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobyard.engine.invitations.book.MOST_OF_ONE", 1)
    monkeypatch.setattr("jobyard.engine.invitations.record._PAGE", 1)
    for name in ("otto", "paul", "rosa"):
        await yard.people.add_user(HOUSE, name, Role.MEMBER, "open sesame")
    projects, book = yard.engine.projects, yard.engine.projects.invitations
    lab = await projects.add(user("maria"), "lab")
    maria = user("maria", places={lab.id: Role.OPERATOR})
    first = await book.invite(maria, lab.id, "otto", Role.MEMBER)
    with pytest.raises(Conflict):
        await book.invite(maria, lab.id, "paul", Role.MEMBER)
    await book.accept(user("otto"), first.key)
    await book.invite(maria, lab.id, "paul", Role.MEMBER)
    assert len(await book.seen(maria)) == 2


async def test_only_its_owner_invites_who_may_change_a_project(yard: Yard) -> None:
    for name in ("maria", "otto", "paul"):
        await yard.people.add_user(HOUSE, name, Role.MEMBER, "open sesame")
    projects, book = yard.engine.projects, yard.engine.projects.invitations
    lab = await projects.add(user("maria"), "lab")
    await projects.set_member(HOUSE, lab.id, "otto", Role.OPERATOR)
    otto, paul = user("otto", places={lab.id: Role.OPERATOR}), user("paul", places={lab.id: Role.MEMBER})
    with pytest.raises(Refused):
        await book.invite(otto, lab.id, "paul", Role.OPERATOR)
    with pytest.raises(Refused):
        await book.invite(paul, lab.id, "paul", Role.VIEWER)
    made = await book.invite(otto, lab.id, "paul", Role.VIEWER)
    await projects.set_member(HOUSE, lab.id, "paul", Role.MEMBER)
    with pytest.raises(NotFound):
        await book.accept(user("paul"), made.key)
