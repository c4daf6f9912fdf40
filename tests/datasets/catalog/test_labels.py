from __future__ import annotations

import pytest
from msgspec.structs import replace

from jobyard.datasets.annotations import Annotations, Position, Shape, ShapeKind, Track
from jobyard.datasets.catalog import labels as labels_module
from jobyard.datasets.labels import Attribute, Input, Label, LabelKind
from jobyard.datasets.record import LabelPolicy, Revision, TagWanted
from jobyard.job.errors import Conflict, Fault, Invalid, NameTaken, NotFound, Refused
from jobyard.people.record import Actor, Role
from tests.datasets.counting import check_counts, everything, pictures
from tests.datasets.yard import ADA, BOB, OPERATOR, Yard

COLOR = Attribute(name="color", input=Input.SELECT, values=("red", "blue"), default="red")
SIZE = Attribute(name="size", input=Input.NUMBER, values=("0", "10", "1"), mutable=True)
HORSE = Label(
    name="horse",
    kind=LabelKind.SKELETON,
    parts=(Label(name="head", kind=LabelKind.POINTS, attributes=(COLOR,)), Label(name="tail", kind=LabelKind.POINTS)),
    drawing="<circle data-node-id='1'/>",
)
CAT = Label(name="cat", color="#FF0000", attributes=(COLOR, SIZE))


def names(labels: list[Label]) -> list[str]:
    return [label.name for label in labels]


def numbers(labels: list[Label]) -> list[int]:
    """Return the numbers of labels, their attributes and their parts."""
    found = list[int]()
    for label in labels:
        found += [label.number, *(attribute.number for attribute in label.attributes), *numbers(list(label.parts))]
    return found


def test_labels_are_kept_whole_and_in_order(yard: Yard) -> None:
    yard.create(labels=(HORSE, CAT, Label(name="größe 猫")))
    horse, cat, last = yard.ask(yard.datasets.labels(ADA, "cats"))
    assert (names([horse, cat, last]), names(list(horse.parts))) == (["horse", "cat", "größe 猫"], ["head", "tail"])
    given = numbers([horse, cat, last])
    assert len(set(given)) == len(given) == 8 and all(0 < number < 2**31 for number in given)
    assert (cat.color, cat.kind, horse.drawing) == ("#ff0000", LabelKind.ANY, HORSE.drawing)
    assert [replace(one, number=0) for one in cat.attributes] == [COLOR, SIZE]
    assert last.color.startswith("#") and len(last.color) == 7
    other = yard.create("dogs", labels=(CAT,))
    assert set(numbers(yard.ask(yard.datasets.labels(ADA, other.id)))).isdisjoint(given)


WRONG: list[Label] = [
    Label(name=""),
    Label(name="x" * 201),
    Label(name=" cat"),
    Label(name="a\nb"),
    Label(name="a\0"),
    Label(name="\u202e"),
    Label(name="a", color="red"),
    Label(name="a", color="#12345g"),
    Label(name="a", drawing="x" * 300_000),
    Label(name="a", kind=LabelKind.SKELETON),
    Label(name="a", parts=(Label(name="b", kind=LabelKind.POINTS),)),
    replace(HORSE, parts=(Label(name="b"),)),
    replace(HORSE, parts=(replace(HORSE, kind=LabelKind.POINTS),)),
    Label(name="a", attributes=(Attribute(name="", input=Input.TEXT),)),
    Label(name="a", attributes=(Attribute(name="b", input=Input.SELECT),)),
    Label(name="a", attributes=(Attribute(name="b", input=Input.NUMBER, values=("1", "2")),)),
    Label(name="a", attributes=(Attribute(name="b", input=Input.NUMBER, values=("2", "1", "1")),)),
    Label(name="a", attributes=(Attribute(name="b", input=Input.NUMBER, values=("0", "1", "nan")),)),
    Label(name="a", attributes=(Attribute(name="b", input=Input.NUMBER, values=("0", "inf", "1")),)),
    Label(name="a", attributes=(Attribute(name="b", input=Input.TEXT, default="\0"),)),
    Label(name="a", attributes=(Attribute(name="b", input=Input.TEXT, default="x" * 1001),)),
]


