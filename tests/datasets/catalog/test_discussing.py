from __future__ import annotations

from typing import Any

import pytest
from msgspec import UNSET

from jobyard.datasets.annotations import Annotations
from jobyard.datasets.catalog import discussing
from jobyard.datasets.issues import Issue, IssueChanges, IssueDraft
from jobyard.job.errors import Conflict, Invalid, NotFound, Refused
from jobyard.people.record import Actor, Membership, Project, Role, User
from tests.datasets.counting import pictures
from tests.datasets.yard import ADA, BOB, OPERATOR, Yard

PROJECT = Project(id="f" * 32, name="vision", owner="ada", created_at=1)
MAX = Actor(name="max", role=Role.MEMBER, projects={PROJECT.id: Role.MEMBER})
VERA = Actor(name="vera", role=Role.MEMBER, projects={PROJECT.id: Role.VIEWER})


def shared(yard: Yard, frames: int = 4, **split: Any) -> list[int]:
    """Share a dataset of some frames with a project; return the numbers of its assignments."""

    def people(transaction: Any) -> None:
        transaction.put_project(PROJECT)
        for actor in (MAX, VERA):
            transaction.put_user(User(id=actor.name.ljust(32, "0"), name=actor.name, role=actor.role))
            role = actor.projects[PROJECT.id]
            transaction.put_membership(Membership(project=PROJECT.id, user=actor.name, role=role))

    yard.write(people)
    ada = Actor(name="ada", role=Role.MEMBER, projects={PROJECT.id: Role.OPERATOR})
    yard.create(actor=ada, project=PROJECT.id)
    pictures(yard, frames)
    return [one.number for one in yard.ask(yard.datasets.split(ADA, "cats", **split))]


def raised(yard: Yard, assignment: int, actor: Actor = ADA, **said: Any) -> Issue:
    draft = IssueDraft(**{"assignment": assignment, "frame": 0, "position": (1.0, 2.5), "message": "wrong", **said})
    return yard.ask(yard.datasets.raise_issue(actor, draft))[0]


def test_an_issue_is_raised_discussed_and_resolved(yard: Yard) -> None:
    first, second = shared(yard, size=2)
    issue = raised(yard, second, MAX, frame=3, assignee="ada")
    assert (issue.owner, issue.assignee, issue.resolved, issue.comments) == ("max", "ada", False, 1)
    reply = yard.ask(yard.datasets.say(ADA, issue.number, "really?"))
    said = [(one.owner, one.message) for one, _, _ in yard.ask(yard.datasets.comments(ADA, issue.number))]
    assert said == [("max", "wrong"), ("ada", "really?")]
    changes = IssueChanges(position=(4.0, 4.0, 5.0, 5.0), assignee=None, resolved=True)
    changed, _ = yard.ask(yard.datasets.change_issue(ADA, issue.number, changes))
    assert (changed.position, changed.assignee, changed.resolved) == ((4.0, 4.0, 5.0, 5.0), None, True)
    assert changed.updated_at and yard.ask(yard.datasets.issue(MAX, issue.number))[0] == changed
    assert yard.ask(yard.datasets.change_issue(ADA, issue.number, IssueChanges(assignee=UNSET)))[0].resolved
    assert yard.ask(yard.datasets.reword(ADA, reply.number, "indeed")).message == "indeed"
    yard.ask(yard.datasets.unsay(ADA, reply.number))
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.comment(ADA, reply.number))
    assert yard.ask(yard.datasets.issue_counts(ADA, "cats")) == {second: 1}
    assert yard.ask(yard.datasets.issue(ADA, issue.number))[0].comments == 1
    assert first


