"""Users: oneself and those one knows; administrators change them and shut them out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from litestar import delete, get, patch
from litestar.params import FromPath
from msgspec import UNSET
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import House
from jobyard.engine.profiles import UserProfile
from jobyard.faces.cvat import people, taking
from jobyard.faces.cvat.listing import Sort, listed
from jobyard.faces.cvat.surroundings import USERS, Ask
from jobyard.faces.cvat.wire import PageOut, UserChanges, UserOut, UserRef
from jobyard.faces.cvat.words import accounts
from jobyard.job.errors import NotFound, Refused
from jobyard.people.record import User

_SORT = Sort(
    fields=frozenset({"id", "username", "first_name", "last_name", "is_active"}),
    searched=("username", "first_name", "last_name"),
    default="id",
)
_LONGEST = 150


@get("/users/self")
async def get_self(request: Ask) -> UserOut:
    """Return who you are."""
    return await _whole(request, await request.engine.people.user(request.user, request.user.name))


@get("/users")
async def list_users(request: Ask) -> PageOut:
    """Return those you know: everybody for an administrator, else yourself and who shares a project with you.

    Of an organization, where one is meant, its members.
    """
    users = await _users(request)
    known = await _known(request, users)
    if request.space.project is not None:
        inside = await _members(request, request.space.project)
        known = {name: profile for name, profile in known.items() if name in inside}
    whole = users if rules.may_house(request.user, House.MANAGE_USERS) else {}
    numbers = await request.engine.numbers.of(USERS, known)

    def facts(name: str) -> dict[str, Any]:
        profile, user = known[name], users.get(name)
        return {
            "id": numbers[name],
            "username": name,
            "first_name": profile.first_name,
            "last_name": profile.last_name,
            "is_active": user is None or not user.disabled,
        }

    async def shown(names: Sequence[str]) -> list[Any]:
        return [await _shown(request, name, known[name], whole.get(name)) for name in names]

    return await listed(request, "users", sorted(known), _SORT, facts, shown)


@get("/users/{number:str}")
async def get_user(request: Ask, number: FromPath[str]) -> UserOut | UserRef:
    """Return somebody you know; all that is known of them to themselves and to administrators."""
    users = await _users(request)
    name, profile = await _found(request, number, users)
    return await _shown(request, name, profile, users.get(name))


@patch("/users/{number:str}")
async def change_user(request: Ask, number: FromPath[str]) -> UserOut:
    """Change what is said of yourself or, for an administrator, of anybody; what is not said stays."""
    said = await taking.body(request, UserChanges)
    name, profile = await _found(request, number, await _users(request))
    if said.username not in (UNSET, name):
        raise taking.wrong("username", "The name that somebody signs in with stays.")
    changed = replace(
        profile,
        first_name=profile.first_name if said.first_name is UNSET else _text("first_name", said.first_name),
        last_name=profile.last_name if said.last_name is UNSET else _text("last_name", said.last_name),
        email=profile.email if said.email is UNSET else _address(said.email),
    )
    if name != request.user.name:
        rules.require_house(request.user, House.MANAGE_USERS)
    user = await request.engine.people.user(request.user, name)
    role = accounts.standing_in(user.role, said)
    disabled = user.disabled if said.is_active is UNSET else not said.is_active
    if (role, disabled) != (user.role, user.disabled):
        user = await request.engine.people.change_user(request.user, name, role=role, disabled=disabled)
    if changed != profile:
        await request.engine.profiles.put_user(request.user, name, changed)
    return await _whole(request, user)


@delete("/users/{number:str}", status_code=204)
async def delete_user(request: Ask, number: FromPath[str]) -> None:
    """Shut somebody out for good; what is theirs stays theirs. For administrators, and not for themselves."""
    name, profile = await _found(request, number, await _users(request))
    rules.require_house(request.user, House.MANAGE_USERS)
    if name == request.user.name:
        raise Refused(verb="delete yourself")
    await request.engine.people.change_user(request.user, name, disabled=True)
    await request.engine.profiles.put_user(request.user, name, replace(profile, gone=True))


async def _known(request: Ask, users: Iterable[str]) -> dict[str, UserProfile]:
    """Return those whom the sender knows, these users among them, with what is said of them."""
    names = {request.user.name, *users}
    for _, members in await request.engine.projects.seen(request.user):
        names |= {member.user for member in members}
    profiles = await request.engine.profiles.users(names)
    return {name: profile for name, profile in profiles.items() if not profile.gone}


async def _members(request: Ask, project: str) -> set[str]:
    seen = await request.engine.projects.seen(request.user)
    return {member.user for one, members in seen if one.id == project for member in members}


async def _users(request: Ask) -> dict[str, User]:
    """Return those of whom all is told to the sender."""
    if rules.may_house(request.user, House.MANAGE_USERS):
        return {user.name: user for user in await request.engine.people.users(request.user)}
    return {request.user.name: await request.engine.people.user(request.user, request.user.name)}


async def _found(request: Ask, number: str, users: Iterable[str]) -> tuple[str, UserProfile]:
    name, known = await request.engine.numbers.named(USERS, int(number)), await _known(request, users)
    if name is None or name not in known:
        raise NotFound(what="user", name=number, unseen=name is not None and not await _gone(request, name))
    return name, known[name]


async def _gone(request: Ask, name: str) -> bool:
    return (await request.engine.profiles.users([name]))[name].gone


async def _shown(request: Ask, name: str, profile: UserProfile, user: User | None) -> UserOut | UserRef:
    ref = await people.ref(request, name)
    if user is not None:
        return accounts.user_out(user, ref, profile)
    return replace(ref, first_name=profile.first_name, last_name=profile.last_name)


async def _whole(request: Ask, user: User) -> UserOut:
    profile = (await request.engine.profiles.users([user.name]))[user.name]
    return accounts.user_out(user, await people.ref(request, user.name), profile)


def _text(field: str, text: str) -> str:
    if len(text) > _LONGEST or not (text.isprintable() or not text):
        raise taking.wrong(field, f"This field has up to {_LONGEST} printable characters.")
    return text.strip()


def _address(text: str) -> str:
    address = _text("email", text)
    if address and not all(address.partition("@")):
        raise taking.wrong("email", "Enter a valid email address.")
    return address


HANDLERS = (get_self, list_users, get_user, change_user, delete_user)
