"""Rights beyond a role: who grants them, when they count, and what history says of it."""

from __future__ import annotations

import pytest

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.engine.schedules import book
from jobyard.job.errors import NotFound, Refused
from jobyard.job.schedule import Schedule
from jobyard.people.record import HOUSE, Key, KeyForm, KeyScope, Right, Role
from tests.engine.yard import Yard, user

pytestmark = pytest.mark.anyio


async def key(yard: Yard, scope: KeyScope = KeyScope.FULL) -> str:
    _, secret = await yard.people.add_key(HOUSE, Key(id="", user="maria", form=KeyForm.TOKEN, scope=scope))
    return secret


async def test_a_right_counts_from_the_next_request_and_ends_so(yard: Yard) -> None:
    await yard.people.add_user(HOUSE, "maria", Role.MEMBER, "open sesame")
    token, reading = await key(yard), await key(yard, KeyScope.READ)
    assert not rules.may_house(await yard.people.actor(token), House.RUN_PYTHON)
    granted = await yard.engine.rights.grant(HOUSE, "maria", Right.PYTHON)
    assert granted.rights == {Right.PYTHON}
    assert rules.may_house(await yard.people.actor(token), House.RUN_PYTHON)
    assert not rules.may_house(await yard.people.actor(reading), House.RUN_PYTHON)
    assert await yard.engine.rights.grant(HOUSE, "maria", Right.PYTHON) == granted
    await yard.engine.rights.revoke(HOUSE, "maria", Right.PYTHON)
    assert not rules.may_house(await yard.people.actor(token), House.RUN_PYTHON)


async def test_a_session_goes_on_when_a_right_is_granted(yard: Yard) -> None:
    await yard.people.add_user(HOUSE, "maria", Role.MEMBER, "open sesame")
    _, token = await yard.people.sign_in("maria", "open sesame", "here")
    await yard.engine.rights.grant(HOUSE, "maria", Right.PYTHON)
    assert (await yard.people.actor(token)).rights == {Right.PYTHON}
    assert (await yard.people.proved("maria", "open sesame", "here")).rights == {Right.PYTHON}


async def test_schedules_run_with_the_rights_that_their_owner_has_then(yard: Yard) -> None:
    await yard.people.add_user(HOUSE, "maria", Role.MEMBER, "open sesame")
    schedule = Schedule(id="a", name="nightly", owner="maria", kind="test.count", cron="@daily")
    await yard.engine.rights.grant(HOUSE, "maria", Right.PYTHON)
    owner = await yard.engine.ledger.read(lambda view: book.owner(view, schedule))
    assert owner.rights == {Right.PYTHON}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MEMBER, Role.OPERATOR])
async def test_only_administrators_grant_and_revoke(yard: Yard, role: Role) -> None:
    await yard.people.add_user(HOUSE, "maria", role, "open sesame")
    actor = user("maria", role)
    for verb in (yard.engine.rights.grant, yard.engine.rights.revoke):
        with pytest.raises(Refused):
            await verb(actor, "maria", Right.PYTHON)
    assert (await yard.people.user(HOUSE, "maria")).rights == frozenset()


async def test_there_are_no_other_rights(yard: Yard) -> None:
    await yard.people.add_user(HOUSE, "maria", Role.MEMBER, "open sesame")
    for verb in (yard.engine.rights.grant, yard.engine.rights.revoke):
        for name in ("", "PYTHON", "everything"):
            with pytest.raises(NotFound):
                await verb(HOUSE, "maria", name)


async def test_nobody_and_what_they_have_not_are_not_found(yard: Yard) -> None:
    with pytest.raises(NotFound):
        await yard.engine.rights.grant(HOUSE, "nobody", Right.PYTHON)
    await yard.people.add_user(HOUSE, "maria", Role.MEMBER, "open sesame")
    with pytest.raises(NotFound):
        await yard.engine.rights.revoke(HOUSE, "maria", Right.PYTHON)
