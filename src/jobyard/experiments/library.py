"""Models: what was trained, where its weights lie, and whether it is ready to be used."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.experiments import rows
from jobyard.experiments.deleting import forget
from jobyard.experiments.ground import GONE, Ground, folder_for, may_work, named, scope_of, seen, shown_to, tagged
from jobyard.experiments.record import ARCHIVED, Json, Model
from jobyard.experiments.refusals import ModelInUse, ModelMade, ModelNotFound, ModelReady, WrongText
from jobyard.experiments.standing import Standing, standing
from jobyard.job.errors import Invalid, Refused
from jobyard.job.ids import new_id
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View

MODEL_LIMIT = 4 * 1024 * 1024
"""The most bytes of one model's record."""


class Library:
    """Make, find, change and delete models."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def create(self, actor: Actor, said: dict[str, Any]) -> Model:
        """Write a model down. Raises WrongText, WrongValue, JobNotFound or Refused."""
        may_work(actor)

        def work(transaction: Transaction) -> Model:
            now = self._ground.now()
            fresh = Model(
                id=new_id(),
                owner=actor.name,
                name="",
                created_at=now,
                updated_at=now,
                touched_at=now,
                touched_by=actor.name,
            )
            made = _changed(transaction, actor, fresh, said, now)
            rows.put_model(transaction, made)
            return made

        return await self._ground.write(work)

    async def get(self, actor: Actor, id_: str) -> Model:
        """Return a model. Raises ModelNotFound."""
        return await self._ground.read(lambda view: model_seen(view, actor, id_))

    async def all(self, actor: Actor, by: str = "", given: Iterable[str] = ()) -> list[Model]:
        """Return the models that the actor sees, latest change first; narrowed like `rows.models`."""
        wanted = list(given)
        return await self._ground.search(lambda view: rows.models(view, scope_of(actor), by, wanted))

    async def edit(self, actor: Actor, id_: str, change: Callable[[Model], dict[str, Any]]) -> Model:
        """Change fields of a model. Raises ModelNotFound, ModelReady, WrongText or Refused."""

        def work(transaction: Transaction) -> Model:
            old = changeable(transaction, actor, id_)
            changed = _changed(transaction, actor, old, change(old), self._ground.now())
            rows.put_model(transaction, changed)
            return changed

        return await self._ground.write(work)

    async def archive(self, actor: Actor, id_: str, *, away: bool) -> Model:
        """Put a model away, or fetch it back."""

        def tags(old: Model) -> dict[str, Any]:
            kept = set(old.system_tags) - {ARCHIVED}
            return {"system_tags": tuple(kept | {ARCHIVED}) if away else tuple(kept)}

        return await self.edit(actor, id_, tags)

    async def delete(self, actor: Actor, id_: str, *, force: bool) -> str:
        """Delete a model, also from the task that made it; return where its weights lie.

        Raises ModelInUse for one that a task takes, and ModelMade for one that a published task made, unless it is
        forced.
        """

        def work(transaction: Transaction) -> str:
            old = changeable(transaction, actor, id_, Verb.DELETE)
            if not force and rows.takers(transaction, id_, but=""):
                raise ModelInUse(id=id_, how="taken by a task")
            self._part(transaction, old, force=force)
            forget(transaction, id_)
            transaction.run(rows.QUERIES["delete_model"], {"id": id_})
            return old.uri

        return await self._ground.write(work)

    def _part(self, transaction: Transaction, model: Model, *, force: bool) -> None:
        """Take a model from the task that made it; a published one keeps that there was one."""
        job, task = (transaction.job(model.task), rows.lock(transaction, model.task)) if model.task else (None, None)
        if job is None or task is None:
            return
        published = standing(job) is Standing.PUBLISHED
        if published and not force:
            raise ModelMade(id=model.id, task=task.id)
        sections, left = task.sections, list[Json]()
        made: list[Json] = sections.get("models", {}).get("output", [])
        for item in made:
            if item.get("model") != model.id:
                left.append(item)
            elif published:
                left.append({**item, "model": f"{GONE}{model.id}"})
        if left != made:
            sections["models"]["output"] = left
            head = replace(task.head, touched_at=self._ground.now())
            rows.write_task(transaction, replace(task, head=head, parts=rows.encoded(sections)))


def model_seen(view: View, actor: Actor, id_: str) -> Model:
    """Return a model that the actor may see. Raises ModelNotFound."""
    found = rows.model(view, id_)
    if found is None or not (rules.may(actor, Verb.SEE, found) or shown_to(view, actor, id_)):
        raise ModelNotFound(name=id_)
    return found


def changeable(view: View, actor: Actor, id_: str, verb: Verb = Verb.EDIT) -> Model:
    """Return a model that the actor may change. Raises ModelNotFound or Refused."""
    found = model_seen(view, actor, id_)
    if not rules.may(actor, verb, found) or rows.is_public(view, id_):
        raise Refused(verb=f"{verb.value} this model")
    return found


def require_draft(model: Model, *, force: bool) -> None:
    """Raise ModelReady where a model is published and nobody forces its change."""
    if model.ready and not force:
        raise ModelReady(id=model.id)


def _changed(view: View, actor: Actor, old: Model, said: dict[str, Any], now: int) -> Model:
    fields = dict(said)
    if "folder" in fields:
        folder = folder_for(view, actor, fields["folder"])
        fields["project"] = None if folder is None else folder.project
    if fields.get("task"):
        found = seen(view, actor, fields["task"])
        if "folder" not in fields and not old.folder:
            folder_for(view, actor, found.task.project)
            fields["folder"], fields["project"] = found.task.project, found.job.project
    for tags in ("tags", "system_tags"):
        if tags in fields:
            fields[tags] = tagged(tuple(fields[tags]))
    changed = replace(old, updated_at=now, touched_at=now, touched_by=actor.name, **fields)
    named(changed.name)
    try:
        size = len(rows.encoded(changed))
    except TypeError as error:
        raise Invalid(reason=str(error)) from None
    if size > MODEL_LIMIT:
        raise WrongText(reason=f"model=More than {MODEL_LIMIT} bytes")
    return changed
