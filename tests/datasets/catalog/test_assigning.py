from __future__ import annotations

import pytest

from jobyard.datasets.annotations import Annotations, Tag
from jobyard.datasets.assignment import Assignment, AssignmentChanges, AssignmentKind, Stage, Work
from jobyard.datasets.labels import Label
from jobyard.datasets.record import Revision
from jobyard.job.errors import Conflict, Invalid, NotFound, Refused
from jobyard.people.record import Actor, Membership, Project, Role, User
from tests.datasets.counting import check_counts, pictures
from tests.datasets.yard import ADA, BOB, OPERATOR, Yard

PROJECT = Project(id="f" * 32, name="vision", owner="ada", created_at=1)


def ranges(found: list[Assignment]) -> list[tuple[int, int]]:
    return [(one.first, one.last) for one in found if one.kind is AssignmentKind.ANNOTATION]


def test_a_dataset_is_divided_once_and_whole(yard: Yard) -> None:
    for name, wanted, expected in (
        ("a", {}, [(0, 9)]),
        ("b", {"size": 4}, [(0, 3), (4, 7), (8, 9)]),
        ("c", {"size": 4, "overlap": 1}, [(0, 3), (3, 6), (6, 9)]),
        ("d", {"size": 5, "overlap": 2}, [(0, 4), (3, 7), (6, 9)]),
        ("e", {"size": 10}, [(0, 9)]),
        ("f", {"size": 99}, [(0, 9)]),
    ):
        yard.create(name)
        if name == "a":
            with pytest.raises(Conflict, match="no frames"):
                yard.ask(yard.datasets.split(ADA, "a"))
            yard.create()
            pictures(yard, 10)
        yard.synchronize(dataset=name)
        made = yard.ask(yard.datasets.split(ADA, name, **wanted))
        assert ranges(made) == expected, name
        assert yard.ask(yard.datasets.assignments(ADA, name)) == made
        with pytest.raises(Conflict, match="divided already"):
            yard.ask(yard.datasets.split(ADA, name))
    for wrong in (
        {"size": -1},
        {"size": 3, "overlap": 3},
        {"overlap": -1},
        {"size": 1, "replicas": 101},
        {"replicas": -1},
    ):
        with pytest.raises(Invalid):
            yard.ask(yard.datasets.split(ADA, "cats", **wrong))


def test_replicas_and_ground_truth_keep_their_annotations_apart(yard: Yard) -> None:
    yard.create(labels=(Label(name="cat"),))
    pictures(yard, 4)
    [cat] = yard.ask(yard.datasets.labels(ADA, "cats"))
    own, replica = yard.ask(yard.datasets.split(ADA, "cats", replicas=1))
    truth = yard.ask(yard.datasets.add_ground_truth(ADA, "cats", [3, 1, 1]))
    assert (truth.frames, truth.first, truth.last) == ((1, 3), 1, 3)
    assert (own.layer, replica.layer, replica.parent, truth.layer) == (0, replica.number, own.number, truth.number)
    for layer in (0, replica.layer, truth.layer):
        tags = Annotations(tags=(Tag(frame=1, label=cat.number),))
        yard.ask(yard.datasets.annotate(ADA, "cats", Revision(layer=layer, add=tags)))
        assert len(yard.ask(yard.datasets.annotations(ADA, "cats", layer=layer)).tags) == 1
    assert len(check_counts(yard).tags) == 1
    outside = Annotations(tags=(Tag(frame=2, label=cat.number),))
    with pytest.raises(Invalid, match="frame 2"):
        yard.ask(yard.datasets.annotate(ADA, "cats", Revision(layer=truth.layer, add=outside)))
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.annotations(ADA, "cats", layer=own.number))
    (yard.source / "001.jpg").unlink()
    yard.synchronize()
    assert yard.ask(yard.datasets.annotations(ADA, "cats", layer=truth.layer)) == Annotations()
    left = Annotations(tags=(Tag(frame=3, label=cat.number),))
    yard.ask(yard.datasets.annotate(ADA, "cats", Revision(layer=truth.layer, add=left)))
    with pytest.raises(Conflict, match="ground truth already"):
        yard.ask(yard.datasets.add_ground_truth(ADA, "cats", [0]))
    yard.ask(yard.datasets.delete_assignment(ADA, truth.number))
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.assignment(ADA, truth.number))
    with pytest.raises(Conflict):
        yard.ask(yard.datasets.delete_assignment(ADA, own.number))
    with pytest.raises(Invalid, match="no frame 1"):
        yard.ask(yard.datasets.add_ground_truth(ADA, "cats", [0, 1]))
    again = yard.ask(yard.datasets.add_ground_truth(ADA, "cats", [0]))
    assert again.number > truth.number
    assert yard.ask(yard.datasets.annotations(ADA, "cats", layer=again.layer)) == Annotations()
    for wrong in ([], [-1], [2**40]):
        with pytest.raises((Invalid, Conflict)):
            yard.ask(yard.datasets.add_ground_truth(ADA, "cats", wrong))
    yard.ask(yard.datasets.change_labels(ADA, "cats", delete=[cat.number]))
    assert check_counts(yard) == Annotations()


