"""Datasets moved into a collection: from then on they have its labels, and their annotations go over to them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.datasets import relabelling
from jobyard.datasets.annotation_checks import check_annotations
from jobyard.datasets.annotations import Annotations, Shape, Tag, Track
from jobyard.datasets.catalog import ground
from jobyard.datasets.catalog.ground import Ground
from jobyard.datasets.labels import Label
from jobyard.datasets.record import Dataset
from jobyard.datasets.relabelling import Renumbering
from jobyard.datasets.rows import Held
from jobyard.datasets.tables import annotations as kept
from jobyard.datasets.tables import assignments, collections, labels
from jobyard.datasets.tables import datasets as table
from jobyard.engine import audit
from jobyard.job.errors import Conflict, Invalid, NotFound, Refused
from jobyard.job.ids import is_id
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction

MOVED_LIMIT = 200_000
"""Annotations of a dataset that is moved; it happens in one transaction."""
_FRAMES = 1_000
"""Frames whose annotations are gone through at once."""


class Moving(Ground):
    """Move datasets into collections."""

    async def gather(self, actor: Actor, dataset: str, collection: str) -> Dataset:
        """Move a dataset into a collection that is shared as it is; return it.

        Labels, parts and attributes of the same names stand for each other; values of attributes that the collection
        does not know are dropped. Raises NotFound, Refused, Invalid naming a label in use that the collection lacks,
        and Conflict for more annotations than are moved at once.
        """

        def work(transaction: Transaction) -> Dataset:
            held = ground.held(transaction, actor, dataset, Verb.EDIT, "move this dataset")
            found = held.dataset
            _check_target(transaction, actor, found, collection)
            if found.collection == collection:
                return found
            old, new = (labels.read(transaction, home) for home in (labels.home(found), collection))
            counted = kept.said_by_label(transaction, found.number, MOVED_LIMIT + 1)
            if sum(counted.values()) > MOVED_LIMIT:
                raise Conflict(reason=f"More than {MOVED_LIMIT:,} annotations are not moved at once; export them.")
            by = relabelling.renumbering(old, new, set(counted))
            _relabel(transaction, held, new, by)
            labels.renumber(transaction, found.number, {one.number: by.labels.get(one.number) for one in old})
            if found.collection is None:
                labels.drop(transaction, found.id)
            now = self._clock.now()
            table.gather(transaction, found.number, collection, now)
            audit.tell(transaction, now, actor.name, "moved", f"dataset {found.name}", {"collection": collection})
            return replace(found, collection=collection, updated_at=now)

        return await self._write(work)


def _check_target(transaction: Transaction, actor: Actor, dataset: Dataset, id_: str) -> None:
    target = collections.lock(transaction, id_) if is_id(id_) else None
    if target is None or not rules.may(actor, Verb.SEE, target):
        raise NotFound(what="collection", name=id_)
    if not rules.may(actor, Verb.SUBMIT, target):
        raise Refused(verb="add to this collection")
    if target.project != dataset.project:
        raise Invalid(reason="The dataset and the collection are shared with different people.")


def _relabel(transaction: Transaction, held: Held, new: Sequence[Label], by: Renumbering) -> None:
    """Give all annotations of a dataset their new labels. Raises Invalid for one that does not fit its new label."""
    known = {label.number: label for label in new}
    dataset = held.dataset
    for layer in (0, *assignments.layers(transaction, dataset.number)):
        for first in range(0, held.next_sample + 1, _FRAMES):
            placed = kept.placed(transaction, dataset.number, layer, first, first + _FRAMES - 1)
            said = kept.known(transaction, dataset.number, layer, [one.number for one in placed]).values()
            changed = relabelling.renumbered(_gathered(list(said)), by)
            check_annotations(changed, known)
            kept.update(transaction, dataset.number, layer, changed)


def _gathered(said: Sequence[Tag | Shape | Track]) -> Annotations:
    return Annotations(
        tags=tuple(one for one in said if isinstance(one, Tag)),
        shapes=tuple(one for one in said if isinstance(one, Shape)),
        tracks=tuple(one for one in said if isinstance(one, Track)),
    )
