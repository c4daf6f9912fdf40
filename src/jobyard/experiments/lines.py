"""Queues as agents see them: what people say of each, what waits in it, and what is given out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import House, Verb
from jobyard.experiments import rows
from jobyard.experiments.ground import CLAIMED, Ground, may_work, named, plausible, tagged
from jobyard.experiments.record import KIND, Json, Line
from jobyard.experiments.refusals import LineNotEmpty, LineNotFound, NoDefaultLine, NotInLine, WrongText
from jobyard.job.errors import NameTaken, Refused
from jobyard.job.ids import new_id
from jobyard.job.record import Job
from jobyard.people.record import Actor, Role
from jobyard.store.contract import Transaction, View

LINE_LIMIT = 256 * 1024
"""Bytes of all that is said of one queue; every list of queues holds that."""
DEFAULT = "default"
"""The system tag of the queue of whatever names no other, and the name of one that is made for that."""


class Waiting(Struct, frozen=True, kw_only=True):
    """A queue with the tasks that the asker may see in it, in their order, each with the time at which it joined."""

    line: Line
    entries: tuple[tuple[str, int], ...]


class LineEdits(Struct, frozen=True, kw_only=True):
    """What shall be different about a queue; UNSET leaves a thing as it is."""

    name: str | UnsetType = UNSET
    display: str | UnsetType = UNSET
    tags: tuple[str, ...] | UnsetType = UNSET
    system_tags: tuple[str, ...] | UnsetType = UNSET
    metadata: dict[str, Json] | UnsetType = UNSET

    def changes(self) -> dict[str, Any]:
        """Return what was said, by field."""
        said = {name: getattr(self, name) for name in self.__struct_fields__}
        for tags in ("tags", "system_tags"):
            if said[tags] is not UNSET:
                said[tags] = tagged(tuple(said[tags]))
        return {name: value for name, value in said.items() if value is not UNSET}


class Lines:
    """Make, find and change queues; give out tasks."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def create(self, actor: Actor, name: str, edits: LineEdits) -> Line:
        """Make a queue. Raises NameTaken or WrongText."""
        may_work(actor)

        def work(transaction: Transaction) -> Line:
            fresh = _light(replace(_fresh(named(name), self._ground.now()), **edits.changes()))
            if not rows.put_line(transaction, fresh):
                raise NameTaken(what="queue", name=fresh.name)
            return fresh

        return await self._ground.write(work)

    async def all(self, actor: Actor) -> list[Line]:
        """Return all queues, by name."""
        rules.require_house(actor, House.SEE_QUEUES)
        return await self._ground.read(rows.lines)

    async def get(self, actor: Actor, id_: str) -> Waiting:
        """Return a queue with what waits in it. Raises LineNotFound."""
        rules.require_house(actor, House.SEE_QUEUES)

        def work(view: View) -> Waiting:
            return waiting(view, actor, line_found(view, id_))

        return await self._ground.read(work)

    async def waiting(self, actor: Actor, lines: list[Line]) -> dict[str, Waiting]:
        """Return queues with what waits in each, by their ids."""
        return await self._ground.read(lambda view: {one.id: waiting(view, actor, one) for one in lines})

    async def default(self, actor: Actor) -> Line:
        """Return the queue of whatever names no other; one is made where there is no queue at all."""
        rules.require_house(actor, House.SEE_QUEUES)

        def work(transaction: Transaction) -> Line:
            known = rows.lines(transaction)
            marked = [one for one in known if DEFAULT in one.system_tags]
            if not known and rules.acts(actor):
                fresh = replace(_fresh(DEFAULT, self._ground.now()), system_tags=(DEFAULT,))
                rows.put_line(transaction, fresh)
                return fresh
            if not marked:
                raise NoDefaultLine
            return marked[0]

        return await self._ground.write(work)

    async def named(self, actor: Actor, name: str) -> Line:
        """Return the queue of a name, made where it is missing."""
        may_work(actor)

        def work(transaction: Transaction) -> Line:
            known = rows.line_named(transaction, name)
            if known is not None:
                return known
            rows.put_line(transaction, _fresh(named(name), self._ground.now()))
            made = rows.line_named(transaction, named(name))
            if made is None:
                raise LineNotFound(name=name)
            return made

        return await self._ground.write(work)

    async def update(self, actor: Actor, id_: str, edits: LineEdits) -> Line:
        """Change what is said of a queue; a new name is only for one in which nothing waits. Raises WrongText too."""
        may_work(actor)

        def work(transaction: Transaction) -> Line:
            old = line_found(transaction, id_)
            changed = replace(old, touched_at=self._ground.now(), **edits.changes())
            if changed.name != old.name:
                changed = replace(changed, name=named(changed.name))
                if rows.line_named(transaction, changed.name) is not None:
                    raise NameTaken(what="queue", name=changed.name)
                _require_empty(transaction, old)
            rows.update_line(transaction, _light(changed))
            return changed

        return await self._ground.write(work)

    async def keep(self, actor: Actor, id_: str, change: Callable[[Mapping[str, Json]], dict[str, Json]]) -> bool:
        """Change what is kept of a queue by key; tell whether that is another now.

        Raises LineNotFound, Refused, or WrongText for more than is kept of one.
        """
        may_work(actor)

        def work(transaction: Transaction) -> bool:
            old = line_found(transaction, id_)
            kept = change(old.metadata)
            rows.update_line(transaction, _light(replace(old, touched_at=self._ground.now(), metadata=kept)))
            return kept != old.metadata

        return await self._ground.write(work)

    async def delete(self, actor: Actor, id_: str) -> None:
        """Forget what is said of a queue in which nothing waits. Raises LineNotEmpty, LineNotFound or Refused."""
        require_deleting(actor)

        def work(transaction: Transaction) -> None:
            old = line_found(transaction, id_)
            _require_empty(transaction, old)
            transaction.run(rows.QUERIES["delete_line"], {"id": id_})

        await self._ground.write(work)

    async def next(self, actor: Actor, id_: str, agent: str) -> Job | None:
        """Give out the next task of a queue that the actor may run; None where there is none.

        It is in line again when nobody begins it for a while. Raises LineNotFound or Refused.
        """
        may_work(actor)

        def work(transaction: Transaction) -> Job | None:
            name = line_found(transaction, id_).name
            return self._ground.reported.claimed(transaction, actor, name, KIND, agent, CLAIMED)

        # Agents ask every few seconds, and mostly nothing is there.
        if not await self._ground.read(lambda view: rows.waiting_in(view, line_found(view, id_).name)):
            return None
        return await self._ground.write(work)

    async def holds(self, actor: Actor, id_: str, task: str) -> Line:
        """Return a queue in which a task waits. Raises NotInLine or LineNotFound."""
        found = await self.get(actor, id_)
        if task not in {entry for entry, _ in found.entries}:
            raise NotInLine(id=task, queue=found.line.name)
        return found.line