def test_assignments_go_to_people_who_see_the_dataset(yard: Yard) -> None:
    yard.write(lambda transaction: transaction.put_project(PROJECT))
    eve = User(id="2" * 32, name="eve", role=Role.MEMBER)
    yard.write(lambda transaction: transaction.put_user(eve))
    gone = User(id="1" * 32, name="gone", role=Role.OPERATOR, disabled=True)
    yard.write(lambda transaction: transaction.put_user(gone))
    place = Membership(project=PROJECT.id, user="bob", role=Role.VIEWER)
    yard.write(lambda transaction: transaction.put_membership(place))
    ada = Actor(name="ada", role=Role.MEMBER, projects={PROJECT.id: Role.OPERATOR})
    bob = Actor(name="bob", role=Role.MEMBER, projects={PROJECT.id: Role.VIEWER})
    yard.create("cats", ada, project="vision")
    pictures(yard, 4)
    first, second = yard.ask(yard.datasets.split(ada, "cats", size=2))
    assert yard.ask(yard.datasets.assigned_to(bob)) == []
    changes = AssignmentChanges(assignee="bob", stage=Stage.VALIDATION, state=Work.IN_PROGRESS)
    changed = yard.ask(yard.datasets.change_assignment(ada, first.number, changes))
    assert (changed.assignee, changed.stage, changed.state) == ("bob", Stage.VALIDATION, Work.IN_PROGRESS)
    assert yard.ask(yard.datasets.assignment(bob, first.number))[0] == changed
    [(mine, dataset)] = yard.ask(yard.datasets.assigned_to(bob))
    assert (mine, dataset.name) == (changed, "cats")
    assert yard.ask(yard.datasets.assigned_to(bob, behind=first.number)) == []
    for assignee in ("ada", "olga", None):
        given = AssignmentChanges(assignee=assignee)
        kept = yard.ask(yard.datasets.change_assignment(ada, second.number, given))
        assert (kept.assignee, kept.stage) == (assignee, Stage.ANNOTATION)
    for name in ("eve", "gone", "nobody"):
        with pytest.raises(NotFound):
            yard.ask(yard.datasets.change_assignment(ada, second.number, AssignmentChanges(assignee=name)))
    with pytest.raises(Refused):
        yard.ask(yard.datasets.change_assignment(bob, first.number, AssignmentChanges(state=Work.COMPLETED)))
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.assignment(BOB, first.number))
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.assignment(OPERATOR, 2**70))
    with pytest.raises(Refused):
        yard.ask(yard.datasets.split(bob, "cats"))
    yard.ask(yard.datasets.delete(ada, "cats"))
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.assignment(OPERATOR, first.number))
