"""Issues and what is said about them, as they are stored."""

from __future__ import annotations

import msgspec

from jobyard.datasets.issues import Comment, Issue
from jobyard.datasets.tables.statements import QUERIES
from jobyard.store.contract import Row, Transaction, View

_POSITION = msgspec.json.Decoder(tuple[float, ...])


def one(view: View, number: int) -> Issue | None:
    """Return an issue by its number."""
    return next((_issue(row) for row in view.rows(QUERIES["issue"], {"number": number})), None)


def of(view: View, dataset: int) -> list[Issue]:
    """Return the issues of a dataset, first one first."""
    return [_issue(row) for row in view.rows(QUERIES["issues"], {"dataset": dataset})]


def counts(view: View, dataset: int) -> dict[int, int]:
    """Return how many issues the assignments of a dataset have, by their numbers; those without any are left out."""
    return {row[0]: row[1] for row in view.rows(QUERIES["issue_counts"], {"dataset": dataset})}


def discussed(view: View) -> list[int]:
    """Return the numbers of the datasets that have issues."""
    return [row[0] for row in view.rows(QUERIES["discussed"], {})]


def insert(transaction: Transaction, made: Issue, now: int) -> int:
    """Write an issue and return its number."""
    parameters = {
        **_said(made),
        "dataset": made.dataset,
        "assignment": made.assignment,
        "frame": made.frame,
        "owner": made.owner,
        "now": now,
    }
    return int(transaction.rows(QUERIES["insert_issue"], parameters)[0][0])


def update(transaction: Transaction, changed: Issue, now: int) -> None:
    """Write where an issue is, who sees to it and whether that is done."""
    transaction.run(QUERIES["update_issue"], {**_said(changed), "number": changed.number, "now": now})


def delete(transaction: Transaction, number: int) -> None:
    """Forget an issue with all that was said about it."""
    transaction.run(QUERIES["drop_comments"], {"issue": number})
    transaction.run(QUERIES["delete_issue"], {"number": number})


def drop_of(transaction: Transaction, assignment: int) -> None:
    """Forget the issues of an assignment."""
    transaction.run(QUERIES["drop_comments_of"], {"assignment": assignment})
    transaction.run(QUERIES["drop_issues_of"], {"assignment": assignment})


def drop(transaction: Transaction, dataset: int) -> None:
    """Forget the issues of a dataset."""
    transaction.run(QUERIES["drop_comments_in"], {"dataset": dataset})
    transaction.run(QUERIES["drop_issues_in"], {"dataset": dataset})


def comment(view: View, number: int) -> Comment | None:
    """Return a comment by its number."""
    return next((_comment(row) for row in view.rows(QUERIES["comment"], {"number": number})), None)


def comments(view: View, issue: int) -> list[Comment]:
    """Return what was said about an issue, first one first."""
    return [_comment(row) for row in view.rows(QUERIES["comments"], {"issue": issue})]


def comments_in(view: View, dataset: int) -> list[Comment]:
    """Return what was said about all issues of a dataset, first one first."""
    return [_comment(row) for row in view.rows(QUERIES["comments_in"], {"dataset": dataset})]


def say(transaction: Transaction, said: Comment, now: int) -> int:
    """Write a comment and return its number."""
    parameters = {"issue": said.issue, "owner": said.owner, "message": said.message, "now": now}
    return int(transaction.rows(QUERIES["insert_comment"], parameters)[0][0])


def reword(transaction: Transaction, changed: Comment, now: int) -> None:
    """Write what a comment says now."""
    transaction.run(QUERIES["update_comment"], {"number": changed.number, "message": changed.message, "now": now})


def unsay(transaction: Transaction, number: int) -> None:
    """Forget a comment."""
    transaction.run(QUERIES["delete_comment"], {"number": number})


def _said(issue: Issue) -> dict[str, object]:
    return {
        "position": msgspec.json.encode(issue.position).decode(),
        "assignee": issue.assignee,
        "resolved": int(issue.resolved),
    }


def _issue(row: Row) -> Issue:
    number, dataset, assignment, frame, position, owner, assignee, resolved, created_at, updated_at, said = row
    return Issue(
        number=number,
        dataset=dataset,
        assignment=assignment,
        frame=frame,
        position=_POSITION.decode(position),
        owner=owner,
        assignee=assignee,
        resolved=bool(resolved),
        created_at=created_at,
        updated_at=updated_at,
        comments=said,
    )


def _comment(row: Row) -> Comment:
    number, issue, owner, message, created_at, updated_at = row
    return Comment(
        number=number, issue=issue, owner=owner, message=message, created_at=created_at, updated_at=updated_at
    )
