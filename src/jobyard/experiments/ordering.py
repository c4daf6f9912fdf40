"""Tasks in line that are put nearer the front or the back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.engine.ledger import allowed
from jobyard.experiments import rows
from jobyard.experiments.ground import Ground
from jobyard.experiments.lines import line_found
from jobyard.experiments.refusals import NotInLine
from jobyard.job import moves
from jobyard.job.record import Job
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction


class Place(NamedTuple):
    """By what tasks stand in line: the lower goes first."""

    rank: int
    turn: int
    number: int


class Ordering:
    """Puts tasks elsewhere in their line."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def move(self, actor: Actor, id_: str, task: str, steps: int) -> int:
        """Put a task so many places towards the back, or towards the front for less than none; return its place.

        Places are counted, from 0, among what the actor sees. The priority of a place goes with it. Raises NotInLine,
        LineNotFound or Refused.
        """

        def work(transaction: Transaction, noted: list[Job]) -> int:
            line = line_found(transaction, id_)
            transaction.join(self._ground.now())
            found = rows.ready_in(transaction, line.name)
            seen = {job.id for job in transaction.jobs([one[0] for one in found]) if rules.may(actor, Verb.SEE, job)}
            places = {one[0]: Place(*one[1:]) for one in found if one[0] in seen}
            if task not in places:
                raise NotInLine(id=task, queue=line.name)
            order = list(places)
            at = order.index(task)
            to = min(max(at + steps, 0), len(order) - 1)
            order.insert(to, order.pop(at))
            fresh = placed(list(places.values()), [places[one].number for one in order])
            for one, place in zip(order, fresh, strict=True):
                if place != places[one]:
                    job = allowed(transaction, actor, Verb.EDIT, one)
                    changes = {"priority": -place.rank, "turn": place.turn}
                    noted.append(transaction.apply(moves.edit(job, self._ground.now(), actor.name, changes)))
            return to

        return await self._ground.moved(work)


def placed(places: Sequence[Place], numbers: Sequence[int]) -> list[Place]:
    """Return places in which jobs of these numbers stand in this order: those that there are, where that can be."""
    found = list[Place]()
    for place, number in zip(places, numbers, strict=True):
        fresh = Place(place.rank, place.turn, number)
        if found and fresh < found[-1]:
            fresh = Place(found[-1].rank, found[-1].turn + 1, number)
        found.append(fresh)
    return found
