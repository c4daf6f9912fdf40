from __future__ import annotations

import pytest
from msgspec import Struct

from jobyard.datasets.annotations import Annotations, Position, ShapeKind, Tag, Track
from jobyard.datasets.assignment import Assignment, AssignmentChanges, Stage, Work
from jobyard.datasets.collection import CollectionChanges, CollectionDraft
from jobyard.datasets.issues import IssueChanges, IssueDraft
from jobyard.datasets.labels import Label
from jobyard.datasets.record import Dataset, DatasetChanges, DatasetFilter, Revision
from jobyard.job.errors import NotFound, Refused
from jobyard.people.record import Actor, Role
from tests.datasets.counting import pictures
from tests.datasets.yard import ADA, BOB, Yard

VIEWER = Actor(name="bob", role=Role.VIEWER)
GIVEN, TAKEN = AssignmentChanges(assignee="bob"), AssignmentChanges(assignee=None)


class Parts(Struct, frozen=True):
    """Four frames of Ada's that no project shares, each with a tag, in two parts; the first is Bob's."""

    dataset: Dataset
    label: Label
    first: Assignment
    second: Assignment
    tags: tuple[Tag, ...]


@pytest.fixture
def parts(yard: Yard) -> Parts:
    house, made = yard.datasets, yard.create(labels=(Label(name="cat"),))
    pictures(yard, 4)
    [cat] = yard.ask(house.labels(ADA, "cats"))
    first, second = yard.ask(house.split(ADA, "cats", size=2))
    tags = Annotations(tags=tuple(Tag(frame=frame, label=cat.number) for frame in range(4)))
    said = yard.ask(house.annotate(ADA, "cats", Revision(add=tags))).tags
    yard.ask(house.change_assignment(ADA, first.number, GIVEN))
    return Parts(made, cat, first, second, said)


def test_who_is_given_a_part_of_what_nobody_shares_sees_it(yard: Yard, parts: Parts) -> None:
    house, id_ = yard.datasets, parts.dataset.id
    for wanted in (id_, "cats"):
        assert yard.ask(house.get(BOB, wanted)).id == id_
    page = yard.ask(house.page(BOB))
    assert ([one.id for one in page.datasets], page.total) == ([id_], 1)
    found, total = yard.ask(house.browse(BOB, DatasetFilter(), parts=True))
    assert ([one.id for one in found], total) == ([id_], 1)
    assert yard.ask(house.browse(BOB, DatasetFilter())) == ([], 0)
    assert [one.number for one in yard.ask(house.assignments(BOB, "cats"))] == [parts.first.number]
    assert [one.number for one, _ in yard.ask(house.assigned_to(BOB))] == [parts.first.number]
    assert yard.ask(house.labels(BOB, "cats")) == [parts.label]
    for actor in (BOB, VIEWER):
        assert yard.ask(house.annotations(actor, "cats", 0, 1)).tags == parts.tags[:2]
    yard.ask(house.change_assignment(ADA, parts.first.number, TAKEN))
    assert yard.ask(house.page(BOB)).total == 0 and yard.ask(house.assigned_to(BOB)) == []
    for gone in (house.get(BOB, id_), house.get(BOB, "cats"), house.annotations(BOB, id_, 0, 1)):
        with pytest.raises(NotFound):
            yard.ask(gone)


def test_who_is_given_a_part_works_on_it(yard: Yard, parts: Parts) -> None:
    house, new = yard.datasets, Tag(frame=1, label=parts.label.number)
    mine = Revision(replace=(0, 1), add=Annotations(tags=(new,)))
    [kept] = yard.ask(house.annotate(BOB, "cats", mine)).tags
    yard.ask(house.annotate(BOB, "cats", Revision(update=Annotations(tags=(kept,)))))
    yard.ask(house.annotate(BOB, "cats", Revision(delete=(kept.number,))))
    assert yard.ask(house.annotations(ADA, "cats")).tags == parts.tags[2:]
    state = AssignmentChanges(state=Work.COMPLETED)
    assert yard.ask(house.change_assignment(BOB, parts.first.number, state)).state is Work.COMPLETED


