"""Issues of jobs, and what is said about them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from litestar import delete, get, patch, post
from litestar.params import FromPath
from msgspec import UNSET

from jobyard.datasets import issues as record
from jobyard.datasets.issues import Comment, Issue, IssueDraft
from jobyard.datasets.record import Dataset
from jobyard.faces.cvat import finding, people, taking
from jobyard.faces.cvat.listing import Sort, listed
from jobyard.faces.cvat.surroundings import Ask
from jobyard.faces.cvat.wire import PageOut
from jobyard.faces.cvat.wire.issues import CommentChanges, CommentIn, CommentOut, IssueChanges, IssueIn, IssueOut
from jobyard.faces.cvat.words import issues as words
from jobyard.job.errors import NotFound

_ISSUES = Sort(
    fields=frozenset(
        {
            "id",
            "frame_id",
            "job_id",
            "task_id",
            "owner",
            "assignee",
            "resolved",
            "created_date",
            "updated_date",
        }
    ),
    searched=("owner", "assignee"),
)
_COMMENTS = Sort(
    fields=frozenset({"id", "issue_id", "frame_id", "job_id", "owner", "created_date", "updated_date"}),
    searched=("owner", "message"),
)


@get("/issues")
async def list_issues(request: Ask) -> PageOut:
    """Return one page of the issues of the jobs you may see."""
    job, task = taking.whole(request.asked, "job_id"), taking.whole(request.asked, "task_id")
    home: str | None = None
    found = list[tuple[Issue, Dataset]]()
    with suppress(NotFound):  # a filter that fits nothing the sender sees
        if job is not None:
            home = (await request.datasets.assignment(request.user, job))[1].id
        elif task is not None:
            home = (await request.house.tasks.known(request.user, task)).id
        found = await request.datasets.issues(request.user, home)
    inside = [(issue, dataset) for issue, dataset in found if home or request.space.holds(dataset.project)]

    async def shown(pairs: Sequence[tuple[Issue, Dataset]]) -> list[Any]:
        return list(await _issues_out(request, [issue for issue, _ in pairs]))

    return await listed(request, "issues", inside, _ISSUES, lambda pair: words.issue_facts(*pair), shown)


@post("/issues", status_code=201)
async def raise_issue(request: Ask) -> IssueOut:
    """Raise an issue in a frame of a job."""
    said = await taking.body(request, IssueIn)
    draft = IssueDraft(
        assignment=said.job,
        frame=said.frame,
        position=tuple(said.position),
        message=said.message,
        assignee=await finding.assignee(request, said.assignee, "assignee"),
        resolved=said.resolved,
    )
    with finding.named("job", said.job), finding.assigning():
        made, _ = await request.datasets.raise_issue(request.user, draft)
    return await _issue_out(request, made)


@get("/issues/{number:str}")
async def get_issue(request: Ask, number: FromPath[str]) -> IssueOut:
    """Return an issue."""
    return await _issue_out(request, (await request.datasets.issue(request.user, int(number)))[0])


@patch("/issues/{number:str}")
async def change_issue(request: Ask, number: FromPath[str]) -> IssueOut:
    """Say where an issue is, who sees to it, and whether that is done; what is not said stays."""
    said = await taking.body(request, IssueChanges)
    changes = record.IssueChanges(
        position=UNSET if said.position is UNSET else tuple(said.position),
        assignee=UNSET if said.assignee is UNSET else await finding.assignee(request, said.assignee, "assignee"),
        resolved=said.resolved,
    )
    with finding.assigning():
        changed, _ = await request.datasets.change_issue(request.user, int(number), changes)
    return await _issue_out(request, changed)


@delete("/issues/{number:str}", status_code=204)
async def delete_issue(request: Ask, number: FromPath[str]) -> None:
    """Forget an issue with its comments."""
    await request.datasets.delete_issue(request.user, int(number))


@get("/comments")
async def list_comments(request: Ask) -> PageOut:
    """Return one page of what was said about the issues you may see."""
    about = taking.whole(request.asked, "issue_id")
    found = list[tuple[Comment, Issue, Dataset]]()
    with suppress(NotFound):  # a filter that fits nothing the sender sees
        found = await request.datasets.comments(request.user, about)
    inside = [
        (comment, issue)
        for comment, issue, dataset in found
        if about is not None or request.space.holds(dataset.project)
    ]

    async def shown(pairs: Sequence[tuple[Comment, Issue]]) -> list[Any]:
        users = await people.refs(request, [comment.owner for comment, _ in pairs])
        return [words.comment_out(comment, users) for comment, _ in pairs]

    return await listed(request, "comments", inside, _COMMENTS, lambda pair: words.comment_facts(*pair), shown)


@post("/comments", status_code=201)
async def say(request: Ask) -> CommentOut:
    """Say something about an issue."""
    said = await taking.body(request, CommentIn)
    with finding.named("issue", said.issue):
        made = await request.datasets.say(request.user, said.issue, said.message)
    return await _comment_out(request, made)


@get("/comments/{number:str}")
async def get_comment(request: Ask, number: FromPath[str]) -> CommentOut:
    """Return a comment."""
    return await _comment_out(request, (await request.datasets.comment(request.user, int(number)))[0])


@patch("/comments/{number:str}")
async def reword(request: Ask, number: FromPath[str]) -> CommentOut:
    """Say your own comment differently."""
    said = await taking.body(request, CommentChanges)
    if said.message is UNSET:
        return await _comment_out(request, (await request.datasets.comment(request.user, int(number)))[0])
    return await _comment_out(request, await request.datasets.reword(request.user, int(number), said.message))


@delete("/comments/{number:str}", status_code=204)
async def unsay(request: Ask, number: FromPath[str]) -> None:
    """Take a comment back."""
    await request.datasets.unsay(request.user, int(number))


async def _issues_out(request: Ask, issues: Sequence[Issue]) -> list[IssueOut]:
    users = await people.refs(request, [name for one in issues for name in (one.owner, one.assignee)])
    base = request.link("").rstrip("/")
    return [words.issue_out(one, base, users) for one in issues]


async def _issue_out(request: Ask, issue: Issue) -> IssueOut:
    return (await _issues_out(request, [issue]))[0]


async def _comment_out(request: Ask, comment: Comment) -> CommentOut:
    return words.comment_out(comment, await people.refs(request, [comment.owner]))


HANDLERS = (
    list_issues,
    raise_issue,
    get_issue,
    change_issue,
    delete_issue,
    list_comments,
    say,
    get_comment,
    reword,
    unsay,
)
