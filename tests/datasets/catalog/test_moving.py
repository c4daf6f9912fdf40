from __future__ import annotations

import pytest

from jobyard.datasets.annotations import Annotations, Position, Shape, ShapeKind, Tag, Track
from jobyard.datasets.catalog import moving
from jobyard.datasets.collection import Collection, CollectionChanges, CollectionDraft
from jobyard.datasets.labels import Attribute, Input, Label, LabelKind
from jobyard.datasets.record import Revision
from jobyard.job.errors import Conflict, Invalid, NotFound, Refused
from jobyard.people.record import Actor, Project, Role
from tests.datasets.counting import check_counts, pictures
from tests.datasets.yard import ADA, BOB, OPERATOR, Yard

PROJECT = Project(id="f" * 32, name="vision", owner="ada", created_at=1)
AGE, MOOD = (Attribute(name=name, input=Input.TEXT, mutable=True) for name in ("age", "mood"))
CAT = Label(name="cat", attributes=(AGE, MOOD))
MAN = Label(
    name="man",
    kind=LabelKind.SKELETON,
    parts=tuple(Label(name=name, kind=LabelKind.POINTS) for name in ("head", "foot")),
)
ZOO = (MAN, Label(name="bird"), Label(name="cat", attributes=(AGE,)))


def zoo(yard: Yard, labels: tuple[Label, ...] = ZOO, actor: Actor = ADA, project: str | None = None) -> Collection:
    return yard.ask(yard.datasets.create_collection(actor, CollectionDraft(name="zoo", labels=labels, project=project)))


def annotated(yard: Yard) -> None:
    """Make a dataset with a tag, a skeleton and a track, and another tag in its ground truth."""
    yard.create(labels=(CAT, Label(name="unused"), MAN))
    pictures(yard, 4)
    cat, _, man = yard.ask(yard.datasets.labels(ADA, "cats"))
    age, mood = (attribute.number for attribute in cat.attributes)
    head, foot = (part.number for part in man.parts)
    points = [Shape(frame=1, label=part, kind=ShapeKind.POINTS, points=(1, 2)) for part in (head, foot)]
    positions = [
        Position(frame=frame, kind=ShapeKind.RECTANGLE, points=(0, 0, 1, 1), attributes={age: "3", mood: "good"})
        for frame in (0, 2)
    ]
    said = Annotations(
        tags=(Tag(frame=0, label=cat.number, attributes={age: "2", mood: "bad"}),),
        shapes=(Shape(frame=1, label=man.number, kind=ShapeKind.SKELETON, parts=tuple(points)),),
        tracks=(Track(frame=0, label=cat.number, positions=tuple(positions)),),
    )
    yard.ask(yard.datasets.annotate(ADA, "cats", Revision(add=said)))
    truth = yard.ask(yard.datasets.add_ground_truth(ADA, "cats", [3]))
    apart = Annotations(tags=(Tag(frame=3, label=cat.number),))
    yard.ask(yard.datasets.annotate(ADA, "cats", Revision(layer=truth.layer, add=apart)))


def test_annotations_go_over_to_labels_of_the_same_names(yard: Yard) -> None:
    annotated(yard)
    before = check_counts(yard)
    [truth] = yard.ask(yard.datasets.assignments(ADA, "cats"))
    made = zoo(yard)
    assert yard.ask(yard.datasets.gather(ADA, "cats", made.id)).collection == made.id
    man, bird, cat = yard.ask(yard.datasets.labels(ADA, "cats"))
    assert [man, bird, cat] == yard.ask(yard.datasets.collection_labels(ADA, made.id))
    after = check_counts(yard)
    [tag], [shape], [track] = after.tags, after.shapes, after.tracks
    [age] = (attribute.number for attribute in cat.attributes)
    assert (tag.label, tag.attributes, tag.number) == (cat.number, {age: "2"}, before.tags[0].number)
    assert (track.label, [one.attributes for one in track.positions]) == (cat.number, [{age: "3"}, {age: "3"}])
    assert (shape.label, [part.label for part in shape.parts]) == (man.number, [part.number for part in man.parts])
    assert [part.number for part in shape.parts] == [part.number for part in before.shapes[0].parts]
    apart = yard.ask(yard.datasets.annotations(ADA, "cats", layer=truth.layer))
    assert [one.label for one in apart.tags] == [cat.number]
    assert yard.ask(yard.datasets.gather(ADA, "cats", made.id)) == yard.get()
    yard.ask(yard.datasets.change_collection_labels(ADA, made.id, delete=[cat.number]))
    assert check_counts(yard).tags == ()


