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

    async def delete(self, actor: Actor, id_: str, *, force: bool, models: bool = True) -> Deleted:
        """Delete a task with what it reported, and, if so wished, with models of its own that nobody published or uses.

        Raises NotDeletable unless it is a draft, archived, or it is forced.
        """

        def work(transaction: Transaction, noted: list[Job]) -> tuple[Deleted, list[str]]:
            old = held(transaction, actor, Verb.DELETE, id_)
            if not force:
                _check(transaction, old)
            job = old.job
            if job.state not in REMOVABLE:
                word = Word(lease=self._ground.silence)
                brought = self._ground.reported.bring(transaction, actor, job, State.CANCELLED, word)
                noted += brought[1:]
            made = rows.models(transaction, EVERYTHING, "of", [id_])
            gone = let_go(transaction, id_, drafts=models)
            children = drop_task(transaction, id_)
            blobs = self._ground.engine.jobs.deleted(transaction, actor, id_)
            return Deleted(children=children, models=gone, kept=len(made) - gone), blobs

        deleted, _ = await self._ground.moved(work)
        return deleted

    async def sweep(self, limit: int = 200) -> int:
        """Forget what was kept beside jobs that were deleted elsewhere; return of how many."""

        def work(transaction: Transaction) -> int:
            orphans = [row[0] for row in transaction.rows(rows.QUERIES["orphans"], {"limit": limit})]
            for id_ in orphans:
                let_go(transaction, id_)
                drop_task(transaction, id_)
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


def drop_task(transaction: Transaction, id_: str) -> int:
    """Forget a task and all that it reported; what hung on it hangs on nothing. Return how many that were."""
    forget(transaction, id_)
    transaction.run(rows.QUERIES["delete_task"], {"id": id_})
    transaction.run(rows.QUERIES["drop_inputs"], {"task": id_})
    return transaction.run(rows.QUERIES["orphan_children"], {"id": id_, "left": f"{GONE}{id_}"})


def let_go(transaction: Transaction, id_: str, *, drafts: bool = True, others: bool = True) -> int:
    """Delete the `drafts` among the models that a task made, but those that another task takes; return how many went.

    The `others` stay and forget the task.
    """
    gone = 0
    for model in rows.models(transaction, EVERYTHING, "of", [id_]):
        if drafts and not model.ready and not rows.takers(transaction, model.id, but=id_):
            forget(transaction, model.id)
            transaction.run(rows.QUERIES["delete_model"], {"id": model.id})
            gone += 1
        elif others:
            rows.put_model(transaction, replace(model, task=f"{GONE}{id_}"))
    return gone


def require_unpublished(view: View, old: Experiment) -> None:
    """Raise NotDeletable where something published came out of a task."""
    standing = old.standing.value
    children = view.rows(rows.QUERIES["published_children"], {"id": old.job.id})[0][0]
    if children:
        raise NotDeletable(id=old.job.id, standing=standing, reason=f"has {children} published children")
    made = [one.get("model") for one in old.task.sections.get("models", {}).get("output", [])]
    models = [
        *rows.models(view, EVERYTHING, "of", [old.job.id]),
        *rows.models(view, EVERYTHING, "with", filter(None, made)),
    ]
    if any(model.ready for model in models):
        raise NotDeletable(id=old.job.id, standing=standing, reason="has a published model")


def _check(view: View, old: Experiment) -> None:
    if old.standing is not Standing.DRAFT and ARCHIVED not in old.task.head.system_tags:
        raise NotDeletable(id=old.job.id, standing=old.standing.value, reason="due to status")
    require_unpublished(view, old)
