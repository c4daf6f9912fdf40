"""The house's own history: what is told, by whom, and for how long."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.engine import audit, credentials
from jobyard.engine.audit import Entry
from jobyard.engine.limits import Limit, Subject
from jobyard.job.errors import Invalid, NameTaken, NotFound, WrongCursor
from jobyard.people.record import HOUSE, Actor, Key, KeyForm, Role
from jobyard.store.contract import Store
from tests.engine.yard import Yard

pytestmark = pytest.mark.anyio
DAY = 86_400
ADA = Actor(name="ada", role=Role.ADMINISTRATOR)


async def told(yard: Yard) -> list[Entry]:
    """Return everything, oldest first."""
    return list(reversed((await yard.engine.audit.list(HOUSE, limit=500)).entries))


async def lines(yard: Yard) -> list[str]:
    return [f"{entry.actor} {entry.verb} {entry.what}" for entry in await told(yard)]


async def test_whatever_is_done_to_people_and_projects_is_told(yard: Yard) -> None:
    yard_people, projects = yard.people, yard.engine.projects
    await yard_people.add_user(ADA, "maria", Role.MEMBER, "a long password")
    yard.clock.forward(1)
    await yard_people.change_user(ADA, "maria", role=Role.OPERATOR)
    yard.clock.forward(1)
    await yard_people.set_password(ADA, "maria", "another password")
    yard.clock.forward(1)
    key, _ = await yard_people.add_key(ADA, Key(id="", user="maria", form=KeyForm.TOKEN, label="laptop"))
    yard.clock.forward(1)
    await yard_people.revoke_key(ADA, key.id)
    yard.clock.forward(1)
    project = await projects.add(ADA, "signs")
    yard.clock.forward(1)
    await projects.set_member(ADA, project.id, "maria", Role.MEMBER)
    yard.clock.forward(1)
    await projects.drop_member(ADA, project.id, "maria")
    assert await lines(yard) == [
        "ada made user maria",
        "ada changed user maria",
        "ada set password of maria",
        "ada made key of maria",
        "ada revoked key of maria",
        "ada made project signs",
        "ada admitted to project signs",
        "ada removed from project signs",
    ]
    entries = await told(yard)
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    assert entries[1].details == {"role": "operator", "disabled": False}
    assert entries[3].details == {"form": "token", "scope": "full", "label": "laptop", "id": key.id}
    assert entries[6].details == {"user": "maria", "role": "member", "id": project.id}


async def test_what_is_refused_is_not_told(yard: Yard) -> None:
    await yard.people.add_user(ADA, "maria", Role.ADMINISTRATOR, "a long password")
    with pytest.raises(NameTaken):
        await yard.people.add_user(ADA, "maria", Role.MEMBER, "a long password")
    with pytest.raises(Invalid):
        await yard.people.change_user(ADA, "maria", disabled=True)
    assert await lines(yard) == ["ada made user maria"]


async def test_keys_that_the_house_makes_for_itself_and_sessions_are_not_told(yard: Yard) -> None:
    await yard.people.add_user(ADA, "maria", Role.ADMINISTRATOR, "a long password")
    key, _ = await yard.people.add_key(HOUSE, Key(id="", user="maria", form=KeyForm.TOKEN, face="house"))
    await yard.people.revoke_key(HOUSE, key.id)
    await yard.people.sign_in("maria", "a long password", "127.0.0.1")
    [session] = await yard.people.keys(HOUSE, "maria")
    await yard.people.revoke_key(HOUSE, session.id)
    assert await lines(yard) == ["ada made user maria"]


async def test_client_settings_are_told_key_by_key_without_secrets(yard: Yard) -> None:
    await yard.people.add_user(ADA, "maria", Role.MEMBER, "a long password")
    made = await credentials.make(yard.people, ADA, "maria", new_password=True, label="client settings")
    assert len(await told(yard)) == 2 + len(made.tokens) + len(made.pairs)
    written = str(await told(yard))
    secrets = [*made.tokens.values(), *(secret for _, secret in made.pairs.values()), made.password or ""]
    assert all(secret not in written for secret in secrets)


async def test_looking_after_the_house_is_told(yard: Yard, tmp_path_factory: pytest.TempPathFactory) -> None:
    target = tmp_path_factory.mktemp("backup") / "one"
    await yard.engine.upkeep.backup(ADA, str(target))
    yard.clock.forward(1)
    await yard.engine.upkeep.prune(ADA, 5, dry_run=True)
    await yard.engine.upkeep.prune(ADA, 5, dry_run=False)
    yard.clock.forward(1)
    await yard.engine.upkeep.compact(ADA)
    assert await lines(yard) == ["ada copied house", "ada pruned jobs", "ada compacted database"]


async def test_limits_are_told(yard: Yard) -> None:
    limits = yard.engine.limits
    await limits.put(ADA, Limit(subject=Subject.OWNER, name="maria", running=2))
    yard.clock.forward(1)
    await limits.drop(ADA, Subject.OWNER, "maria")
    with pytest.raises(NotFound):
        await limits.drop(ADA, Subject.OWNER, "maria")
    assert await lines(yard) == ["ada set limit of owner maria", "ada dropped limit of owner maria"]
    assert (await told(yard))[0].details == {"queued": None, "running": 2, "stored": None}


async def test_old_entries_go_with_old_events(any_store: Store, tmp_path: Path) -> None:
    yard = Yard(any_store, tmp_path, event_retention=10)
    await yard.engine.projects.add(ADA, "old")
    yard.clock.forward(9 * DAY)
    await yard.engine.projects.add(ADA, "new")
    await yard.engine.keeper.round()
    assert len(await told(yard)) == 2
    yard.clock.forward(2 * DAY)
    await yard.engine.keeper.round()
    assert await lines(yard) == ["ada made project new"]


async def test_entries_stay_where_events_are_remembered_for_ever(any_store: Store, tmp_path: Path) -> None:
    yard = Yard(any_store, tmp_path, event_retention=0)
    await yard.engine.projects.add(ADA, "old")
    yard.clock.forward(4000 * DAY)
    await yard.engine.keeper.round()
    assert await lines(yard) == ["ada made project old"]


async def test_pages_meet_without_gap(yard: Yard) -> None:
    for number in range(7):
        await yard.engine.projects.add(ADA, f"p{number}")
        yard.clock.forward(number % 2)
    seen, after = list[str](), ""
    while True:
        page = await yard.engine.audit.list(HOUSE, after, limit=3)
        seen += [entry.what for entry in page.entries]
        if page.next is None:
            break
        after = page.next
    assert sorted(seen) == [f"project p{number}" for number in range(7)]
    assert len(seen) == 7
    for wrong in ("x", "1" * 48, "0" * 16 + "G" * 32):
        if wrong == "1" * 48:
            assert (await yard.engine.audit.list(HOUSE, wrong)).entries == []
            continue
        with pytest.raises(WrongCursor):
            await yard.engine.audit.list(HOUSE, wrong)


async def test_entries_are_told_with_the_change_or_not_at_all(yard: Yard) -> None:
    def broken(transaction: object) -> None:
        audit.tell(transaction, 1, "ada", "broke", "house")  # type: ignore[arg-type]
        raise Invalid(reason="no")

    with pytest.raises(Invalid):
        await yard.engine.ledger.write(broken)
    assert await told(yard) == []
