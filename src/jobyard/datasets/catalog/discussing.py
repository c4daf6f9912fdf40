"""Issues as people raise, discuss and resolve them. They belong to an assignment and go with it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

from msgspec import UNSET
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.datasets import finding, rows, sight
from jobyard.datasets.assignment import Assignment
from jobyard.datasets.catalog import ground
from jobyard.datasets.catalog.assigning import check_assignee
from jobyard.datasets.catalog.ground import Ground
from jobyard.datasets.issues import Comment, Issue, IssueChanges, IssueDraft
from jobyard.datasets.record import Dataset
from jobyard.datasets.tables import assignments
from jobyard.datasets.tables import issues as table
from jobyard.job.errors import Conflict, Invalid, NotFound, Refused
from jobyard.people.record import Actor
from jobyard.store.contract import Transaction, View

T = TypeVar("T")

ISSUES_LIMIT = 10_000
"""Issues of one dataset."""
COMMENTS_LIMIT = 1_000
"""Comments of one issue."""
MESSAGE_LIMIT = 10_000
POSITION_LIMIT = 1_000
"""Numbers of one position."""
_LARGEST = 2**63


class Discussing(Ground):
    """Raise issues, talk about them, and resolve them."""

    async def issues(self, actor: Actor, dataset: str | None = None) -> list[tuple[Issue, Dataset]]:
        """Return the issues of one dataset, or of all that the actor sees, first one first. Raises NotFound."""

        def work(view: View) -> list[tuple[Issue, Dataset]]:
            found = [(one, meant) for meant in _meant(view, actor, dataset) for one in _told(view, actor, meant)]
            return sorted(found, key=lambda pair: pair[0].number)

        return await self._read(work)

    async def issue_counts(self, actor: Actor, dataset: str) -> dict[int, int]:
        """Return how many issues the assignments have that the actor sees of a dataset, by number. Raises NotFound."""

        def work(view: View) -> dict[int, int]:
            found = finding.known(view, actor, dataset)
            counts = table.counts(view, found.number)
            if sight.whole(view, actor, found):
                return counts
            return {one.number: counts.get(one.number, 0) for one in sight.own(view, actor, found)}

        return await self._read(work)

    async def issue(self, actor: Actor, number: int) -> tuple[Issue, Dataset]:
        """Return an issue by its number, with its dataset. Raises NotFound."""
        return await self._read(lambda view: _issue(view, actor, number))

    async def raise_issue(self, actor: Actor, draft: IssueDraft) -> tuple[Issue, Dataset]:
        """Raise an issue in a frame of an assignment. Who may annotate may do this.

        Raises NotFound, Refused, Invalid naming the field, and Conflict where there are too many.
        """
        position, message = _checked_position(draft.position), _checked_message(draft.message)

        def work(transaction: Transaction) -> tuple[Issue, Dataset]:
            assignment, dataset = _assignment(transaction, actor, draft.assignment)
            _require(transaction, actor, dataset, assignment.assignee, "raise issues in this dataset")
            rows.lock(transaction, dataset.id)
            # Again, since it may have gone meanwhile.
            assignment, dataset = _assignment(transaction, actor, draft.assignment)
            if not assignment.holds(draft.frame):
                ground.refuse("frame", f"Frame {draft.frame} is no part of job {assignment.number}.")
            if draft.assignee is not None:
                check_assignee(transaction, dataset, draft.assignee, assignment.assignee)
            if sum(table.counts(transaction, dataset.number).values()) >= ISSUES_LIMIT:
                raise Conflict(reason=f"A dataset has at most {ISSUES_LIMIT:,} issues.")
            now = self._clock.now()
            made = Issue(
                dataset=dataset.number,
                assignment=assignment.number,
                frame=draft.frame,
                position=position,
                owner=actor.name,
                assignee=draft.assignee,
                resolved=draft.resolved,
                created_at=now,
                comments=1,
            )
            number = table.insert(transaction, made, now)
            table.say(transaction, Comment(issue=number, owner=actor.name, message=message), now)
            return replace(made, number=number), dataset

        return await self._write(work)

    async def change_issue(self, actor: Actor, number: int, changes: IssueChanges) -> tuple[Issue, Dataset]:
        """Say where an issue is, who sees to it, and whether that is done. Raises NotFound, Refused, Invalid."""
        position = changes.position if changes.position is UNSET else _checked_position(changes.position)

        def work(transaction: Transaction) -> tuple[Issue, Dataset]:
            found, dataset = _held(transaction, actor, number, "change issues of this dataset")
            if changes.assignee is not UNSET and changes.assignee is not None:
                check_assignee(transaction, dataset, changes.assignee, _assignee(transaction, found))
            now = self._clock.now()
            changed = replace(
                found,
                position=found.position if position is UNSET else position,
                assignee=found.assignee if changes.assignee is UNSET else changes.assignee,
                resolved=found.resolved if changes.resolved is UNSET else changes.resolved,
                updated_at=now,
            )
            table.update(transaction, changed, now)
            return changed, dataset

        return await self._write(work)

    async def delete_issue(self, actor: Actor, number: int) -> None:
        """Forget an issue with its comments: who raised it may, and who may delete the dataset.

        Raises NotFound or Refused.
        """

        def work(transaction: Transaction) -> None:
            found, dataset = _held(transaction, actor, number, "delete issues of this dataset")
            _require_own(actor, found.owner, dataset, "delete somebody else's issue")
            table.delete(transaction, number)

        await self._write(work)

    async def comments(self, actor: Actor, issue: int | None = None) -> list[tuple[Comment, Issue, Dataset]]:
        """Return what was said about one issue, or about all the actor sees, first one first. Raises NotFound."""

        def work(view: View) -> list[tuple[Comment, Issue, Dataset]]:
            if issue is not None:
                about, dataset = _issue(view, actor, issue)
                return [(one, about, dataset) for one in table.comments(view, about.number)]
            found = list[tuple[Comment, Issue, Dataset]]()
            for meant in _meant(view, actor, None):
                known = {one.number: one for one in _told(view, actor, meant)}
                said = table.comments_in(view, meant.number)
                found += [(one, known[one.issue], meant) for one in said if one.issue in known]
            return sorted(found, key=lambda one: one[0].number)

        return await self._read(work)

    async def comment(self, actor: Actor, number: int) -> tuple[Comment, Issue, Dataset]:
        """Return a comment by its number, with its issue. Raises NotFound."""
        return await self._read(lambda view: _comment(view, actor, number))

    async def say(self, actor: Actor, issue: int, message: str) -> Comment:
        """Say something about an issue. Raises NotFound, Refused, Invalid, and Conflict where too much was said."""
        message = _checked_message(message)

        def work(transaction: Transaction) -> Comment:
            about, _ = _held(transaction, actor, issue, "talk about issues of this dataset")
            if about.comments >= COMMENTS_LIMIT:
                raise Conflict(reason=f"An issue has at most {COMMENTS_LIMIT:,} comments.")
            said = Comment(issue=issue, owner=actor.name, message=message, created_at=self._clock.now())
            return replace(said, number=table.say(transaction, said, said.created_at))

        return await self._write(work)

    async def reword(self, actor: Actor, number: int, message: str) -> Comment:
        """Say one's own comment differently. Raises NotFound, Refused, Invalid."""
        message = _checked_message(message)

        def change(transaction: Transaction, found: Comment) -> Comment:
            now = self._clock.now()
            changed = replace(found, message=message, updated_at=now)
            table.reword(transaction, changed, now)
            return changed

        return await self._own(actor, number, change)

    async def unsay(self, actor: Actor, number: int) -> None:
        """Take a comment back: who said it may, and who may delete the dataset. Raises NotFound or Refused."""
        await self._own(actor, number, lambda transaction, found: table.unsay(transaction, found.number))

    async def _own(self, actor: Actor, number: int, change: Callable[[Transaction, Comment], T]) -> T:
        def work(transaction: Transaction) -> T:
            _, about, _ = _comment(transaction, actor, number)
            _, dataset = _held(transaction, actor, about.number, "talk about issues of this dataset")
            found, _, _ = _comment(transaction, actor, number)
            _require_own(actor, found.owner, dataset, "change what somebody else said")
            return change(transaction, found)

        return await self._write(work)