def waiting(view: View, actor: Actor, line: Line) -> Waiting:
    """Return a queue with those of its tasks that the actor may see."""
    entries = rows.waiting_in(view, line.name)
    known = {job.id for job in view.jobs([id_ for id_, _ in entries]) if rules.may(actor, Verb.SEE, job)}
    return Waiting(line=line, entries=tuple(entry for entry in entries if entry[0] in known))


def require_deleting(actor: Actor) -> None:
    """Raise Refused for whoever may delete no queues."""
    if not rules.acts(actor) or not rules.at_least(actor.role, Role.OPERATOR):
        raise Refused(verb="delete queues")


def line_found(view: View, id_: str) -> Line:
    """Return a queue. Raises LineNotFound."""
    found = rows.line(view, id_) if plausible(id_) else None
    if found is None:
        raise LineNotFound(name=id_)
    return found


def _require_empty(view: View, line: Line) -> None:
    count = len(rows.waiting_in(view, line.name))
    if count:
        raise LineNotEmpty(name=line.name, count=count)


def _light(line: Line) -> Line:
    """Return a queue of which no more is said than is kept. Raises WrongText."""
    if len(rows.encoded(line)) > LINE_LIMIT:
        raise WrongText(reason=f"queue=More than {LINE_LIMIT} bytes")
    return line


def _fresh(name: str, now: int) -> Line:
    return Line(id=new_id(), name=name, created_at=now, touched_at=now)
