from __future__ import annotations

import pytest

from jobyard.datasets.annotations import Annotations, Position, ShapeKind, Source, Track
from jobyard.datasets.labels import Label, LabelKind
from jobyard.datasets.record import Revision, TagWanted
from jobyard.job.errors import Invalid, NotFound, Refused
from jobyard.people.record import Actor, Role
from tests.datasets.counting import check_counts, everything, pictures
from tests.datasets.yard import ADA, BOB, Yard

BOX = TagWanted(name="cat", kind=ShapeKind.RECTANGLE, points=(1, 2, 3, 4), score=0.5)


def test_a_sample_carries_what_was_said_last_and_nothing_else(yard: Yard) -> None:
    yard.create(labels=(Label(name="cat"), Label(name="dog")))
    ids = [one.sample.id for one in pictures(yard, 4)]
    first = [(ids[0], [TagWanted(name="cat"), BOX, BOX]), (ids[1], [TagWanted(name="dog"), TagWanted(name="dog")])]
    assert [one.code for one in yard.ask(yard.datasets.set_tags(ADA, "cats", first))] == ["", ""]
    said = check_counts(yard)
    assert [(tag.frame, tag.source) for tag in said.tags] == [(0, Source.MANUAL), (1, Source.MANUAL)]
    assert [(shape.points, shape.score) for shape in said.shapes] == [((1, 2, 3, 4), 0.5)] * 2
    again = [(ids[0], []), (ids[1], [TagWanted(name="cat")]), (ids[2], [TagWanted(name="cat")]), (ids[2], [BOX])]
    assert [one.code for one in yard.ask(yard.datasets.set_tags(ADA, "cats", again))] == ["", "", "", ""]
    said = check_counts(yard)
    assert [(tag.frame) for tag in said.tags] == [1]
    assert [shape.frame for shape in said.shapes] == [2]
    states = [(one.annotated, one.by_hand) for one in everything(yard)]
    assert states == [(False, True), (True, True), (True, True), (False, False)]


def test_each_sample_has_an_outcome_of_its_own(yard: Yard) -> None:
    yard.create(labels=(Label(name="cat"),))
    ids = [one.sample.id for one in pictures(yard, 6)]
    wanted = [
        (ids[0], [TagWanted(name="cat")]),
        (ids[1], [TagWanted(name="dog")]),
        (ids[2], [TagWanted(name="cat", kind=ShapeKind.RECTANGLE, points=(1, 2))]),
        (ids[3], [TagWanted(name="cat", points=(1, 2))]),
        (ids[4], [TagWanted(name="cat", score=2.0)]),
        (ids[5], [TagWanted(name="cat", kind=ShapeKind.RECTANGLE, points=(float("nan"), 0, 0, 0))]),
        ("f" * 32, [TagWanted(name="cat")]),
        ("", []),
    ]
    outcomes = yard.ask(yard.datasets.set_tags(ADA, "cats", wanted))
    codes = ["", "not_found", "invalid", "invalid", "invalid", "invalid", "not_found", "not_found"]
    assert [one.code for one in outcomes] == codes
    assert outcomes[1].reason == "There is no label dog."
    assert [tag.frame for tag in check_counts(yard).tags] == [0]
    outcomes = yard.ask(yard.datasets.set_tags(ADA, "cats", [(ids[0], [TagWanted(name="a\nb")])], make_labels=True))
    assert outcomes[0].code == "not_found"
    assert [label.name for label in yard.ask(yard.datasets.labels(ADA, "cats"))] == ["cat"]


def test_tracks_and_skeletons_are_left_to_those_who_draw_them(yard: Yard) -> None:
    bones = Label(name="bones", kind=LabelKind.SKELETON, parts=(Label(name="a", kind=LabelKind.POINTS),))
    yard.create(labels=(Label(name="cat"), bones))
    samples = pictures(yard, 2)
    cat = yard.ask(yard.datasets.labels(ADA, "cats"))[0].number
    positions = tuple(Position(frame=frame, kind=ShapeKind.POINTS, points=(1, 1)) for frame in (0, 1))
    revision = Revision(add=Annotations(tracks=(Track(frame=0, label=cat, positions=positions),)))
    yard.ask(yard.datasets.annotate(ADA, "cats", revision))
    assert yard.ask(yard.datasets.set_tags(ADA, "cats", [(samples[0].sample.id, [])]))[0].code == ""
    assert len(check_counts(yard).tracks) == 1
    boned = [(samples[0].sample.id, [TagWanted(name="bones", kind=ShapeKind.SKELETON)])]
    assert yard.ask(yard.datasets.set_tags(ADA, "cats", boned))[0].code == ""
    assert len(check_counts(yard).shapes) == 1


def test_who_may_label(yard: Yard) -> None:
    yard.create()
    [one] = pictures(yard, 1)
    wanted = [(one.sample.id, [TagWanted(name="cat")])]
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.set_tags(BOB, "cats", wanted, make_labels=True))
    with pytest.raises(Refused):
        yard.ask(yard.datasets.set_tags(Actor(name="ada", role=Role.VIEWER), "cats", wanted, make_labels=True))
    with pytest.raises(Invalid):
        yard.ask(yard.datasets.set_tags(ADA, "cats", wanted * 1001, make_labels=True))
    assert yard.ask(yard.datasets.labels(ADA, "cats")) == []
