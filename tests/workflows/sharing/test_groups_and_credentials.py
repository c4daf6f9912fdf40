from __future__ import annotations

import pytest
from msgspec.structs import replace

from jobyard.access.vault import Vault
from jobyard.job.errors import Conflict, Invalid, NameTaken, NotFound, Refused
from jobyard.people.record import KeyScope
from jobyard.workflows.sharing.credentials import opened, require_use
from jobyard.workflows.sharing.record import Form
from tests.workflows.sharing.neighbours import Neighbours

pytestmark = pytest.mark.anyio


async def test_groups_are_made_by_those_who_look_after_things_and_seen_by_all(street: Neighbours) -> None:
    olga, mia, _, vera = await street.neighbours()
    made = (await street.groups.create(olga, "analysts", "Artisan")).group
    with pytest.raises(NameTaken):
        await street.groups.create(olga, "analysts", "Viewer")
    for actor in (mia, vera, replace(olga, scope=KeyScope.READ)):
        with pytest.raises(Refused):
            await street.groups.create(actor, "others", "Viewer")
        with pytest.raises(Refused):
            await street.groups.add_members(actor, made.id, ["mia"])
        assert [one.name for one in await street.groups.all(actor)] == ["analysts"]
    changed = await street.groups.update(olga, made.id, "experts", "Viewer")
    assert (changed.group.name, changed.group.role) == ("experts", "Viewer")
    with pytest.raises(NotFound):
        await street.groups.get(mia, "0" * 32)


async def test_people_come_into_a_group_once_and_leave_it(street: Neighbours) -> None:
    olga, mia, _, _ = await street.neighbours()
    made = (await street.groups.create(olga, "analysts", "Artisan")).group.id
    assert await street.groups.add_members(olga, made, ["mia", "mia", "max"]) == (2, {})
    added, reasons = await street.groups.add_members(olga, made, ["mia"])
    assert (added, list(reasons)) == (0, ["mia"])
    found = await street.groups.get(mia, made)
    assert {(one.user, one.added_by) for one in found.members} == {("mia", "olga"), ("max", "olga")}
    with pytest.raises(Conflict):
        await street.groups.delete(olga, made)
    for name in ("mia", "max"):
        await street.groups.drop_member(olga, made, name)
    with pytest.raises(NotFound):
        await street.groups.drop_member(olga, made, "max")
    await street.groups.delete(olga, made)
    assert await street.groups.all(mia) == []


async def test_who_is_in_a_full_group_may_be_put_there_again(
    street: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    olga, _, _, _ = await street.neighbours()
    made = (await street.groups.create(olga, "analysts", "Artisan")).group.id
    await street.groups.add_member(olga, made, "mia")
    monkeypatch.setattr("jobyard.workflows.sharing.groups.MOST_MEMBERS", 1)
    assert [one.user for one in (await street.groups.add_member(olga, made, "mia")).members] == ["mia"]
    with pytest.raises(Conflict):
        await street.groups.add_member(olga, made, "max")


async def test_a_credential_is_sealed_and_opened_only_for_whom_it_is_shared_with(street: Neighbours) -> None:
    olga, mia, max_, vera = await street.neighbours()
    made = (await street.credentials.create(mia, "warehouse", "open sesame")).credential
    assert b"sesame" not in made.sealed
    group = (await street.groups.create(olga, "analysts", "Artisan")).group.id
    await street.groups.add_members(olga, group, ["max"])

    async def usable() -> set[str]:
        def work(view: object) -> set[str]:
            names = set[str]()
            for actor in (olga, mia, max_, vera, replace(mia, scope=KeyScope.READ)):
                try:
                    require_use(view, actor, made.id)  # type: ignore[arg-type]
                except NotFound:
                    continue
                names.add(actor.name)
            return names

        return await street.engine.ledger.read(work)

    assert await usable() == {"mia"}
    await street.credentials.share(mia, made.id, Form.GROUP, group)
    await street.credentials.share(mia, made.id, Form.USER, "vera")
    assert await usable() == {"mia", "max"}
    assert [one.credential.id for one in await street.credentials.all(max_)] == [made.id]
    await street.credentials.unshare(olga, made.id, Form.GROUP, group)
    assert await usable() == {"mia"}
    with pytest.raises(NotFound):
        await street.credentials.unshare(mia, made.id, Form.GROUP, group)
    assert opened(street.vault, made) == "open sesame"
    changed = (await street.credentials.set_password(mia, made.id, "shut sesame")).credential
    assert opened(street.vault, changed) == "shut sesame"
    with pytest.raises(Conflict):
        opened(Vault(b"1" * 32), changed)


async def test_only_its_owner_and_who_looks_after_things_change_a_credential(street: Neighbours) -> None:
    olga, mia, max_, _ = await street.neighbours()
    made = (await street.credentials.create(mia, "warehouse", "open sesame")).credential.id
    with pytest.raises(NotFound):
        await street.credentials.get(max_, made)
    await street.credentials.share(mia, made, Form.USER, "max")
    with pytest.raises(Refused):
        await street.credentials.set_password(max_, made, "mine now")
    with pytest.raises(Refused):
        await street.credentials.delete(max_, made)
    with pytest.raises(Conflict):
        await street.credentials.delete(mia, made)
    await street.credentials.delete(olga, made, force=True)
    assert await street.credentials.all(olga) == []


async def test_passwords_and_names_are_looked_at(street: Neighbours) -> None:
    _, mia, _, vera = await street.neighbours()
    for password in ("", "x" * 5_000, "a\0b"):
        with pytest.raises(Invalid):
            await street.credentials.create(mia, "warehouse", password)
    with pytest.raises(Refused):
        await street.credentials.create(vera, "warehouse", "open sesame")
    await street.credentials.create(mia, "warehouse", "open sesame")
    with pytest.raises(Conflict):
        await street.credentials.create(mia, "warehouse", "another")