def test_who_is_given_a_part_does_nothing_beyond_it(yard: Yard, parts: Parts) -> None:
    house, first, [_, _, third, fourth] = yard.datasets, parts.first.number, parts.tags
    for number in (parts.second.number, 99):
        with pytest.raises(NotFound):
            yard.ask(house.assignment(BOB, number))
    moved = Tag(number=third.number, frame=0, label=parts.label.number)
    for asked in (
        house.annotations(BOB, "cats"),
        house.annotations(BOB, "cats", 0, 2),
        house.annotate(BOB, "cats", Revision(replace=(0, 2))),
        house.annotate(BOB, "cats", Revision(add=Annotations(tags=(third,)))),
        house.annotate(BOB, "cats", Revision(update=Annotations(tags=(moved,)))),
        house.annotate(BOB, "cats", Revision(delete=(fourth.number,))),
        house.annotate(VIEWER, "cats", Revision(replace=(0, 1))),
        house.change_assignment(BOB, first, TAKEN),
        house.change_assignment(BOB, first, AssignmentChanges(stage=Stage.ACCEPTANCE)),
        house.change_assignment(VIEWER, first, AssignmentChanges(state=Work.COMPLETED)),
        house.delete_assignment(BOB, first),
        house.change_labels(BOB, "cats", delete=[parts.label.number]),
        house.samples(BOB, "cats"),
        house.statistics(BOB, "cats"),
        house.split(BOB, "cats"),
        house.delete(BOB, "cats"),
    ):
        with pytest.raises(Refused):
            yard.ask(asked)
    assert yard.ask(house.annotations(ADA, "cats")).tags == parts.tags


def test_a_track_that_was_placed_beyond_a_part_too_stays_there(yard: Yard, parts: Parts) -> None:
    house = yard.datasets
    corners = (1.0, 1.0, 2.0, 2.0)
    positions = tuple(Position(frame=frame, kind=ShapeKind.RECTANGLE, points=corners) for frame in (0, 3))
    drawn = Track(frame=0, label=parts.label.number, positions=positions)
    [track] = yard.ask(house.annotate(ADA, "cats", Revision(add=Annotations(tracks=(drawn,))))).tracks
    shorter = Track(number=track.number, frame=0, label=parts.label.number, positions=positions[:1])
    for revision in (
        Revision(delete=(track.number,)),
        Revision(update=Annotations(tracks=(shorter,))),
        Revision(replace=(0, 1)),
    ):
        with pytest.raises(Refused):
            yard.ask(house.annotate(BOB, "cats", revision))
    assert yard.ask(house.annotations(ADA, "cats")).tracks == (track,)
    yard.ask(house.annotate(ADA, "cats", Revision(update=Annotations(tracks=(shorter,)))))
    yard.ask(house.annotate(BOB, "cats", Revision(delete=(track.number,))))


def test_what_is_kept_apart_is_seen_by_whom_it_is_given_to_alone(yard: Yard, parts: Parts) -> None:
    house = yard.datasets
    truth = yard.ask(house.add_ground_truth(ADA, "cats", [0, 3]))
    with pytest.raises(Refused):
        yard.ask(house.annotations(BOB, "cats", 0, 1, truth.layer))
    yard.ask(house.change_assignment(ADA, parts.first.number, TAKEN))
    yard.ask(house.change_assignment(ADA, truth.number, GIVEN))
    inside = Tag(frame=3, label=parts.label.number)
    made = yard.ask(house.annotate(BOB, "cats", Revision(layer=truth.layer, add=Annotations(tags=(inside,)))))
    assert yard.ask(house.annotations(BOB, "cats", 0, 3, truth.layer)).tags == made.tags
    for asked in (
        house.annotations(BOB, "cats", 0, 1),
        house.annotate(BOB, "cats", Revision(add=Annotations(tags=(inside,)))),
    ):
        with pytest.raises(Refused):
            yard.ask(asked)


def test_who_is_given_a_part_talks_about_its_issues_alone(yard: Yard) -> None:
    house = yard.datasets
    made = yard.create()
    pictures(yard, 4)
    first, second = yard.ask(house.split(ADA, "cats", size=2))
    drafts = [
        IssueDraft(assignment=one.number, frame=one.first, position=(1.0, 1.0), message="?") for one in (first, second)
    ]
    [(own, _), (other, _)] = [yard.ask(house.raise_issue(ADA, draft)) for draft in drafts]
    assert yard.ask(house.issues(BOB)) == [] and yard.ask(house.comments(BOB)) == []
    with pytest.raises(NotFound):
        yard.ask(house.raise_issue(BOB, drafts[0]))
    yard.ask(house.change_assignment(ADA, first.number, AssignmentChanges(assignee="bob")))
    for asked in (None, made.id):
        assert [one.number for one, _ in yard.ask(house.issues(BOB, asked))] == [own.number]
    assert [one.issue for one, _, _ in yard.ask(house.comments(BOB))] == [own.number]
    assert yard.ask(house.issue_counts(BOB, made.id)) == {first.number: 1}
    assert yard.ask(house.say(BOB, own.number, "so")).owner == "bob"
    assert yard.ask(house.change_issue(BOB, own.number, IssueChanges(assignee="bob", resolved=True)))[0].resolved
    assert yard.ask(house.raise_issue(BOB, drafts[0]))[0].owner == "bob"
    with pytest.raises(Refused):
        yard.ask(house.delete_issue(BOB, own.number))
    for asked_of_another in (house.issue(BOB, other.number), house.say(BOB, other.number, "!")):
        with pytest.raises(NotFound):
            yard.ask(asked_of_another)
    with pytest.raises(NotFound, match="user"):
        yard.ask(house.change_issue(ADA, other.number, IssueChanges(assignee="bob")))


