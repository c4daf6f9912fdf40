"""Projects of experiments moved below others, and merged into others."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.experiments import rows
from jobyard.experiments.contents import models_in
from jobyard.experiments.folders import DEPTH, changeable, make
from jobyard.experiments.ground import Ground, folder_for, held
from jobyard.experiments.record import Folder
from jobyard.experiments.refusals import FolderInItself, FolderIntoOwn, FolderStays, FolderTooDeep
from jobyard.experiments.tasks import placed
from jobyard.job.errors import NameTaken, Refused
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction


class Merged(Struct, frozen=True, kw_only=True):
    """What was moved by a merge."""

    entities: int
    folders: int
    """How many lay directly below the one that is no more."""


class Placing:
    """Moves and merges folders."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def move(self, actor: Actor, id_: str, location: str) -> int:
        """Put a folder with all below it under another name, made where it is missing; empty is the top.

        Return how many folders that were. Raises FolderStays, FolderInItself, FolderTooDeep, NameTaken or Refused.
        """

        def work(transaction: Transaction) -> int:
            old = changeable(transaction, actor, id_)
            above = "/".join(part.strip() for part in location.strip().strip("/").split("/"))
            if above == old.name.rpartition("/")[0]:
                raise FolderStays(name=old.name)
            if f"{above}/".startswith(f"{old.name}/"):
                raise FolderInItself(name=old.name)
            home, project = old.home, old.project
            if above:
                below, _ = make(transaction, actor, above, self._ground.now())
                home, project = below.home, below.project
            base = old.name.rpartition("/")[2]
            return self._moved(transaction, actor, old, f"{above}/{base}".strip("/"), (home, project))

        return await self._ground.write(work)

    async def merge(self, actor: Actor, id_: str, into: str) -> Merged:
        """Put all that lies in a folder into another one, and delete it; an empty id leaves tasks in no folder.

        Raises FolderNotFound, FolderStays, FolderIntoOwn, NameTaken or Refused.
        """

        def work(transaction: Transaction) -> Merged:
            old = changeable(transaction, actor, id_)
            target = changeable(transaction, actor, into) if into else None
            if target is not None and target.id == old.id:
                raise FolderStays(name=old.name)
            if target is not None and target.name.startswith(f"{old.name}/") and target.home == old.home:
                raise FolderIntoOwn(name=old.name)
            entities = self._emptied(transaction, actor, old, target)
            place = (old.home, old.project) if target is None else (target.home, target.project)
            folders = 0
            for one in [one for one in rows.folders_below(transaction, old) if _direct(one, old)]:
                name = one.name.removeprefix(f"{old.name}/")
                self._moved(transaction, actor, one, f"{target.name}/{name}" if target else name, place)
                folders += 1
            transaction.run(rows.QUERIES["delete_folder"], {"id": old.id})
            return Merged(entities=entities, folders=folders)

        return await self._ground.write(work)

    def _moved(
        self, transaction: Transaction, actor: Actor, old: Folder, name: str, place: tuple[str, str | None]
    ) -> int:
        """Give a folder a name in a home, with all below it; return how many those are."""
        home, project = place
        inside = [old, *rows.folders_below(transaction, old)]
        for one in inside:
            fresh = replace(
                one,
                name=name + one.name.removeprefix(old.name),
                home=home,
                project=project,
                updated_at=self._ground.now(),
            )
            if fresh.name.count("/") >= DEPTH:
                raise FolderTooDeep(most=DEPTH)
            if rows.folder_named(transaction, home, fresh.name) is not None:
                raise NameTaken(what="project", name=fresh.name)
            rows.place_folder(transaction, fresh)
            if project != one.project:
                self._emptied(transaction, actor, fresh, fresh)
        return len(inside)

    def _emptied(self, transaction: Transaction, actor: Actor, old: Folder, target: Folder | None) -> int:
        """Put the tasks and models of a folder into another one, and share them as that is shared."""
        to, now = "" if target is None else target.id, self._ground.now()
        if target is not None:
            folder_for(transaction, actor, target.id)
        shared = old.project if target is None else target.project
        tasks = [row[0] for row in transaction.rows(rows.QUERIES["tasks_in"], {"folder": old.id})]
        for id_ in tasks:
            task = held(transaction, actor, Verb.EDIT, id_)
            self._ground.reported.renamed(transaction, actor, task.job, project=shared, resource=placed(target))
        transaction.run(rows.QUERIES["move_tasks"], {"folder": old.id, "to": to})
        models = models_in(transaction, [old.id])
        for one in models:
            if not rules.may(actor, Verb.EDIT, one):
                raise Refused(verb="edit this model")
            rows.put_model(transaction, replace(one, folder=to, project=shared, updated_at=now))
        return len(tasks) + len(models)


def _direct(one: Folder, above: Folder) -> bool:
    return "/" not in one.name.removeprefix(f"{above.name}/")
