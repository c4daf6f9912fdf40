"""Files that programs put here, by path. A path that names a task belongs to whoever the task belongs to.

The bytes rest in blobs of their own; a path is only a name in a table, and never one on the disk.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from functools import partial
from io import BufferedReader
from typing import NamedTuple
from urllib.parse import unquote

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.experiments import rows
from jobyard.experiments.ground import Ground, may_work, plausible, shown_to
from jobyard.job.errors import Invalid, NotFound, Refused, TooLarge
from jobyard.people.record import Actor, Role
from jobyard.store.blobs import Blobs, Written
from jobyard.store.contract import Transaction, View
from jobyard.store.text import storable

PATH_LIMIT = 4_000
_DAY = 86_400
_PAGE = 200


class Stored(NamedTuple):
    """A file that is there."""

    path: str
    owner: str
    task: str
    blob: str
    size: int
    blobs: Blobs

    def open(self) -> BufferedReader:
        """Open it for reading. Raises NotFound."""
        return self.blobs.open(self.blob)


class Shelf:
    """Puts, fetches and deletes files."""

    def __init__(self, ground: Ground, blobs: Blobs, limit: int) -> None:
        """Take where the bytes rest, and the most of one file."""
        self._ground = ground
        self._blobs = blobs
        self._limit = limit

    def task_in(self, path: str) -> str:
        """Return the id of the task that a path names, such as `project/name.ID/artifacts`; empty for none."""
        for part in path.split("/"):
            word = part.rpartition(".")[2]
            if plausible(word):
                return word
        return ""

    async def put(self, actor: Actor, path: str, pieces: AsyncIterator[bytes]) -> int:
        """Take a file in whole, in the place of one that is there; return its size. Raises Invalid or Refused."""
        may_work(actor)
        name = checked(path)
        await self._ground.read(lambda view: self._place(view, actor, name))
        written = await self._written(pieces)

        def work(transaction: Transaction) -> list[str]:
            owner, task = self._place(transaction, actor, name)
            old = [one.blob for one in self._at(transaction, name) if one.owner == owner]
            values = {"path": name, "owner": owner, "task": task, "blob": written.blob, "size": written.size}
            transaction.run(rows.QUERIES["put_file"], {**values, "at": self._ground.now()})
            return old

        try:
            old = await self._ground.write(work)
        except BaseException:
            await asyncio.to_thread(self._blobs.remove, written.blob)
            raise
        await self._drop(old)
        return written.size

    async def get(self, actor: Actor, path: str) -> Stored:
        """Return a file. Raises NotFound."""
        name = checked(path)

        def work(view: View) -> Stored:
            found = self._found(view, actor, name)
            if found is None:
                raise NotFound(what="file", name=name)
            return found

        return await self._ground.read(work)

    async def among(self, actor: Actor, paths: Iterable[str]) -> dict[str, Stored]:
        """Return those files of these paths that are there for the actor, by path."""
        wanted = {name for name in paths if not misplaced(name)}

        def work(view: View) -> dict[str, Stored]:
            found = ((name, self._found(view, actor, name)) for name in sorted(wanted))
            return {name: one for name, one in found if one is not None}

        return await self._ground.read(work) if wanted else {}

    async def delete(self, actor: Actor, path: str) -> None:
        """Delete a file. Raises NotFound or Refused."""
        stored = await self.get(actor, path)

        def work(transaction: Transaction) -> int:
            self._require(transaction, actor, stored)
            values = {"path": stored.path, "owner": stored.owner}
            return transaction.run(rows.QUERIES["delete_file"], values)

        if not await self._ground.write(work):
            raise NotFound(what="file", name=stored.path)
        await self._drop([stored.blob])

    async def sweep(self) -> int:
        """Forget the files of tasks that are gone, and remove blobs that no file knows; return how many blobs.

        Blobs younger than a day stay: their files may be on their way. Clients delete a task first and its files
        afterwards, so these do not go with it at once.
        """
        task = ""
        while task := await self._ground.read(partial(_next_gone, after=task)):
            await self._ground.write(partial(_forget_files, task=task))
        removed, before = 0, self._ground.now() / 1_000_000 - _DAY
        for page in self._blobs.pages(_PAGE, before):
            asked = {"blobs": rows.listed(page)}
            known = await self._ground.read(lambda view, asked=asked: view.rows(rows.QUERIES["files_kept"], asked))  # type: ignore[misc]
            orphans = sorted(set(page) - {row[0] for row in known})
            await self._drop(orphans)
            removed += len(orphans)
        return removed

    async def _written(self, pieces: AsyncIterator[bytes]) -> Written:
        writer = await asyncio.to_thread(self._blobs.writer)
        try:
            async for piece in pieces:
                if writer.size + len(piece) > self._limit:
                    raise TooLarge(what="The file", limit=f"{self._limit:,} bytes")
                await asyncio.to_thread(writer.write, piece)
            return await asyncio.to_thread(writer.commit)
        except BaseException:
            await asyncio.to_thread(writer.abort)
            raise

    async def _drop(self, blobs: list[str]) -> None:
        for blob in blobs:
            await asyncio.to_thread(self._blobs.remove, blob)

    def _found(self, view: View, actor: Actor, path: str) -> Stored | None:
        """Return the file of this path that is there for the actor: the task's own, then theirs, then another's."""
        seen = [one for one in self._at(view, path) if self._sees(view, actor, one)]
        return min(seen, key=lambda one: (not one.task, one.owner != actor.name), default=None)

    def _at(self, view: View, path: str) -> list[Stored]:
        found = view.rows(rows.QUERIES["files_at"], {"path": path})
        return [Stored(name, owner, task, blob, size, self._blobs) for name, owner, task, blob, size in found]

    def _place(self, view: View, actor: Actor, path: str) -> tuple[str, str]:
        """Return whose a file of this path is, and the task that it belongs to."""
        task = self.task_in(path)
        job = view.job(task) if task else None
        if job is None or not rules.may(actor, Verb.SEE, job):
            return actor.name, ""
        if not rules.may(actor, Verb.RUN, job):
            raise Refused(verb="put files below this task")
        return job.owner, job.id

    def _sees(self, view: View, actor: Actor, stored: Stored) -> bool:
        if stored.owner == actor.name or rules.at_least(actor.role, Role.OPERATOR):
            return True
        job = view.job(stored.task) if stored.task else None
        return job is not None and (rules.may(actor, Verb.SEE, job) or shown_to(view, actor, job.id))

    def _require(self, view: View, actor: Actor, stored: Stored) -> None:
        job = view.job(stored.task) if stored.task else None
        own = stored.owner == actor.name or rules.at_least(actor.role, Role.OPERATOR)
        if not rules.acts(actor) or not (own or (job is not None and rules.may(actor, Verb.DELETE, job))):
            raise Refused(verb="delete this file")


def _next_gone(view: View, after: str) -> str:
    """Return the next task that has files and is no more; empty for none."""
    found = view.rows(rows.QUERIES["task_gone"], {"after": after})
    return str(found[0][0]) if found else ""


def _forget_files(transaction: Transaction, task: str) -> None:
    """Forget the files of a task that is gone, but those that are a model's weights."""
    # An address may be escaped twice: once in a name that the client made, and once on the way.
    once = [unquote(row[0]) for row in transaction.rows(rows.QUERIES["weights_naming"], {"name": task})]
    weights = (*once, *map(unquote, once))
    files = transaction.rows(rows.QUERIES["files_of"], {"task": task})
    gone = [{"path": path, "owner": owner} for path, owner in files if not _among(path, weights)]
    transaction.run_many(rows.QUERIES["delete_file"], gone)


def _among(path: str, addresses: Iterable[str]) -> bool:
    return any(address.endswith(f"/{path}") for address in addresses)


def checked(path: str) -> str:
    """Return a path as it is kept. Raises Invalid for one that leads upwards, or cannot be kept."""
    name = path.strip("/")
    if misplaced(name):
        raise Invalid(reason="the path of a file has names that lead nowhere else, without empty ones")
    return name


def misplaced(name: str) -> bool:
    """Tell whether no file can have this path."""
    parts = name.split("/")
    wrong = not name or len(name) > PATH_LIMIT or not storable(name) or any(part in {"", ".", ".."} for part in parts)
    return wrong or any(letter < " " for letter in name)