def test_a_dataset_goes_from_one_collection_into_another_one(yard: Yard) -> None:
    first = zoo(yard, (Label(name="cat"),))
    yard.create(collection=first.id)
    pictures(yard, 2)
    [cat] = yard.ask(yard.datasets.labels(ADA, "cats"))
    yard.ask(yard.datasets.annotate(ADA, "cats", Revision(add=Annotations(tags=(Tag(frame=1, label=cat.number),)))))
    draft = CollectionDraft(name="farm", labels=(Label(name="dog"), Label(name="cat")))
    second = yard.ask(yard.datasets.create_collection(ADA, draft))
    yard.ask(yard.datasets.gather(ADA, "cats", second.id))
    assert [label.name for label in yard.ask(yard.datasets.labels(ADA, "cats"))] == ["dog", "cat"]
    assert yard.ask(yard.datasets.collection_labels(ADA, first.id)) == [cat]
    check_counts(yard)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ((MAN,), "no label cat"),
        ((CAT,), "no label man"),
        ((CAT, Label(name="man")), "skeleton here or there"),
        ((CAT, Label(name="man", kind=LabelKind.SKELETON, parts=MAN.parts[:1])), "no foot"),
    ],
)
def test_what_does_not_fit_refuses_all_and_is_named(yard: Yard, labels: tuple[Label, ...], message: str) -> None:
    annotated(yard)
    before, known = check_counts(yard), yard.ask(yard.datasets.labels(ADA, "cats"))
    made = zoo(yard, labels)
    with pytest.raises(Invalid, match=message):
        yard.ask(yard.datasets.gather(ADA, "cats", made.id))
    assert check_counts(yard) == before and yard.ask(yard.datasets.labels(ADA, "cats")) == known
    assert yard.get().collection is None


def test_who_moves_what_and_how_much(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    annotated(yard)
    made = zoo(yard)
    yard.write(lambda transaction: transaction.put_project(PROJECT))
    lab = Actor(name="ada", role=Role.MEMBER, projects={PROJECT.id: Role.OPERATOR})
    yard.ask(yard.datasets.update_collection(ADA, made.id, CollectionChanges(name="other")))
    shared = zoo(yard, ZOO, lab, PROJECT.id)
    with pytest.raises(Invalid, match="different people"):
        yard.ask(yard.datasets.gather(lab, "cats", shared.id))
    for actor, collection in ((BOB, made.id), (ADA, "0" * 32), (ADA, "zoo")):
        with pytest.raises(NotFound):
            yard.ask(yard.datasets.gather(actor, "cats", collection))
    monkeypatch.setattr(moving, "MOVED_LIMIT", 3)  # three of its own, and one of its ground truth
    with pytest.raises(Conflict, match="not moved at once"):
        yard.ask(yard.datasets.gather(OPERATOR, "cats", made.id))
    theirs = yard.ask(yard.datasets.create_collection(OPERATOR, CollectionDraft(name="hers", labels=ZOO)))
    with pytest.raises((Refused, NotFound)):
        yard.ask(yard.datasets.gather(ADA, "cats", theirs.id))
    monkeypatch.setattr(moving, "MOVED_LIMIT", 4)
    assert yard.ask(yard.datasets.gather(ADA, "cats", made.id)).collection == made.id