class Zoo(Struct, frozen=True):
    """Four frames of Ada's in two parts, in a collection; it or the collection is given to people."""

    yard: Yard
    around: bool
    dataset: Dataset
    collection: str
    first: Assignment

    def give(self, name: str | None) -> None:
        house = self.yard.datasets
        if self.around:
            self.yard.ask(house.update_collection(ADA, self.collection, CollectionChanges(assignee=name)))
        else:
            self.yard.ask(house.update(ADA, "cats", DatasetChanges(assignee=name)))


@pytest.fixture(params=[False, True], ids=["dataset", "collection"])
def zoo(yard: Yard, request: pytest.FixtureRequest) -> Zoo:
    house = yard.datasets
    made = yard.ask(house.create_collection(ADA, CollectionDraft(name="zoo", labels=(Label(name="cat"),))))
    dataset = yard.create(collection=made.id)
    pictures(yard, 4)
    first, _ = yard.ask(house.split(ADA, "cats", size=2))
    return Zoo(yard, request.param, dataset, made.id, first)


def test_who_is_given_a_dataset_or_its_collection_sees_all_of_it(yard: Yard, zoo: Zoo) -> None:
    house, id_ = yard.datasets, zoo.dataset.id
    assert yard.ask(house.browse(BOB, DatasetFilter())) == ([], 0)
    with pytest.raises(NotFound, match="user"):
        zoo.give("nobody")
    zoo.give("bob")
    for wanted in (id_, "cats"):
        assert yard.ask(house.get(BOB, wanted)).id == id_
    assert yard.ask(house.page(BOB)).total == yard.ask(house.browse(BOB, DatasetFilter()))[1] == 1
    assert yard.ask(house.browse_collections(BOB))[1] == (1 if zoo.around else 0)
    assert len(yard.ask(house.assignments(BOB, "cats"))) == 2
    assert yard.ask(house.annotations(VIEWER, "cats")) == Annotations()
    zoo.give(None)
    for wanted in (id_, "cats"):
        with pytest.raises(NotFound):
            yard.ask(house.get(BOB, wanted))
    assert yard.ask(house.page(BOB)).total == yard.ask(house.browse_collections(BOB))[1] == 0


def test_who_is_given_a_dataset_or_its_collection_annotates_it_and_gives_its_parts_to_people(
    yard: Yard, zoo: Zoo
) -> None:
    house, first = yard.datasets, zoo.first.number
    zoo.give("bob")
    [cat] = yard.ask(house.labels(BOB, "cats"))
    tags = Annotations(tags=tuple(Tag(frame=frame, label=cat.number) for frame in range(4)))
    assert len(yard.ask(house.annotate(BOB, "cats", Revision(replace=(0, 3), add=tags))).tags) == 4
    assert len(yard.ask(house.annotations(BOB, "cats")).tags) == 4
    draft = IssueDraft(assignment=first, frame=0, position=(1.0, 1.0), message="?", assignee="bob")
    assert yard.ask(house.raise_issue(BOB, draft))[0].owner == "bob"
    changes = AssignmentChanges(assignee="bob", stage=Stage.VALIDATION)
    assert yard.ask(house.change_assignment(BOB, first, changes)).stage is Stage.VALIDATION
    for asked in (
        house.update(BOB, "cats", DatasetChanges(assignee=None)),
        house.change_labels(BOB, "cats", delete=[cat.number]),
        house.annotate(VIEWER, "cats", Revision(replace=(0, 3))),
        house.gather(BOB, "cats", zoo.collection),
        house.delete_assignment(BOB, first),
        house.delete(BOB, "cats"),
    ):
        with pytest.raises((Refused, NotFound)):
            yard.ask(asked)
    for of_all in (
        house.update_collection(BOB, zoo.collection, CollectionChanges(name="ours")),
        house.delete_collection(BOB, zoo.collection),
    ):
        with pytest.raises(Refused if zoo.around else NotFound):
            yard.ask(of_all)
    assert len(yard.ask(house.annotations(ADA, "cats")).tags) == 4
