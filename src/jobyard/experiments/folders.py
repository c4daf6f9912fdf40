"""Projects of experiments: folders by name, which come into being when they are named."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.experiments import rows
from jobyard.experiments.ground import Ground, folder_seen, may_work, named, scope_of, tagged
from jobyard.experiments.record import Folder
from jobyard.experiments.refusals import FolderMoves, FolderNotEmpty, WrongText
from jobyard.job.errors import Invalid, NameTaken, Refused
from jobyard.job.ids import new_id
from jobyard.people.record import Actor, Role
from jobyard.store.contract import Transaction, View

DEPTH = 10
"""The most names in a path."""


class FolderEdits(Struct, frozen=True, kw_only=True):
    """What shall be different about a folder; UNSET leaves a thing as it is."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    destination: str | UnsetType = UNSET
    tags: tuple[str, ...] | UnsetType = UNSET
    system_tags: tuple[str, ...] | UnsetType = UNSET

    def changes(self) -> dict[str, object]:
        """Return what was said, by field."""
        named_ = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in named_.items() if value is not UNSET}


class Folders:
    """Make, find, change and delete folders."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def create(self, actor: Actor, name: str, edits: FolderEdits) -> Folder:
        """Make a folder and those above it that are missing. Raises NameTaken, Invalid or Refused."""
        may_work(actor)

        def work(transaction: Transaction) -> Folder:
            made, fresh = make(transaction, actor, name, self._ground.now(), edits)
            if not fresh:
                raise NameTaken(what="project", name=made.name)
            return made

        return await self._ground.write(work)

    async def named(self, actor: Actor, name: str) -> Folder:
        """Return the folder of a name, made where it is missing. Raises Invalid or Refused."""
        may_work(actor)
        return await self._ground.write(lambda transaction: make(transaction, actor, name, self._ground.now())[0])

    async def get(self, actor: Actor, id_: str) -> Folder:
        """Return a folder. Raises FolderNotFound."""
        return await self._ground.read(lambda view: folder_seen(view, actor, id_))

    async def seen(self, actor: Actor, *, everything: bool = True) -> list[Folder]:
        """Return the folders that the actor sees, their own first; not `everything` leaves out others' private ones."""
        scope = scope_of(actor, everything=everything)
        found = await self._ground.read(lambda view: rows.folders(view, scope))
        return sorted(found, key=lambda one: one.owner != actor.name or one.project is not None)

    async def update(self, actor: Actor, id_: str, edits: FolderEdits) -> Folder:
        """Change a folder; a new name of the same place renames those below it too. Raises NameTaken or FolderMoves."""

        def work(transaction: Transaction) -> Folder:
            old = _changeable(transaction, actor, id_)
            now = self._ground.now()
            changes = edits.changes()
            if edits.name is not UNSET:
                changes["name"] = _renamed(transaction, old, edits.name, now)
            for tags in ("tags", "system_tags"):
                if tags in changes:
                    changes[tags] = tagged(tuple(changes[tags]))  # type: ignore[arg-type]
            changed = replace(old, updated_at=now, **changes)
            rows.update_folder(transaction, changed)
            return changed

        return await self._ground.write(work)

    async def delete(self, actor: Actor, id_: str, *, force: bool) -> int:
        """Delete a folder; its tasks stay and lie in none, where `force` allows that. Return how many there are."""

        def work(transaction: Transaction) -> int:
            old = _changeable(transaction, actor, id_)
            inside = [old, *rows.folders_below(transaction, old)]
            count = sum(counted(transaction, one.id) for one in inside)
            if count and not force:
                raise FolderNotEmpty(name=old.name, count=count, id=id_)
            for one in inside:
                transaction.run(rows.QUERIES["unplace_tasks"], {"id": one.id})
                transaction.run(rows.QUERIES["delete_folder"], {"id": one.id})
            return count

        return await self._ground.write(work)

    async def inside(self, actor: Actor, ids: Sequence[str]) -> list[str]:
        """Return the ids of folders and of all those below them."""

        def work(view: View) -> list[str]:
            found = list(ids)
            for one in (rows.folder(view, id_) for id_ in ids):
                if one is not None and rules.may(actor, Verb.SEE, one):
                    found += [below.id for below in rows.folders_below(view, one)]
            return list(dict.fromkeys(found))

        return await self._ground.read(work)


def make(
    transaction: Transaction, actor: Actor, name: str, now: int, edits: FolderEdits | None = None
) -> tuple[Folder, bool]:
    """Return the folder of a name in its home, made where it is missing with those above; the flag tells that."""
    parts = [named(part, 1) for part in name.strip().strip("/").split("/")]
    if len(parts) > DEPTH:
        raise Invalid(reason=f"a project lies at most {DEPTH} names deep")
    if len(parts) == 1:
        named(parts[0])
    home, project = home_for(transaction, actor, parts[0])
    found = rows.folder_named(transaction, home, "/".join(parts))
    if found is not None:
        return found, False
    for depth in range(1, len(parts)):
        _put(transaction, _fresh(home, project, "/".join(parts[:depth]), actor, now))
    fresh = _fresh(home, project, "/".join(parts), actor, now)
    if edits is not None:
        fresh = replace(fresh, **{key: value for key, value in edits.changes().items() if key != "name"})
        fresh = replace(fresh, tags=tagged(fresh.tags), system_tags=tagged(fresh.system_tags))
    if not rows.put_folder(transaction, fresh):
        raise NameTaken(what="project", name=fresh.name)
    return fresh, True


def home_for(view: View, actor: Actor, top: str) -> tuple[str, str | None]:
    """Return the home of names that begin so: that of the shared project of this name, or the actor's own."""
    project = view.project(top)
    if project is None:
        return f"owner:{actor.name}", None
    if rules.at_least(actor.role, Role.OPERATOR) or rules.at_least(
        actor.projects.get(project.id, Role.VIEWER), Role.MEMBER
    ):
        return f"project:{project.id}", project.id
    return f"owner:{actor.name}", None


def counted(view: View, id_: str) -> int:
    """Return how many tasks lie in a folder."""
    return int(view.rows(rows.QUERIES["count_in_folder"], {"id": id_})[0][0])


def _changeable(transaction: Transaction, actor: Actor, id_: str) -> Folder:
    found = folder_seen(transaction, actor, id_)
    if not rules.may(actor, Verb.EDIT, found):
        raise Refused(verb="change this project")
    return found


def _renamed(transaction: Transaction, old: Folder, name: str, now: int) -> str:
    fresh = "/".join(named(part, 1) for part in name.strip().strip("/").split("/"))
    if len(fresh) < 3:
        raise WrongText(reason="name=String value is too short")
    if fresh == old.name:
        return fresh
    if fresh.rpartition("/")[0] != old.name.rpartition("/")[0]:
        raise FolderMoves(name=fresh, old=old.name)
    if rows.folder_named(transaction, old.home, fresh) is not None:
        raise NameTaken(what="project", name=fresh)

    for below in rows.folders_below(transaction, old):
        rows.update_folder(transaction, replace(below, name=fresh + below.name.removeprefix(old.name), updated_at=now))
    return fresh


def _put(transaction: Transaction, fresh: Folder) -> None:
    if rows.folder_named(transaction, fresh.home, fresh.name) is None:
        rows.put_folder(transaction, fresh)


def _fresh(home: str, project: str | None, name: str, actor: Actor, now: int) -> Folder:
    return Folder(id=new_id(), home=home, name=name, owner=actor.name, project=project, created_at=now, updated_at=now)