def test_who_does_not_see_a_dataset_sees_none_of_its_issues(yard: Yard) -> None:
    [whole] = shared(yard)
    issue = raised(yard, whole)
    for actor, count in ((ADA, 1), (MAX, 1), (VERA, 1), (OPERATOR, 1), (BOB, 0)):
        assert len(yard.ask(yard.datasets.issues(actor))) == count, actor.name
        assert len(yard.ask(yard.datasets.comments(actor))) == count, actor.name
    for verb in (
        yard.datasets.issue(BOB, issue.number),
        yard.datasets.issues(BOB, "cats"),
        yard.datasets.comments(BOB, issue.number),
        yard.datasets.say(BOB, issue.number, "x"),
        yard.datasets.change_issue(BOB, issue.number, IssueChanges(resolved=True)),
        yard.datasets.delete_issue(BOB, issue.number),
        yard.datasets.issue(ADA, 0),
        yard.datasets.issue(ADA, 2**70),
        yard.datasets.comment(ADA, 2**70),
    ):
        with pytest.raises(NotFound):
            yard.ask(verb)
    with pytest.raises(NotFound):
        raised(yard, whole, BOB)


def test_who_may_only_look_says_nothing_and_nobody_speaks_for_another(yard: Yard) -> None:
    [whole] = shared(yard)
    issue = raised(yard, whole)
    [(comment, _, _)] = yard.ask(yard.datasets.comments(ADA, issue.number))
    for verb in (
        yard.datasets.say(VERA, issue.number, "x"),
        yard.datasets.change_issue(VERA, issue.number, IssueChanges(resolved=True)),
        yard.datasets.delete_issue(VERA, issue.number),
        yard.datasets.reword(MAX, comment.number, "x"),
        yard.datasets.unsay(MAX, comment.number),
        yard.datasets.delete_issue(MAX, issue.number),
    ):
        with pytest.raises(Refused):
            yard.ask(verb)
    with pytest.raises(Refused):
        raised(yard, whole, VERA)
    with pytest.raises(NotFound):
        raised(yard, whole, assignee="bob")
    yard.ask(yard.datasets.delete_issue(OPERATOR, issue.number))
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.comment(ADA, comment.number))


@pytest.mark.parametrize(
    "said",
    [
        {"frame": 2},
        {"frame": -1},
        {"position": ()},
        {"position": (1.0,)},
        {"position": (1.0, float("nan"))},
        {"position": (1e300, 1.0)},
        {"position": (1.0,) * 1_002},
        {"message": " "},
        {"message": "x" * 10_001},
        {"message": "a\0b"},
    ],
)
def test_what_is_no_issue_is_refused(yard: Yard, said: dict[str, Any]) -> None:
    first, _ = shared(yard, size=2)
    with pytest.raises(Invalid):
        raised(yard, first, **said)
    assert yard.ask(yard.datasets.issues(ADA)) == []


def test_issues_are_bounded_and_so_are_comments(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    [whole] = shared(yard)
    monkeypatch.setattr(discussing, "ISSUES_LIMIT", 1)
    monkeypatch.setattr(discussing, "COMMENTS_LIMIT", 2)
    issue = raised(yard, whole)
    with pytest.raises(Conflict):
        raised(yard, whole)
    yard.ask(yard.datasets.say(ADA, issue.number, "two"))
    with pytest.raises(Conflict):
        yard.ask(yard.datasets.say(ADA, issue.number, "three"))


def test_issues_go_with_what_they_are_about(yard: Yard) -> None:
    [whole] = shared(yard)
    truth = yard.ask(yard.datasets.add_ground_truth(ADA, "cats", [0, 1]))
    own, apart = raised(yard, whole), raised(yard, truth.number)
    yard.ask(yard.datasets.delete_assignment(ADA, truth.number))
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.issue(ADA, apart.number))
    assert [one.number for one, _ in yard.ask(yard.datasets.issues(ADA, "cats"))] == [own.number]
    assert yard.ask(yard.datasets.annotations(ADA, "cats")) == Annotations()
    yard.ask(yard.datasets.delete(ADA, "cats"))
    assert yard.ask(yard.datasets.issues(OPERATOR)) == [] and yard.ask(yard.datasets.comments(OPERATOR)) == []
