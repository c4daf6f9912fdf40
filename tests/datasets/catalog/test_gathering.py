from __future__ import annotations

import pytest

from jobyard.datasets.annotations import Annotations, Tag
from jobyard.datasets.collection import CollectionChanges, CollectionDraft
from jobyard.datasets.labels import Label
from jobyard.datasets.record import DatasetFilter, Draft, Revision
from jobyard.job.errors import Invalid, NameTaken, NotFound, Refused
from jobyard.people.record import Actor, Project, Role
from tests.datasets.counting import check_counts, pictures
from tests.datasets.yard import ADA, BOB, OPERATOR, Yard

PROJECT = Project(id="f" * 32, name="vision", owner="ada", created_at=1)


def member(name: str, role: Role) -> Actor:
    return Actor(name=name, role=Role.MEMBER, projects={PROJECT.id: role})


def test_datasets_of_a_collection_share_its_labels(yard: Yard) -> None:
    made = yard.ask(yard.datasets.create_collection(ADA, CollectionDraft(name="zoo", labels=(Label(name="cat"),))))
    first, second = yard.create(collection=made.id), yard.create("dogs", collection=made.id)
    [cat] = yard.ask(yard.datasets.collection_labels(ADA, made.id))
    assert yard.ask(yard.datasets.labels(ADA, first.id)) == [cat] == yard.ask(yard.datasets.labels(ADA, second.id))
    pictures(yard, 2)
    yard.synchronize(dataset="dogs")
    for name in ("cats", "dogs"):
        tags = Annotations(tags=(Tag(frame=1, label=cat.number),))
        yard.ask(yard.datasets.annotate(ADA, name, Revision(add=tags)))
        check_counts(yard, name)
    labels = yard.ask(yard.datasets.change_labels(ADA, "cats", [Label(name="dog")]))
    assert yard.ask(yard.datasets.collection_labels(ADA, made.id)) == labels
    left = yard.ask(yard.datasets.change_collection_labels(ADA, made.id, delete=[cat.number]))
    assert [label.name for label in left] == ["dog"]
    for name in ("cats", "dogs"):
        assert check_counts(yard, name) == Annotations()
    meant = DatasetFilter(collection=made.id)
    assert [one.id for one in yard.ask(yard.datasets.browse(ADA, meant))[0]] == [second.id, first.id]
    with pytest.raises(Invalid, match="none of its own"):
        yard.create("own", collection=made.id, labels=(Label(name="x"),))
    with pytest.raises(NotFound, match="There is no collection"):
        yard.create("own", collection="0" * 32)


def test_a_deleted_collection_takes_its_datasets_along(yard: Yard) -> None:
    made = yard.ask(yard.datasets.create_collection(ADA, CollectionDraft(name="zoo", labels=(Label(name="cat"),))))
    yard.create(collection=made.id)
    kept = yard.create("kept")
    pictures(yard, 2)
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.delete_collection(BOB, made.id))
    yard.ask(yard.datasets.delete_collection(ADA, made.id))
    assert [one.id for one in yard.ask(yard.datasets.browse(ADA, DatasetFilter()))[0]] == [kept.id]
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.collection(ADA, made.id))
    assert yard.ask(yard.datasets.create_collection(ADA, CollectionDraft(name="zoo"))).number > made.number
    assert all(file.exists() for file in yard.source.iterdir())


def test_collections_are_found_and_changed_by_those_who_may(yard: Yard) -> None:
    yard.write(lambda transaction: transaction.put_project(PROJECT))
    ada, bob, eve = member("ada", Role.OPERATOR), member("bob", Role.MEMBER), member("eve", Role.VIEWER)
    draft = CollectionDraft(name="Zoo", project="vision", description="animals", settings={"a": [1, None]})
    made = yard.ask(yard.datasets.create_collection(ada, draft))
    for one in (ada, bob, eve, OPERATOR):
        assert yard.ask(yard.datasets.collection(one, made.id)) == made
    private = yard.ask(yard.datasets.create_collection(bob, CollectionDraft(name="Zoo")))
    assert yard.ask(yard.datasets.browse_collections(ada, "zOO")) == ([made], 1)
    assert yard.ask(yard.datasets.browse_collections(bob, limit=1)) == ([private], 2)
    assert yard.ask(yard.datasets.browse_collections(bob, offset=1, limit=1)) == ([made], 2)
    for nothing in ("x", "\0", "\ud800"):
        assert yard.ask(yard.datasets.browse_collections(BOB, nothing)) == ([], 0)
    for wrong in ("", "\0", "0" * 32):
        with pytest.raises(NotFound):
            yard.ask(yard.datasets.collection(bob, wrong))
    with pytest.raises(NameTaken):
        yard.ask(yard.datasets.create_collection(ada, draft))
    changed = yard.ask(yard.datasets.update_collection(bob, made.id, CollectionChanges(name="Ark", settings={})))
    assert (changed.name, changed.description, changed.settings) == ("Ark", "animals", {})
    assert changed.updated_at > made.updated_at
    assert yard.ask(yard.datasets.collection(eve, made.id)) == changed
    mine = yard.ask(yard.datasets.create_collection(ada, CollectionDraft(name="mine")))
    with pytest.raises(NameTaken):
        yard.ask(yard.datasets.update_collection(ada, mine.id, CollectionChanges(name="Ark")))
    for verb in (
        lambda: yard.datasets.update_collection(eve, made.id, CollectionChanges(name="x")),
        lambda: yard.datasets.change_collection_labels(eve, made.id, [Label(name="x")]),
        lambda: yard.datasets.delete_collection(bob, made.id),
        lambda: yard.datasets.create(eve, Draft(name="d", source=str(yard.source), collection=made.id)),
        lambda: yard.datasets.create_collection(Actor(name="v", role=Role.VIEWER), CollectionDraft(name="x")),
    ):
        with pytest.raises(Refused):
            yard.ask(verb())
    for name in ("", " a", "x" * 101, "0" * 32):
        with pytest.raises(Invalid):
            yard.ask(yard.datasets.create_collection(ada, CollectionDraft(name=name)))


def test_a_collection_with_a_foreign_dataset_is_not_deleted_by_halves(yard: Yard) -> None:
    yard.write(lambda transaction: transaction.put_project(PROJECT))
    ada = Actor(name="ada", role=Role.MEMBER, projects={PROJECT.id: Role.MEMBER})
    bob = member("bob", Role.MEMBER)
    made = yard.ask(yard.datasets.create_collection(ada, CollectionDraft(name="zoo", project="vision")))
    own = yard.create("own", ada, collection=made.id)
    foreign = yard.create("foreign", bob, collection=made.id)
    with pytest.raises(Refused):
        yard.ask(yard.datasets.delete_collection(ada, made.id))
    for one in (own, foreign):
        assert yard.ask(yard.datasets.get(OPERATOR, one.id)) == one
