"""What goes with a task: what its runs reported, the models it made, and what hung on it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from jobyard.access.rules import Verb
from jobyard.engine.reported import Word
from jobyard.experiments import rows
from jobyard.experiments.ground import GONE, Ground, held
from jobyard.experiments.record import ARCHIVED, Experiment
from jobyard.experiments.refusals import NotDeletable
from jobyard.experiments.standing import Standing
from jobyard.job.filters import EVERYTHING
from jobyard.job.record import Job
from jobyard.job.states import REMOVABLE, State
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View


class Deleted(Struct, frozen=True, kw_only=True):
    """What went with a task."""

    children: int = 0
    models: int = 0
    kept: int = 0
    """Models that stay, and whose task is no more."""


class Deleting:
    """Deletes tasks."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def delete(self, actor: Actor, id_: str, *, force: bool) -> Deleted:
        """Delete a task with what it reported. Raises NotDeletable unless it is a draft, archived, or it is forced."""

        def work(transaction: Transaction, noted: list[Job]) -> tuple[Deleted, list[str]]:
            old = held(transaction, actor, Verb.DELETE, id_)
            if not force:
                _check(transaction, old)
            job = old.job
            if job.state not in REMOVABLE:
                word = Word(lease=self._ground.silence)
                brought = self._ground.reported.bring(transaction, actor, job, State.CANCELLED, word)
                noted += brought[1:]
            models = rows.models(transaction, EVERYTHING, "of", [id_])
            forget(transaction, id_)
            gone = let_go(transaction, id_)
            children = transaction.run(rows.QUERIES["orphan_children"], {"id": id_, "left": f"{GONE}{id_}"})
            transaction.run(rows.QUERIES["delete_task"], {"id": id_})
            blobs = self._ground.engine.jobs.deleted(transaction, actor, id_)
            return Deleted(children=children, models=gone, kept=len(models) - gone), blobs

        deleted, _ = await self._ground.moved(work)
        return deleted

    async def sweep(self, limit: int = 200) -> int:
        """Forget what was kept beside jobs that were deleted elsewhere; return of how many."""

        def work(transaction: Transaction) -> int:
            orphans = [row[0] for row in transaction.rows(rows.QUERIES["orphans"], {"limit": limit})]
            for id_ in orphans:
                forget(transaction, id_)
                let_go(transaction, id_)
                transaction.run(rows.QUERIES["orphan_children"], {"id": id_, "left": f"{GONE}{id_}"})
                transaction.run(rows.QUERIES["delete_task"], {"id": id_})
            return len(orphans)

        total = 0
        while count := await self._ground.write(work):
            total += count
        return total


def forget(transaction: Transaction, home: str) -> None:
    """Forget all that was reported of a task or a model."""
    drop_series(transaction, [row[0] for row in transaction.rows(rows.QUERIES["series"], {"home": home})])
    transaction.run(rows.QUERIES["delete_said"], {"home": home})


def drop_series(transaction: Transaction, numbers: Sequence[int]) -> None:
    """Forget series with all their values."""
    given = [{"series": number} for number in numbers]
    transaction.run_many(rows.QUERIES["delete_values"], given)
    transaction.run_many(rows.QUERIES["delete_shown"], given)
    transaction.run_many(rows.QUERIES["delete_one_series"], [{"number": number} for number in numbers])


def let_go(transaction: Transaction, id_: str, *, drafts_only: bool = False) -> int:
    """Delete the models that a task made and that nobody published; the others forget it. Return how many went."""
    gone = 0
    for model in rows.models(transaction, EVERYTHING, "of", [id_]):
        if not model.ready:
            forget(transaction, model.id)
            transaction.run(rows.QUERIES["delete_model"], {"id": model.id})
            gone += 1
        elif not drafts_only:
            rows.put_model(transaction, replace(model, task=f"{GONE}{id_}"))
    return gone


def _check(view: View, old: Experiment) -> None:
    if old.standing is not Standing.DRAFT and ARCHIVED not in old.task.head.system_tags:
        raise NotDeletable(id=old.job.id, standing=old.standing.value, reason="due to status")
    if any(model.ready and model.task == old.job.id for model in rows.models(view, EVERYTHING, "of", [old.job.id])):
        raise NotDeletable(id=old.job.id, standing=old.standing.value, reason="has a published model")