def test_labels_that_cannot_be_are_refused_and_named(yard: Yard) -> None:
    made = yard.create(labels=(CAT,))
    before = yard.ask(yard.datasets.labels(ADA, made.id))
    for wrong in WRONG:
        with pytest.raises(Invalid) as refused:
            yard.create("dogs", labels=(CAT, wrong))
        assert refused.value.fields[0]["path"].startswith("labels[1]."), wrong
        with pytest.raises(Invalid):
            yard.ask(yard.datasets.change_labels(ADA, made.id, [wrong]))
    twice = replace(CAT, attributes=(COLOR, COLOR))
    doubled = replace(HORSE, parts=(HORSE.parts[0], HORSE.parts[0]))
    for same in ([CAT], [HORSE, HORSE], [replace(twice, name="b")], [doubled]):
        with pytest.raises(NameTaken):
            yard.ask(yard.datasets.change_labels(ADA, made.id, same))
    with pytest.raises(Invalid, match="at most 10000 labels"):
        yard.ask(yard.datasets.change_labels(ADA, made.id, [Label(name=str(number)) for number in range(10_000)]))
    assert yard.ask(yard.datasets.labels(ADA, made.id)) == before


def test_a_changed_label_keeps_its_numbers_and_drops_what_it_leaves_out(yard: Yard) -> None:
    yard.create(labels=(HORSE, CAT))
    horse, cat = yard.ask(yard.datasets.labels(ADA, "cats"))
    color, size = cat.attributes
    new = Attribute(name="mood", input=Input.TEXT)
    swapped = replace(cat, name="horse", color="", attributes=(replace(size, name="length"), new))
    head, tail = horse.parts
    turned = replace(horse, name="cat", parts=(replace(tail, name="head"), Label(name="ear", kind=LabelKind.POINTS)))
    labels = yard.ask(yard.datasets.change_labels(ADA, "cats", update=[swapped, turned], add=[Label(name="dog")]))
    assert names(labels) == ["cat", "horse", "dog"]
    assert [label.number for label in labels[:2]] == [horse.number, cat.number]
    assert [part.name for part in labels[0].parts] == ["head", "ear"]
    assert labels[0].parts[0].number == tail.number
    assert [one.name for one in labels[1].attributes] == ["length", "mood"]
    assert labels[1].attributes[0].number == size.number
    assert labels[1].attributes[1].number not in {0, color.number, size.number, head.number}
    assert labels == yard.ask(yard.datasets.labels(ADA, "cats"))


def test_numbers_of_other_labels_are_not_taken(yard: Yard) -> None:
    yard.create(labels=(HORSE, CAT))
    other = yard.create("dogs", labels=(CAT,))
    horse, cat = yard.ask(yard.datasets.labels(ADA, "cats"))
    [foreign] = yard.ask(yard.datasets.labels(ADA, other.id))
    for wrong in (
        replace(foreign, name="x"),
        replace(cat, number=0),
        replace(cat, number=2**31),
        replace(cat, attributes=foreign.attributes),
        replace(cat, attributes=(cat.attributes[0], cat.attributes[0])),
        replace(horse, parts=(replace(horse.parts[0], number=cat.number),)),
        replace(horse, parts=(replace(horse.parts[0], attributes=cat.attributes),)),
    ):
        with pytest.raises(Fault) as refused:
            yard.ask(yard.datasets.change_labels(ADA, "cats", update=[wrong]))
        assert isinstance(refused.value, (NotFound, NameTaken))
    with pytest.raises(NotFound, match=f"There is no label {foreign.number}"):
        yard.ask(yard.datasets.change_labels(ADA, "cats", delete=[foreign.number]))
    assert yard.ask(yard.datasets.labels(ADA, "cats")) == [horse, cat]


