"""Assignments as they are stored: parts of a dataset that somebody annotates, checks or annotates once more."""

from __future__ import annotations

import msgspec

from jobyard.datasets.assignment import Assignment, AssignmentKind, Stage, Work
from jobyard.datasets.tables.statements import QUERIES, listed
from jobyard.store.contract import Row, Transaction, View

_FRAMES = msgspec.json.Decoder(tuple[int, ...])


def of(view: View, dataset: int) -> list[Assignment]:
    """Return the assignments of a dataset, first one first."""
    return [_assignment(row) for row in view.rows(QUERIES["assignments"], {"dataset": dataset})]


def one(view: View, number: int) -> Assignment | None:
    """Return an assignment by its number."""
    return next((_assignment(row) for row in view.rows(QUERIES["assignment"], {"number": number})), None)


def to(view: View, assignee: str, behind: int, limit: int) -> list[Assignment]:
    """Return what is assigned to a user, numbered above `behind`."""
    parameters = {"assignee": assignee, "behind": behind, "limit": limit}
    return [_assignment(row) for row in view.rows(QUERIES["assigned"], parameters)]


def within(view: View, dataset: int, assignee: str) -> list[Assignment]:
    """Return the assignments of a dataset that one user has, first one first."""
    return [_assignment(row) for row in view.rows(QUERIES["own"], {"dataset": dataset, "assignee": assignee})]


def places(view: View, assignee: str) -> list[int]:
    """Return the datasets of which a part is assigned to a user, by number."""
    return [row[0] for row in view.rows(QUERIES["assigned_places"], {"assignee": assignee})]


def layers(view: View, dataset: int) -> list[int]:
    """Return the assignments of a dataset whose annotations stand apart from its own."""
    return [row[0] for row in view.rows(QUERIES["layers"], {"dataset": dataset})]


def insert(transaction: Transaction, made: Assignment, now: int) -> int:
    """Write an assignment and return its number."""
    parameters = {
        "dataset": made.dataset,
        "kind": made.kind.value,
        "parent": made.parent,
        "first_frame": made.first,
        "last_frame": made.last,
        "frames": None if made.frames is None else listed(made.frames),
        "assignee": made.assignee,
        "stage": made.stage.value,
        "state": made.state.value,
        "now": now,
    }
    return int(transaction.rows(QUERIES["insert_assignment"], parameters)[0][0])


def update(transaction: Transaction, changed: Assignment, now: int) -> None:
    """Write who does an assignment and how far it is."""
    parameters = {
        "number": changed.number,
        "assignee": changed.assignee,
        "stage": changed.stage.value,
        "state": changed.state.value,
        "assigned_at": changed.assigned_at,
        "now": now,
    }
    transaction.run(QUERIES["update_assignment"], parameters)


def delete(transaction: Transaction, number: int) -> None:
    """Forget an assignment."""
    transaction.run(QUERIES["delete_assignment"], {"number": number})


def drop(transaction: Transaction, dataset: int) -> None:
    """Forget all assignments of a dataset."""
    transaction.run(QUERIES["drop_assignments"], {"dataset": dataset})


def _assignment(row: Row) -> Assignment:
    number, dataset, kind, parent, first, last, frames, assignee, stage, state, *times = row
    return Assignment(
        number=number,
        dataset=dataset,
        kind=AssignmentKind(kind),
        parent=parent,
        first=first,
        last=last,
        frames=None if frames is None else _FRAMES.decode(frames),
        assignee=assignee,
        stage=Stage(stage),
        state=Work(state),
        created_at=times[0],
        updated_at=times[1],
        assigned_at=times[2],
    )
