"""Sign-in, keys, users and projects."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from jobyard.engine import credentials, people
from jobyard.job.clock import SECOND
from jobyard.job.errors import Invalid, NameTaken, NotFound, Refused, TooMuch, Unauthenticated
from jobyard.people.record import HOUSE, Actor, Key, KeyForm, KeyScope, Role
from jobyard.store.contract import Store
from tests.engine.yard import Yard, counting, user

pytestmark = pytest.mark.anyio


def wanted(name: str, **fields: object) -> Key:
    return Key(**{"id": "", "user": name, "form": KeyForm.TOKEN, **fields})  # type: ignore[arg-type]


async def maria(yard: Yard, role: Role = Role.MEMBER) -> Actor:
    await yard.people.add_user(HOUSE, "maria", role, "open sesame")
    _, token = await yard.people.sign_in("maria", "open sesame", "here")
    return await yard.people.actor(token)


async def test_a_password_opens_a_session_that_says_who_one_is(yard: Yard) -> None:
    actor = await maria(yard)
    assert (actor.name, actor.role, actor.scope) == ("maria", Role.MEMBER, KeyScope.FULL)
    await yard.people.sign_out(actor)
    assert await yard.people.keys(HOUSE, "maria") == []


async def test_sessions_that_are_over_and_all_but_the_latest_of_one_door_are_forgotten(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "_SESSIONS_LIMIT", 3)
    await maria(yard)
    key, _ = await yard.people.add_key(HOUSE, wanted("maria"))

    async def signed_in(face: str, longest: int | None = None) -> str:
        yard.clock.forward(1)
        return (await yard.people.sign_in("maria", "open sesame", "here", face, longest))[1]

    tokens = [await signed_in("other") for _ in range(5)]
    for token in tokens[:2]:
        with pytest.raises(Unauthenticated):
            await yard.people.actor(token)
    for token in tokens[2:]:
        assert (await yard.people.actor(token)).name == "maria"
    held = await yard.people.keys(HOUSE, "maria")
    assert len(held) == 5 and key.id in {one.id for one in held}
    brief = await signed_in("third", 10 * SECOND)
    yard.clock.forward(11)
    with pytest.raises(Unauthenticated):
        await yard.people.actor(brief)
    await signed_in("third")
    assert [one.face for one in await yard.people.keys(HOUSE, "maria")].count("third") == 1


async def test_wrong_passwords_unknown_and_disabled_users_sound_the_same(yard: Yard) -> None:
    await maria(yard)
    await yard.people.add_user(HOUSE, "gone", Role.MEMBER, "open sesame")
    await yard.people.change_user(HOUSE, "gone", disabled=True)
    words = set()
    for name, password in [("maria", "wrong"), ("nobody", "open sesame"), ("gone", "open sesame"), ("maria", "")]:
        with pytest.raises(Unauthenticated) as caught:
            await yard.people.sign_in(name, password, "here")
        words.add(caught.value.sentence)
    assert len(words) == 1


async def test_patience_ends_and_returns_after_a_minute(any_store: Store, tmp_path: Path) -> None:
    yard = Yard(any_store, tmp_path, sign_in_limit=3)
    await yard.people.add_user(HOUSE, "maria", Role.MEMBER, "open sesame")
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            await yard.people.sign_in("maria", "wrong", "a")
    with pytest.raises(TooMuch) as caught:
        await yard.people.sign_in("maria", "open sesame", "a")
    assert 1 <= caught.value.data["retry_after"] <= 60
    await yard.people.sign_in("maria", "open sesame", "b")
    yard.clock.forward(61)
    await yard.people.sign_in("maria", "open sesame", "a")


async def test_right_passwords_use_no_patience_up(any_store: Store, tmp_path: Path) -> None:
    yard = Yard(any_store, tmp_path, sign_in_limit=2)
    await yard.people.add_user(HOUSE, "maria", Role.MEMBER, "open sesame")
    for _ in range(5):
        await yard.people.sign_in("maria", "open sesame", "a")


async def test_many_wrong_passwords_at_once_get_no_further_than_one_after_the_other(
    any_store: Store, tmp_path: Path
) -> None:
    yard = Yard(any_store, tmp_path, sign_in_limit=3)
    await yard.people.add_user(HOUSE, "maria", Role.MEMBER, "open sesame")
    tried = [yard.people.sign_in("maria", f"wrong {number}", "a") for number in range(30)]
    ends = [type(end) for end in await asyncio.gather(*tried, return_exceptions=True)]
    assert (ends.count(Unauthenticated), ends.count(TooMuch)) == (3, 27)


async def test_one_address_is_borne_for_several_names_and_not_for_ever(any_store: Store, tmp_path: Path) -> None:
    yard = Yard(any_store, tmp_path, sign_in_limit=1)
    for number in range(5):
        with pytest.raises(Unauthenticated):
            await yard.people.sign_in(f"name{number}", "x", "a")
    with pytest.raises(TooMuch):
        await yard.people.sign_in("other", "x", "a")


async def test_a_session_ends_with_its_time_a_new_password_role_or_state(yard: Yard) -> None:
    await yard.people.add_user(HOUSE, "maria", Role.MEMBER, "open sesame")

    async def signed_in(password: str = "open sesame") -> str:
        return (await yard.people.sign_in("maria", password, "here"))[1]

    token = await signed_in()
    yard.clock.forward(15 * 86_400)
    with pytest.raises(Unauthenticated):
        await yard.people.actor(token)
    token = await signed_in()
    await yard.people.change_user(HOUSE, "maria", role=Role.VIEWER)
    with pytest.raises(Unauthenticated):
        await yard.people.actor(token)
    token = await signed_in()
    await yard.people.set_password(HOUSE, "maria", "new password")
    with pytest.raises(Unauthenticated):
        await yard.people.actor(token)
    token = await signed_in("new password")
    await yard.people.change_user(HOUSE, "maria", disabled=True)
    with pytest.raises(Unauthenticated):
        await yard.people.actor(token)


async def test_a_token_works_until_it_is_revoked_or_expires(yard: Yard) -> None:
    actor = await maria(yard)
    key, secret = await yard.people.add_key(actor, wanted("maria", label="laptop", scope=KeyScope.READ))
    assert (await yard.people.actor(secret)).scope is KeyScope.READ
    assert secret not in str(await yard.people.keys(actor))
    await yard.people.revoke_key(actor, key.id)
    with pytest.raises(Unauthenticated):
        await yard.people.actor(secret)
    soon = yard.clock.now() + 10 * SECOND
    _, secret = await yard.people.add_key(actor, wanted("maria", expires_at=soon))
    await yard.people.actor(secret)
    yard.clock.forward(10)
    with pytest.raises(Unauthenticated):
        await yard.people.actor(secret)


async def test_a_pair_proves_itself_by_its_secret_and_can_sign(yard: Yard) -> None:
    actor = await maria(yard)
    key, secret = await yard.people.add_key(actor, wanted("maria", form=KeyForm.PAIR))
    assert (await yard.people.paired(key.access, secret)).name == "maria"
    who, signing = await yard.people.signing(key.access)
    assert (who.name, signing) == ("maria", secret)
    for access, given in [(key.access, secret[:-1]), (key.access, ""), ("JYAKNOBODY", secret)]:
        with pytest.raises(Unauthenticated):
            await yard.people.paired(access, given)
    with pytest.raises(Unauthenticated):
        await yard.people.actor(key.access)
    assert secret.encode() not in (await yard.people.keys(actor))[0].sealed


async def test_a_token_is_no_pair_and_junk_is_nobody(yard: Yard) -> None:
    actor = await maria(yard)
    key, secret = await yard.people.add_key(actor, wanted("maria"))
    with pytest.raises(Unauthenticated):
        await yard.people.paired(key.access, secret)
    with pytest.raises(Unauthenticated):
        await yard.people.signing(key.access)
    for junk in ["", "jy_", "\udcff", "x" * 100_000, key.access]:
        with pytest.raises(Unauthenticated):
            await yard.people.actor(junk)


async def test_keys_never_reach_further_than_their_maker(yard: Yard) -> None:
    actor = await maria(yard)
    _, secret = await yard.people.add_key(actor, wanted("maria", scope=KeyScope.READ))
    reading = await yard.people.actor(secret)
    with pytest.raises(Refused):
        await yard.people.add_key(reading, wanted("maria"))
    with pytest.raises(Refused):
        await yard.people.add_key(actor, wanted("maria", scope=KeyScope.DESK))
    with pytest.raises(Refused):
        await yard.people.add_key(actor, wanted("admin"))
    with pytest.raises(NotFound):
        await yard.people.add_key(HOUSE, wanted("nobody"))


async def test_nobody_revokes_another_s_key(yard: Yard) -> None:
    actor = await maria(yard)
    key, secret = await yard.people.add_key(actor, wanted("maria"))
    with pytest.raises(NotFound):
        await yard.people.revoke_key(user("tomas"), key.id)
    await yard.people.actor(secret)
    await yard.people.revoke_key(HOUSE, key.id)
    with pytest.raises(NotFound):
        await yard.people.revoke_key(HOUSE, key.id)


async def test_users_are_for_administrators_and_names_are_taken_once(yard: Yard) -> None:
    actor = await maria(yard)
    for verb in (
        yard.people.users(actor),
        yard.people.add_user(actor, "x", Role.VIEWER),
        yard.people.change_user(actor, "maria", role=Role.ADMINISTRATOR),
        yard.people.set_password(actor, "tomas"),
        yard.people.user(actor, "tomas"),
        yard.people.keys(actor, "tomas"),
    ):
        with pytest.raises(Refused):
            await verb
    with pytest.raises(NameTaken):
        await yard.people.add_user(HOUSE, "maria", Role.VIEWER)
    made, password = await yard.people.add_user(HOUSE, "tomas", Role.VIEWER)
    assert len(password) >= 12
    assert password not in made.password_hash
    assert [one.name for one in await yard.people.users(HOUSE)] == ["maria", "tomas"]


async def test_the_last_administrator_stays(yard: Yard) -> None:
    await yard.people.add_user(HOUSE, "admin", Role.ADMINISTRATOR, "open sesame")
    for change in ({"role": Role.MEMBER}, {"disabled": True}):
        with pytest.raises(Invalid, match="last administrator"):
            await yard.people.change_user(HOUSE, "admin", **change)
    assert (await yard.people.user(HOUSE, "admin")).role is Role.ADMINISTRATOR


async def test_credentials_are_fresh_and_work_each_in_its_way(yard: Yard) -> None:
    actor = await maria(yard)
    made = await credentials.make(yard.people, actor, "maria", new_password=False, label="cli")
    assert made.password is None
    assert set(made.tokens) == {"native", "cvat", "modelarts"}
    assert set(made.pairs) == {"clearml", "alteryx", "modelarts"}
    for token in made.tokens.values():
        assert (await yard.people.actor(token)).name == "maria"
    for access, secret in made.pairs.values():
        assert (await yard.people.paired(access, secret)).name == "maria"
    again = await credentials.make(yard.people, HOUSE, "maria", new_password=True, label="cli")
    assert again.password is not None
    assert again.tokens["native"] != made.tokens["native"]
    await yard.people.actor(made.tokens["native"])
    await yard.people.sign_in("maria", again.password, "here")
    with pytest.raises(Refused):
        await credentials.make(yard.people, user("tomas"), "maria", new_password=False, label="")


async def test_projects_are_run_by_their_operators(yard: Yard) -> None:
    for name in ("maria", "tomas"):
        await yard.people.add_user(HOUSE, name, Role.MEMBER, "open sesame")
    projects = yard.engine.projects
    project = await projects.add(user("maria"), "vision")
    with pytest.raises(NameTaken):
        await projects.add(user("tomas"), "vision")
    assert await projects.seen(user("tomas")) == []
    with pytest.raises(NotFound):
        await projects.set_member(user("tomas"), project.id, "tomas", Role.OPERATOR)
    boss = user("maria", places={project.id: Role.OPERATOR})
    with pytest.raises(NotFound):
        await projects.set_member(boss, project.id, "nobody", Role.MEMBER)
    await projects.set_member(boss, "vision", "tomas", Role.MEMBER)
    member = user("tomas", places={project.id: Role.MEMBER})
    with pytest.raises(Refused):
        await projects.set_member(member, "vision", "tomas", Role.OPERATOR)
    [(seen, members)] = await projects.seen(member)
    assert seen == project
    assert {one.user: one.role for one in members} == {"maria": Role.OPERATOR, "tomas": Role.MEMBER}
    await projects.drop_member(boss, "vision", "tomas")
    with pytest.raises(NotFound):
        await projects.drop_member(boss, "vision", "tomas")
    assert await projects.names() == {project.id: "vision"}


async def test_members_leave_a_project_by_themselves_and_its_owner_stays(yard: Yard) -> None:
    for name in ("maria", "tomas", "ulla"):
        await yard.people.add_user(HOUSE, name, Role.MEMBER, "open sesame")
    projects = yard.engine.projects
    project = await projects.add(user("maria"), "vision")
    for name in ("tomas", "ulla"):
        await projects.set_member(HOUSE, project.id, name, Role.VIEWER)
    places = {project.id: Role.VIEWER}
    tomas = user("tomas", places=places)
    reading = replace(tomas, scope=KeyScope.READ)
    for actor, name in ((tomas, "ulla"), (reading, "tomas"), (user("maria", places=places), "maria")):
        with pytest.raises(Refused):
            await projects.drop_member(actor, project.id, name)
    with pytest.raises(NotFound):
        await projects.drop_member(user("tomas"), project.id, "tomas")
    await projects.drop_member(tomas, project.id, "tomas")
    with pytest.raises(NotFound):
        await projects.drop_member(tomas, project.id, "tomas")
    for boss in (user("maria", places={project.id: Role.OPERATOR}), HOUSE):
        with pytest.raises(Refused):
            await projects.drop_member(boss, project.id, "maria")
        with pytest.raises(Refused):
            await projects.set_member(boss, project.id, "maria", Role.MEMBER)
        members = await projects.set_member(boss, project.id, "maria", Role.OPERATOR)
        assert {one.user: one.role for one in members} == {"maria": Role.OPERATOR, "ulla": Role.VIEWER}


async def test_whoever_came_before_is_known_without_asking_until_something_about_people_changes(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = await maria(yard)
    key, secret = await yard.people.add_key(actor, wanted("maria", label="laptop"))
    project = await yard.engine.projects.add(HOUSE, "vision")
    await yard.people.actor(secret)  # the first use is written down, which changes the key
    await yard.people.actor(secret)
    reads = list[object]()
    monkeypatch.setattr(yard.store, "read", counting(yard.store, reads))
    assert (await yard.people.actor(secret)).projects == {}
    assert len(reads) == (0 if yard.store.dialect == "sqlite" else 1)
    await yard.engine.projects.set_member(HOUSE, project.id, "maria", Role.MEMBER)
    assert (await yard.people.actor(secret)).projects == {project.id: Role.MEMBER}
    await yard.engine.projects.drop_member(HOUSE, project.id, "maria")
    assert (await yard.people.actor(secret)).projects == {}
    await yard.people.change_user(HOUSE, "maria", role=Role.VIEWER)
    assert (await yard.people.actor(secret)).role is Role.VIEWER
    await yard.people.change_user(HOUSE, "maria", disabled=True)
    with pytest.raises(Unauthenticated):
        await yard.people.actor(secret)
    await yard.people.change_user(HOUSE, "maria", disabled=False)
    assert (await yard.people.actor(secret)).key == key.id
