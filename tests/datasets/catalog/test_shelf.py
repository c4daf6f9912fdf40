from __future__ import annotations

from typing import Any

import pytest

from jobyard.datasets.labels import Label
from jobyard.datasets.record import DatasetChanges, DatasetFilter, DatasetOrder, Draft, Purpose
from jobyard.job.errors import Invalid, NameTaken, NotFound, Refused
from jobyard.people.record import Actor, Project, Role
from tests.datasets.yard import ADA, BOB, OPERATOR, Yard

PROJECT = Project(id="f" * 32, name="vision", owner="ada", created_at=1)


def test_what_a_dataset_is_for_is_kept(yard: Yard) -> None:
    settings = {"face": {"status": 1, "deep": [None, 1.5, "größe"]}}
    made = yard.create(
        purpose=Purpose.OBJECT_DETECTION,
        description="Cats\nof the yard",
        work_path="/out/",
        read_labels=False,
        settings=settings,
        labels=(Label(name="cat"),),
    )
    assert (made.purpose, made.description, made.work_path) == (Purpose.OBJECT_DETECTION, "Cats\nof the yard", "/out/")
    assert (made.read_labels, made.settings, made.annotated, made.collection) == (False, settings, 0, None)
    assert made.updated_at == made.created_at
    assert yard.get() == made
    plain = yard.create("plain")
    assert (plain.purpose, plain.read_labels, plain.settings) == (Purpose.FREE, True, {})


def test_what_cannot_be_kept_is_refused_and_named(yard: Yard) -> None:
    given: list[dict[str, Any]] = [
        {"description": "x" * 1001},
        {"description": "a\0"},
        {"work_path": "x" * 701},
        {"settings": {"a": "x" * 20_000}},
        {"settings": {"a": object()}},
    ]
    for wrong in given:
        with pytest.raises(Invalid) as refused:
            yard.create(**wrong)
        assert [one["path"] for one in refused.value.fields] == list(wrong)
    assert yard.ask(yard.datasets.browse(ADA, DatasetFilter())) == ([], 0)


def names(yard: Yard, actor: Actor = ADA, **wanted: Any) -> list[str]:
    """Return the names of the datasets that are meant, read one by one, which must be as many as were counted."""
    found = list[str]()
    while True:
        page, total = yard.ask(yard.datasets.browse(actor, DatasetFilter(**wanted), offset=len(found), limit=1))
        if not page:
            assert len(found) == total
            return found
        found.append(page[0].name)


def test_datasets_are_browsed_by_what_is_said_of_them(yard: Yard) -> None:
    yard.write(lambda transaction: transaction.put_project(PROJECT))
    ada = Actor(name="ada", role=Role.MEMBER, projects={PROJECT.id: Role.MEMBER})
    yard.create("Birds", purpose=Purpose.VIDEO)
    yard.create("ants", ada, project="vision")
    yard.create("CÄTS", purpose=Purpose.SPEECH)
    yard.create("bob's", BOB)
    assert names(yard) == ["CÄTS", "ants", "Birds"]
    assert names(yard, order=DatasetOrder.OLDEST) == ["Birds", "ants", "CÄTS"]
    assert names(yard, order=DatasetOrder.NAME) == ["ants", "Birds", "CÄTS"]
    assert names(yard, order=DatasetOrder.NAME_BACKWARD) == ["CÄTS", "Birds", "ants"]
    assert names(yard, text="cät") == ["CÄTS"]
    assert names(yard, text="T") == ["CÄTS", "ants"]
    for nothing in ("%", "\0", "\ud800"):
        assert names(yard, text=nothing) == []
    assert names(yard, purposes=frozenset({Purpose.VIDEO, Purpose.SPEECH})) == ["CÄTS", "Birds"]
    assert names(yard, OPERATOR, owner="bob") == ["bob's"]
    assert names(yard, OPERATOR, project=PROJECT.id) == ["ants"]
    assert names(yard, owner="bob") == []
    assert names(yard, OPERATOR) == ["bob's", "CÄTS", "ants", "Birds"]
    assert yard.ask(yard.datasets.browse(ADA, DatasetFilter(), offset=-9, limit=10**9))[1] == 3


def test_a_dataset_is_changed_and_says_when(yard: Yard) -> None:
    made = yard.create(settings={"a": 1})
    yard.create("dogs")
    changes = DatasetChanges(name="lions", description="big", read_labels=False, settings={"b": 2})
    changed = yard.ask(yard.datasets.update(ADA, "cats", changes))
    assert (changed.id, changed.name, changed.description) == (made.id, "lions", "big")
    assert (changed.read_labels, changed.settings) == (False, {"b": 2})
    assert changed.updated_at > made.updated_at
    assert yard.get("lions") == changed
    assert names(yard, text="lion") == ["lions"]
    with pytest.raises(NotFound):
        yard.get("cats")
    assert yard.ask(yard.datasets.update(ADA, "lions", DatasetChanges())) == changed
    assert yard.ask(yard.datasets.update(ADA, "lions", DatasetChanges(name="lions"))) == changed
    with pytest.raises(NameTaken):
        yard.ask(yard.datasets.update(ADA, "lions", DatasetChanges(name="dogs")))
    for bad in (DatasetChanges(name=""), DatasetChanges(description="\0"), DatasetChanges(settings={"a": object()})):
        with pytest.raises(Invalid):
            yard.ask(yard.datasets.update(ADA, "lions", bad))
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.update(BOB, "lions", changes))
    with pytest.raises(Refused):
        yard.ask(yard.datasets.update(Actor(name="ada", role=Role.VIEWER), "lions", changes))
    assert yard.get("lions") == changed
    assert yard.create("cats").name == "cats"


def test_a_bucket_that_nobody_allowed_is_no_source(yard: Yard) -> None:
    for source in ("s3://bucket/folder/", "obs://bucket/", "s3://", "s3://b", "s3://bucket/../x/"):
        with pytest.raises(Invalid, match="not inside"):
            yard.create(source=source)
    with pytest.raises(Invalid):
        yard.ask(yard.datasets.create(ADA, Draft(name="x", source="ftp://bucket/")))


def test_the_newest_synchronization_is_told_with_its_job(yard: Yard) -> None:
    yard.create()
    assert yard.ask(yard.datasets.sync_of(ADA, "cats")) == (None, None)
    job = yard.submit()
    queued, begun = yard.ask(yard.datasets.sync_of(ADA, "cats"))
    assert queued is not None and queued.id == job.id and begun is None
    yard.finish(yard.claim(job))
    (yard.source / "a").touch()
    yard.synchronize()
    ended, begun = yard.ask(yard.datasets.sync_of(Actor(name="ada", role=Role.VIEWER), "cats"))
    assert ended is not None and begun is not None
    assert (begun.job, begun.counts.added) == (ended.id, 1)
    assert yard.ask(yard.datasets.syncs(ADA, "cats")) == [begun]
    assert yard.ask(yard.datasets.synced_by(ADA, "cats", ended.id)) == begun
    yard.create("other")
    for dataset, wanted in (("cats", job.id), ("other", ended.id), ("cats", "x"), ("cats", "\0")):
        with pytest.raises(NotFound):
            yard.ask(yard.datasets.synced_by(ADA, dataset, wanted))
    for verb in (yard.datasets.sync_of, yard.datasets.syncs):
        with pytest.raises(NotFound):
            yard.ask(verb(BOB, "cats"))
    yard.write(lambda transaction: transaction.remove(ended.id))
    yard.write(lambda transaction: transaction.remove(job.id))
    assert yard.ask(yard.datasets.sync_of(ADA, "cats")) == (None, begun)
