"""Assignments as people ask for them: who works on which frames of a dataset, and how far that is."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.datasets import finding, rows, sight
from jobyard.datasets.assignment import Assignment, AssignmentChanges, AssignmentKind
from jobyard.datasets.catalog import ground
from jobyard.datasets.catalog.ground import Ground
from jobyard.datasets.record import Dataset
from jobyard.datasets.rows import Held
from jobyard.datasets.tables import activities, charges, issues, samples
from jobyard.datasets.tables import annotations as kept
from jobyard.datasets.tables import assignments as table
from jobyard.datasets.tables.activities import Activity
from jobyard.job.errors import Conflict, Invalid, NotFound, Refused
from jobyard.people.record import Actor, Role
from jobyard.store.contract import Transaction, View

ASSIGNMENTS_LIMIT = 10_000
"""Assignments of one dataset."""
FRAMES_LIMIT = 100_000
"""Frames that are named one by one."""


class Assigning(Ground):
    """Split a dataset among people, and see and change their assignments."""

    async def split(
        self, actor: Actor, dataset: str, size: int = 0, overlap: int = 0, replicas: int = 0
    ) -> list[Assignment]:
        """Divide all frames of a dataset into assignments of `size` frames, 0 for one with all of them.

        Each shares `overlap` frames with the one before, and has as many `replicas` that are annotated apart.
        Raises NotFound, Refused, Invalid, and Conflict for a dataset that has no frames or was divided before.
        """

        def work(transaction: Transaction) -> list[Assignment]:
            held = ground.held(transaction, actor, dataset, Verb.EDIT, "divide this dataset")
            ranges = _ranges(held, size, overlap)
            if len(ranges) * (1 + max(0, replicas)) > ASSIGNMENTS_LIMIT or not 0 <= replicas <= 100:
                raise Invalid(reason=f"A dataset has at most {ASSIGNMENTS_LIMIT} assignments and 100 replicas of each.")
            if any(one.kind is AssignmentKind.ANNOTATION for one in table.of(transaction, held.dataset.number)):
                raise Conflict(reason="The dataset is divided already.")
            made = list[Assignment]()
            for first, last in ranges:
                whole = Assignment(dataset=held.dataset.number, kind=AssignmentKind.ANNOTATION, first=first, last=last)
                made.append(self._kept(transaction, whole))
                replica = replace(whole, kind=AssignmentKind.REPLICA, parent=made[-1].number)
                made += [self._kept(transaction, replica) for _ in range(replicas)]
            return made

        return await self._write(work)

    async def add_ground_truth(self, actor: Actor, dataset: str, frames: Sequence[int]) -> Assignment:
        """Choose frames that are annotated once more, apart, so that others can be compared with them.

        Raises NotFound, Refused, Invalid naming a frame that is not there, and Conflict when frames were chosen before.
        """
        chosen = sorted(set(frames))
        if not 1 <= len(chosen) <= FRAMES_LIMIT:
            raise Invalid(reason=f"1 to {FRAMES_LIMIT} frames are chosen.")

        def work(transaction: Transaction) -> Assignment:
            held = ground.held(transaction, actor, dataset, Verb.EDIT, "choose ground truth in this dataset")
            number = held.dataset.number
            if any(one.kind is AssignmentKind.GROUND_TRUTH for one in table.of(transaction, number)):
                raise Conflict(reason="The dataset has a ground truth already.")
            there = samples.known(transaction, number, [frame + 1 for frame in chosen])
            for frame in chosen:
                if frame + 1 not in there:
                    raise Invalid(reason=f"There is no frame {frame}.")
            made = Assignment(
                dataset=number,
                kind=AssignmentKind.GROUND_TRUTH,
                first=chosen[0],
                last=chosen[-1],
                frames=tuple(chosen),
            )
            return self._kept(transaction, made)

        return await self._write(work)

    async def assignments(self, actor: Actor, dataset: str) -> list[Assignment]:
        """Return the assignments of a dataset that the actor sees, first one first. Raises NotFound."""
        return await self._read(lambda view: sight.shown(view, actor, finding.known(view, actor, dataset)))

    async def assignment(self, actor: Actor, number: int) -> tuple[Assignment, Dataset]:
        """Return an assignment by its number, with its dataset. Raises NotFound."""
        return await self._read(lambda view: _found(view, actor, number))

    async def assigned_to(self, actor: Actor, behind: int = 0, limit: int = 50) -> list[tuple[Assignment, Dataset]]:
        """Return what is assigned to the actor and seen by them, numbered above `behind`."""
        limit = ground.bounded(limit)

        def work(view: View) -> list[tuple[Assignment, Dataset]]:
            found = [(one, rows.numbered(view, one.dataset)) for one in table.to(view, actor.name, behind, limit)]
            return [
                (one, dataset)
                for one, dataset in found
                if dataset is not None and sight.part(view, actor, Verb.SEE, dataset, one.assignee)
            ]

        return await self._read(work)

    async def change_assignment(self, actor: Actor, number: int, changes: AssignmentChanges) -> Assignment:
        """Say who does an assignment and how far it is. Raises NotFound, also for an assignee who cannot see it.

        Whoever may change the dataset may do this; its assignee says how far it is, and no more. Raises Refused for
        others.
        """

        def work(transaction: Transaction) -> Assignment:
            found, dataset = _may_change(transaction, actor, number, changes)
            if changes.assignee is not UNSET and changes.assignee is not None:
                check_assignee(transaction, dataset, changes.assignee, changes.assignee)
            now, assignee = self._clock.now(), found.assignee if changes.assignee is UNSET else changes.assignee
            changed = replace(
                found,
                assignee=assignee,
                stage=found.stage if changes.stage is UNSET else changes.stage,
                state=found.state if changes.state is UNSET else changes.state,
                updated_at=now,
                assigned_at=found.assigned_at if assignee == found.assignee else now,
            )
            table.update(transaction, changed, changed.updated_at)
            _tell(transaction, actor, found, changed)
            return changed

        return await self._write(work)

    async def delete_assignment(self, actor: Actor, number: int) -> None:
        """Forget an assignment whose annotations are kept apart, with them. Raises NotFound, Refused, Conflict."""

        def work(transaction: Transaction) -> bool:
            found, _ = _may_change(transaction, actor, number, None)
            if found.layer == 0:
                raise Conflict(reason="Assignments of the dataset's own annotations stay as long as the dataset.")
            if kept.drop_some(transaction, found.dataset, ground.AT_ONCE, found.layer):
                return False
            issues.drop_of(transaction, number)
            table.delete(transaction, number)
            return True

        while not await self._write(work):
            pass

    def _kept(self, transaction: Transaction, wanted: Assignment) -> Assignment:
        now = self._clock.now()
        number = table.insert(transaction, wanted, now)
        return replace(wanted, number=number, created_at=now, updated_at=now)


def _ranges(held: Held, size: int, overlap: int) -> list[tuple[int, int]]:
    """Return the first and last frame of each assignment."""
    last = held.next_sample - 2
    if last < 0:
        raise Conflict(reason="The dataset has no frames yet.")
    size = size or last + 1
    if size < 1 or not 0 <= overlap < size:
        raise Invalid(reason="An assignment has at least one frame, and more than it shares with the one before.")
    starts = range(0, max(1, last + 1 - overlap), size - overlap)
    if len(starts) > ASSIGNMENTS_LIMIT:
        raise Invalid(reason=f"A dataset has at most {ASSIGNMENTS_LIMIT} assignments.")
    return [(start, min(start + size - 1, last)) for start in starts]


def _found(view: View, actor: Actor, number: int) -> tuple[Assignment, Dataset]:
    found = table.one(view, number) if 0 < number < 2**63 else None
    dataset = rows.numbered(view, found.dataset) if found is not None else None
    if found is None or dataset is None or not sight.part(view, actor, Verb.SEE, dataset, found.assignee):
        raise NotFound(what="assignment", name=str(number), unseen=dataset is not None)
    return found, dataset


def _tell(transaction: Transaction, actor: Actor, before: Assignment, after: Assignment) -> None:
    """Write down what was changed about an assignment, as an activity for each thing."""
    said = [(one.assignee or "", one.stage.value, one.state.value) for one in (before, after)]
    for name, old, new in zip(("assignee", "stage", "state"), *said, strict=True):
        if old != new:
            # By the last frame, since the first ones may be shared with the assignment before.
            place = (after.dataset, after.layer, after.last, after.updated_at)
            done = Activity(0, *place, actor.name, "update:job", 1, name=name, value=new)
            activities.note(transaction, done)


def _may_change(
    transaction: Transaction, actor: Actor, number: int, changes: AssignmentChanges | None
) -> tuple[Assignment, Dataset]:
    """Return an assignment that the actor may change so, or may delete, and keep others from changing it."""
    _, dataset = _found(transaction, actor, number)
    rows.lock(transaction, dataset.id)
    # Again, since it may have been given to somebody else meanwhile.
    found, dataset = _found(transaction, actor, number)
    if changes is None and not rules.may(actor, Verb.EDIT, dataset):
        raise Refused(verb="delete assignments of this dataset")
    if changes is not None and not sight.sees_to(transaction, actor, Verb.EDIT, dataset):
        if not rules.may_part(actor, Verb.EDIT, dataset, found.assignee):
            raise Refused(verb="change assignments of this dataset")
        if changes.assignee not in (UNSET, found.assignee) or changes.stage not in (UNSET, found.stage):
            raise Refused(verb="say more of this assignment than how far it is")
    return found, dataset


def check_assignee(view: View, dataset: Dataset, name: str, doing: str | None) -> None:
    """Raise NotFound for a user who is not there or sees neither the dataset nor what `doing` is to do in it."""
    user = view.user(name)
    if user is None or user.disabled:
        raise NotFound(what="user", name=name)
    charge = [charges.of(view, home) for home in (dataset.id, dataset.collection) if home is not None]
    sees = user.name in (doing, *charge) and dataset.project is None
    sees = sees or user.name == dataset.owner or rules.at_least(user.role, Role.OPERATOR)
    if not sees and not any(one.project == dataset.project for one in view.memberships(user=name)):
        raise NotFound(what="user who sees this dataset called", name=name)
