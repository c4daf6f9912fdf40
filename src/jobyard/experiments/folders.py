"""Projects of experiments: folders by name, which come into being when they are named."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.experiments import rows
from jobyard.experiments.contents import DATASET, Weight, models_in, require_light, weight
from jobyard.experiments.ground import Ground, folder_seen, held, may_work, named, scope_of, tagged
from jobyard.experiments.record import Folder, Model
from jobyard.experiments.refusals import FolderMoves, FolderName, FolderTooDeep, WrongText
from jobyard.job.errors import NameTaken, Refused
from jobyard.job.ids import new_id
from jobyard.people.record import Actor, Role
from jobyard.store.contract import Transaction, View

DEPTH = 10
"""The most names in a path."""
SHORTEST = 3
"""The least characters of a name."""


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


class Emptied(Struct, frozen=True, kw_only=True):
    """What a deleted folder left."""

    folders: int
    """How many went, with those below."""
    tasks: int
    """How many tasks lie in none now."""


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
            old = changeable(transaction, actor, id_)
            now = self._ground.now()
            changes = edits.changes()
            if edits.name is not UNSET:
                changes["name"] = _renamed(transaction, old, edits.name, now)
            for tags in ("tags", "system_tags"):
                if tags in changes:
                    changes[tags] = tagged(tuple(changes[tags]))  # type: ignore[arg-type]
            changed = replace(old, updated_at=now, **changes)
            rows.update_folder(transaction, changed)
            if changed.name != old.name and DATASET in old.system_tags:
                self._versions_renamed(transaction, actor, old, changed)
            return changed

        return await self._ground.write(work)

    def _versions_renamed(self, transaction: Transaction, actor: Actor, old: Folder, changed: Folder) -> None:
        """Call the versions of a dataset as it is called now: programs look for them by that name."""
        before, after = (one.name.rpartition("/")[2] for one in (old, changed))
        if len(after) < SHORTEST:
            return
        for row in transaction.rows(rows.QUERIES["tasks_in"], {"folder": old.id}):
            version = held(transaction, actor, Verb.EDIT, row[0])
            if version.job.name == before and DATASET in version.task.head.system_tags:
                self._ground.reported.renamed(transaction, actor, version.job, name=after)

    async def above(self, folder: Folder) -> Folder | None:
        """Return the folder that one lies in; None for one at the top."""
        name = folder.name.rpartition("/")[0]
        return await self._ground.read(lambda view: rows.folder_named(view, folder.home, name)) if name else None

    async def weigh(self, actor: Actor, id_: str) -> Weight:
        """Return what lies in a folder and below it. Raises FolderNotFound."""
        return await self._ground.read(lambda view: weight(view, folder_seen(view, actor, id_)))

    async def contents(self, actor: Actor, id_: str, *, force: bool) -> tuple[list[str], list[Model]]:
        """Return the ids of the tasks, and the models, in a folder that may be deleted and in all below it."""

        def work(view: View) -> tuple[list[str], list[Model]]:
            old = changeable(view, actor, id_)
            if not force:
                require_light(old, weight(view, old))
            inside = [one.id for one in (old, *rows.folders_below(view, old))]
            tasks = [row[0] for one in inside for row in view.rows(rows.QUERIES["tasks_in"], {"folder": one})]
            return tasks, models_in(view, inside)

        return await self._ground.read(work)

    async def delete(self, actor: Actor, id_: str, *, force: bool) -> Emptied:
        """Delete a folder with all below it; tasks and models stay and lie in none.

        Where any is not archived, only `force` allows that. Raises FolderNotEmpty and its like.
        """

        def work(transaction: Transaction) -> Emptied:
            old = changeable(transaction, actor, id_)
            if not force:
                require_light(old, weight(transaction, old))
            inside = [old, *rows.folders_below(transaction, old)]
            for model in models_in(transaction, [one.id for one in inside]):
                rows.put_model(transaction, replace(model, folder=""))
            count = 0
            for one in inside:
                count += transaction.run(rows.QUERIES["move_tasks"], {"folder": one.id, "to": ""})
                transaction.run(rows.QUERIES["delete_folder"], {"id": one.id})
            return Emptied(folders=len(inside), tasks=count)

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
    parts = _parts(name)
    if len(parts) > DEPTH:
        raise FolderTooDeep(most=DEPTH)
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


def changeable(view: View, actor: Actor, id_: str) -> Folder:
    """Return a folder that the actor may change. Raises FolderNotFound or Refused."""
    found = folder_seen(view, actor, id_)
    if not rules.may(actor, Verb.EDIT, found):
        raise Refused(verb="change this project")
    return found


def _renamed(transaction: Transaction, old: Folder, name: str, now: int) -> str:
    fresh = "/".join(_parts(name))
    if len(fresh) < SHORTEST:
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


def _parts(name: str) -> list[str]:
    parts = [part.strip() for part in name.strip().strip("/").split("/")]
    if not all(parts):
        raise FolderName(name=repr(name[:200]))
    return [named(part, 1) for part in parts]


def _put(transaction: Transaction, fresh: Folder) -> None:
    if rows.folder_named(transaction, fresh.home, fresh.name) is None:
        rows.put_folder(transaction, fresh)


def _fresh(home: str, project: str | None, name: str, actor: Actor, now: int) -> Folder:
    return Folder(id=new_id(), home=home, name=name, owner=actor.name, project=project, created_at=now, updated_at=now)