def _meant(view: View, actor: Actor, dataset: str | None) -> Sequence[Dataset]:
    if dataset is not None:
        return [finding.known(view, actor, dataset)]
    found = (rows.numbered(view, number) for number in table.discussed(view))
    own = frozenset(assignments.places(view, actor.name))
    return [one for one in found if one is not None and (sight.whole(view, actor, one) or one.number in own)]


def _told(view: View, actor: Actor, dataset: Dataset) -> list[Issue]:
    """Return the issues of a dataset that the actor sees."""
    found = table.of(view, dataset.number)
    if sight.whole(view, actor, dataset):
        return found
    own = {one.number for one in sight.own(view, actor, dataset)}
    return [one for one in found if one.assignment in own]


def _assignment(view: View, actor: Actor, number: int) -> tuple[Assignment, Dataset]:
    found = assignments.one(view, number) if 0 < number < _LARGEST else None
    dataset = rows.numbered(view, found.dataset) if found is not None else None
    if found is None or dataset is None or not sight.part(view, actor, Verb.SEE, dataset, found.assignee):
        raise NotFound(what="assignment", name=str(number), unseen=dataset is not None)
    return found, dataset


def _issue(view: View, actor: Actor, number: int) -> tuple[Issue, Dataset]:
    found = table.one(view, number) if 0 < number < _LARGEST else None
    dataset = rows.numbered(view, found.dataset) if found is not None else None
    if found is None or dataset is None or not sight.part(view, actor, Verb.SEE, dataset, _assignee(view, found)):
        raise NotFound(what="issue", name=str(number), unseen=dataset is not None)
    return found, dataset