def tag(yard: Yard, said: dict[int, list[str]]) -> None:
    samples = everything(yard)
    wanted = [(samples[frame].sample.id, [TagWanted(name=name) for name in labels]) for frame, labels in said.items()]
    assert all(not one.code for one in yard.ask(yard.datasets.set_tags(ADA, "cats", wanted, make_labels=True)))


@pytest.mark.parametrize("policy", LabelPolicy)
def test_deleting_a_label_does_with_its_samples_what_was_said(
    yard: Yard, policy: LabelPolicy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labels_module, "STEP", 2)
    yard.create()
    pictures(yard, 9)
    tag(yard, {0: ["cat"], 1: ["cat", "dog"], 2: ["dog"], 3: ["cat"], 4: ["cat"], 5: ["cat", "dog"]})
    by_name = {label.name: label for label in yard.ask(yard.datasets.labels(ADA, "cats"))}
    track = Track(
        frame=6,
        label=by_name["cat"].number,
        positions=(
            Position(frame=6, kind=ShapeKind.RECTANGLE, points=(0, 0, 1, 1)),
            Position(frame=7, kind=ShapeKind.RECTANGLE, points=(0, 0, 1, 1), outside=True),
        ),
    )
    yard.ask(yard.datasets.annotate(ADA, "cats", Revision(add=Annotations(tracks=(track,)))))
    check_counts(yard)
    left = yard.ask(yard.datasets.change_labels(ADA, "cats", delete=[by_name["cat"].number], policy=policy))
    assert names(left) == ["dog"]
    said = check_counts(yard)
    assert {one.frame for one in said.tags} == {1, 2, 5} and not said.tracks
    alone = [0, 3, 4, 6]
    gone = [] if policy is LabelPolicy.KEEP else alone
    assert [one.number - 1 for one in everything(yard)] == [frame for frame in range(9) if frame not in gone]
    there = {int(file.stem) for file in yard.source.iterdir()}
    assert there == set(range(9)) - set(alone if policy is LabelPolicy.DELETE_SOURCE else ())
    yard.synchronize()
    assert yard.get().samples == len(there)


def test_what_a_used_skeleton_is_made_of_stays(yard: Yard) -> None:
    yard.create(labels=(HORSE,))
    pictures(yard, 1)
    [horse] = yard.ask(yard.datasets.labels(ADA, "cats"))
    part = Shape(frame=0, label=horse.parts[0].number, kind=ShapeKind.POINTS, points=(1, 2))
    shape = Shape(frame=0, label=horse.number, kind=ShapeKind.SKELETON, parts=(part,))
    yard.ask(yard.datasets.annotate(ADA, "cats", Revision(add=Annotations(shapes=(shape,)))))
    for wrong in (replace(horse, parts=horse.parts[:1]), replace(horse, kind=LabelKind.ANY, parts=())):
        with pytest.raises(Conflict, match="in use"):
            yard.ask(yard.datasets.change_labels(ADA, "cats", update=[wrong]))
    more = replace(horse, parts=(*horse.parts, Label(name="ear", kind=LabelKind.POINTS)))
    assert len(yard.ask(yard.datasets.change_labels(ADA, "cats", update=[more]))[0].parts) == 3
    yard.ask(yard.datasets.change_labels(ADA, "cats", delete=[horse.number]))
    assert yard.ask(yard.datasets.labels(ADA, "cats")) == []
    check_counts(yard)


def test_who_may_see_and_change_labels(yard: Yard) -> None:
    yard.create(labels=(CAT,))
    viewer = Actor(name="ada", role=Role.VIEWER)
    assert len(yard.ask(yard.datasets.labels(viewer, "cats"))) == 1
    assert yard.ask(yard.datasets.statistics(viewer, "cats")).samples == 0
    with pytest.raises(Refused):
        yard.ask(yard.datasets.change_labels(viewer, "cats", [Label(name="dog")]))
    for verb in (yard.datasets.labels, yard.datasets.statistics, yard.datasets.change_labels):
        with pytest.raises(NotFound):
            yard.ask(verb(BOB, "cats"))
    assert len(yard.ask(yard.datasets.change_labels(OPERATOR, "cats", [Label(name="dog")]))) == 2
