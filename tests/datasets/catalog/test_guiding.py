from __future__ import annotations

import pytest

from jobyard.datasets.catalog import guiding
from jobyard.datasets.catalog.guiding import Guides
from jobyard.datasets.collection import CollectionDraft
from jobyard.job.errors import Conflict, Invalid, NotFound, Refused, TooLarge
from jobyard.people.record import Actor, KeyScope, Role
from tests.datasets.formats import drawn
from tests.datasets.yard import ADA, BOB, Yard

PICTURE = drawn.png(3, 3)
READER = Actor(name="ada", role=Role.MEMBER, scope=KeyScope.READ)


@pytest.fixture
def guides(yard: Yard) -> Guides:
    return Guides(yard.store, yard.clock, ())


def test_a_guide_is_written_read_and_shows_things(yard: Yard, guides: Guides) -> None:
    dataset = yard.create()
    made = yard.ask(guides.make(ADA, dataset.id, "# Cats"))
    assert yard.ask(guides.get(READER, made.number)) == (made, dataset)
    changed = yard.ask(guides.change(ADA, made.number, "# Dogs"))
    assert (changed.body, changed.number, changed.created_at) == ("# Dogs", made.number, made.created_at)
    asset = yard.ask(guides.bring(ADA, made.number, "cat.png", PICTURE))
    assert (asset.media_type, asset.name, asset.owner) == ("image/png", "cat.png", "ada")
    assert yard.ask(guides.asset(READER, asset.id)) == (asset, PICTURE)
    other = yard.ask(guides.bring(ADA, made.number, "rules", b"%PDF-1.7"))
    yard.ask(guides.remove(ADA, asset.id))
    with pytest.raises(NotFound):
        yard.ask(guides.asset(ADA, asset.id))
    yard.ask(guides.delete(ADA, made.number))
    for gone in (guides.get(ADA, made.number), guides.asset(ADA, other.id)):
        with pytest.raises(NotFound):
            yard.ask(gone)
    assert yard.ask(guides.make(ADA, dataset.id, "")).number > made.number


def test_what_is_in_a_collection_goes_by_its_guide(yard: Yard, guides: Guides) -> None:
    zoo = yard.ask(yard.datasets.create_collection(ADA, CollectionDraft(name="zoo")))
    dataset = yard.create(collection=zoo.id)
    assert yard.ask(guides.numbers(ADA, dataset.id, zoo.id)) == (None, None)
    own = yard.ask(guides.make(ADA, dataset.id, "own"))
    assert yard.ask(guides.numbers(ADA, dataset.id, zoo.id)) == (own.number, None)
    around = yard.ask(guides.make(ADA, zoo.id, "all"))
    assert yard.ask(guides.numbers(ADA, dataset.id, zoo.id)) == (own.number, around.number)
    assert yard.ask(guides.numbers(ADA, dataset.id, None)) == (own.number, own.number)
    asset = yard.ask(guides.bring(ADA, around.number, "a", PICTURE))
    yard.ask(yard.datasets.delete_collection(ADA, zoo.id))
    for number in (own.number, around.number):
        with pytest.raises(NotFound):
            yard.ask(guides.get(ADA, number))
    with pytest.raises(NotFound):
        yard.ask(guides.asset(ADA, asset.id))


def test_who_reads_and_who_writes(yard: Yard, guides: Guides) -> None:
    dataset = yard.create()
    made = yard.ask(guides.make(ADA, dataset.id, "x"))
    asset = yard.ask(guides.bring(ADA, made.number, "a", PICTURE))
    for verb in (
        guides.get(BOB, made.number),
        guides.numbers(BOB, dataset.id, None),
        guides.make(BOB, dataset.id, "y"),
        guides.change(BOB, made.number, "y"),
        guides.delete(BOB, made.number),
        guides.bring(BOB, made.number, "a", PICTURE),
        guides.asset(BOB, asset.id),
        guides.remove(BOB, asset.id),
        guides.get(ADA, 2**70),
        guides.asset(ADA, "../x"),
    ):
        with pytest.raises(NotFound):
            yard.ask(verb)
    for verb in (
        guides.make(READER, dataset.id, "y"),
        guides.change(READER, made.number, "y"),
        guides.delete(READER, made.number),
        guides.bring(READER, made.number, "a", PICTURE),
        guides.remove(READER, asset.id),
    ):
        with pytest.raises(Refused):
            yard.ask(verb)
    assert yard.ask(guides.get(ADA, made.number))[0] == made


def test_guides_are_bounded(yard: Yard, guides: Guides, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = yard.create()
    monkeypatch.setattr(guiding, "BODY_LIMIT", 3)
    monkeypatch.setattr(guiding, "ASSET_LIMIT", len(PICTURE))
    monkeypatch.setattr(guiding, "ASSETS", 1)
    for body in ("four", "a\0"):
        with pytest.raises(Invalid):
            yard.ask(guides.make(ADA, dataset.id, body))
    made = yard.ask(guides.make(ADA, dataset.id, "abc"))
    with pytest.raises(Conflict):
        yard.ask(guides.make(ADA, dataset.id, "x"))
    with pytest.raises(TooLarge):
        yard.ask(guides.bring(ADA, made.number, "a", PICTURE + b"x"))
    with pytest.raises(Invalid, match="none of them"):
        yard.ask(guides.bring(ADA, made.number, "a.png", b"<svg>"))
    yard.ask(guides.bring(ADA, made.number, "a", PICTURE))
    with pytest.raises(Conflict):
        yard.ask(guides.bring(ADA, made.number, "b", PICTURE))
