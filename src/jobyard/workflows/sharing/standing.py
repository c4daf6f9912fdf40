"""Who may do what with what people share. What is not seen does not exist for the asker."""

from __future__ import annotations

from collections.abc import Iterable

from jobyard.access import rules
from jobyard.job.errors import Invalid, NotFound, Refused
from jobyard.people.record import Actor, KeyScope, Role
from jobyard.store.contract import View
from jobyard.workflows.sharing import rows
from jobyard.workflows.sharing.record import Collection, CredentialUse, Form, Member, Permission

LONGEST_NAME = 255
_EVERYTHING = frozenset(Permission)


def sees_all(actor: Actor) -> bool:
    """Tell whether somebody sees every collection, group and credential."""
    return actor.scope is not KeyScope.DESK and rules.at_least(actor.role, Role.OPERATOR)


def permissions(view: View, actor: Actor, found: Collection, now: int) -> frozenset[Permission] | None:
    """Return what somebody may do with a collection beside seeing it; None where they do not even see it."""
    if actor.scope is KeyScope.DESK:
        return None
    places = list(_places(rows.members(view, found.id), actor.name, rows.groups_of(view, actor.name), now))
    owns = found.owner == actor.name or sees_all(actor)
    if not owns and not places:
        return None
    if not rules.acts(actor):
        return frozenset()
    held = frozenset[Permission]().union(*(place.permissions for place in places))
    return _EVERYTHING if owns or Permission.ADMIN in held else held


def seen(view: View, actor: Actor, id_: str, now: int) -> tuple[Collection, frozenset[Permission]]:
    """Return a collection with what somebody may do with it. Raises NotFound."""
    found = rows.collection(view, id_)
    held = permissions(view, actor, found, now) if found is not None else None
    if found is None or held is None:
        raise NotFound(what="collection", name=id_[:64])
    return found, held


def held(view: View, actor: Actor, id_: str, now: int, needed: Permission, doing: str) -> Collection:
    """Return a collection where somebody may do this. Raises NotFound or Refused."""
    found, may = seen(view, actor, id_, now)
    if needed not in may:
        raise Refused(verb=doing)
    return found


def uses(view: View, actor: Actor, found: CredentialUse) -> bool:
    """Tell whether somebody may give a credential to a run: its owner, and whom it was shared with."""
    if not rules.acts(actor):
        return False
    mine = found.credential.owner == actor.name or actor.name in found.users
    return mine or bool(rows.groups_of(view, actor.name) & set(found.groups))


def require_curator(actor: Actor, doing: str) -> None:
    """Raise Refused for whoever does not look after what people share."""
    if not rules.curates(actor):
        raise Refused(verb=doing)


def known_member(view: View, form: Form, id_: str) -> None:
    """Raise NotFound where there is no such user or group."""
    there = view.user(id_) is not None if form is Form.USER else rows.group(view, id_) is not None
    if not there:
        raise NotFound(what=form.value, name=id_[:64])


def named(name: str, what: str) -> str:
    """Return a name without the space around it. Raises Invalid."""
    stripped = name.strip()
    if not 1 <= len(stripped) <= LONGEST_NAME or not stripped.isprintable():
        sentence = f"The name of a {what} has 1 to {LONGEST_NAME} printable characters."
        raise Invalid(reason=sentence, fields=[{"path": "name", "message": sentence}])
    return stripped


def _places(members: Iterable[Member], user: str, groups: frozenset[str], now: int) -> Iterable[Member]:
    for one in members:
        mine = one.id == user if one.form is Form.USER else one.id in groups
        if mine and (one.expires_at is None or one.expires_at > now):
            yield one