def _comment(view: View, actor: Actor, number: int) -> tuple[Comment, Issue, Dataset]:
    found = table.comment(view, number) if 0 < number < _LARGEST else None
    if found is None:
        raise NotFound(what="comment", name=str(number))
    return found, *_issue(view, actor, found.issue)


def _held(transaction: Transaction, actor: Actor, number: int, what: str) -> tuple[Issue, Dataset]:
    """Return an issue that the actor may change, and keep others from changing it."""
    found, dataset = _issue(transaction, actor, number)
    _require(transaction, actor, dataset, _assignee(transaction, found), what)
    rows.lock(transaction, dataset.id)
    return _issue(transaction, actor, number)


def _assignee(view: View, issue: Issue) -> str | None:
    """Return who works on what an issue is about."""
    about = assignments.one(view, issue.assignment)
    return about.assignee if about is not None else None


def _require(view: View, actor: Actor, dataset: Dataset, assignee: str | None, what: str) -> None:
    if not sight.part(view, actor, Verb.EDIT, dataset, assignee):
        raise Refused(verb=what)


def _require_own(actor: Actor, owner: str, dataset: Dataset, what: str) -> None:
    if owner != actor.name and not rules.may(actor, Verb.DELETE, dataset):
        raise Refused(verb=what)


def _checked_position(position: Sequence[float]) -> tuple[float, ...]:
    near = all(math.isfinite(number) and abs(number) <= 1e9 for number in position)
    if not 2 <= len(position) <= POSITION_LIMIT or len(position) % 2 or not near:
        message = f"A position is x and y of one point after the other, at most {POSITION_LIMIT} numbers."
        raise Invalid(reason=message, fields=[{"path": "position", "message": message}])
    return tuple(position)


def _checked_message(message: str) -> str:
    if not message.strip():
        ground.refuse("message", "This field may not be blank.")
    ground.check_text("message", message, MESSAGE_LIMIT)
    return message
