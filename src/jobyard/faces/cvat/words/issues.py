"""Issues and comments in this protocol's words, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jobyard.datasets.issues import Comment, Issue
from jobyard.datasets.record import Dataset
from jobyard.faces.cvat.wire import UserRef
from jobyard.faces.cvat.wire.issues import CommentOut, IssueOut
from jobyard.faces.cvat.wire.shapes import ListRef
from jobyard.faces.cvat.words.times import moment, some_moment


def issue_out(issue: Issue, base: str, users: Mapping[str, UserRef]) -> IssueOut:
    """Return an issue; `base` is the address of this face, without a slash at its end."""
    return IssueOut(
        id=issue.number,
        frame=issue.frame,
        position=list(issue.position),
        job=issue.assignment,
        owner=users.get(issue.owner),
        assignee=users.get(issue.assignee or ""),
        created_date=moment(issue.created_at),
        updated_date=some_moment(issue.updated_at),
        resolved=issue.resolved,
        comments=ListRef(url=f"{base}/comments?issue_id={issue.number}", count=issue.comments),
    )


def comment_out(comment: Comment, users: Mapping[str, UserRef]) -> CommentOut:
    """Return a comment."""
    return CommentOut(
        id=comment.number,
        issue=comment.issue,
        owner=users.get(comment.owner),
        message=comment.message,
        created_date=moment(comment.created_at),
        updated_date=moment(comment.updated_at or comment.created_at),
    )


def issue_facts(issue: Issue, dataset: Dataset) -> dict[str, Any]:
    """Return what lists of issues are filtered and sorted by."""
    return {
        "id": issue.number,
        "frame_id": issue.frame,
        "job_id": issue.assignment,
        "task_id": dataset.number,
        "owner": issue.owner,
        "assignee": issue.assignee,
        "resolved": issue.resolved,
        "created_date": moment(issue.created_at),
        "updated_date": some_moment(issue.updated_at),
    }


def comment_facts(comment: Comment, issue: Issue) -> dict[str, Any]:
    """Return what lists of comments are filtered and sorted by."""
    return {
        "id": comment.number,
        "issue_id": issue.number,
        "frame_id": issue.frame,
        "job_id": issue.assignment,
        "owner": comment.owner,
        "message": comment.message,
        "created_date": moment(comment.created_at),
        "updated_date": moment(comment.updated_at or comment.created_at),
    }
