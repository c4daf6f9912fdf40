from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from jobyard.datasets.collection import Collection, CollectionDraft
from jobyard.datasets.labels import LabelKind
from jobyard.datasets.record import DatasetFilter
from jobyard.datasets.work import gathering, learning
from jobyard.datasets.work.exporting import DatasetExport
from jobyard.datasets.work.importing import DatasetImport
from jobyard.job.errors import FileBroken, Invalid, UnknownLabel
from jobyard.kinds import Cancelled
from jobyard.kinds.context import Declined
from tests.datasets.formats import drawn
from tests.datasets.work.sending import files, sent
from tests.datasets.work.shop import CAT, DOG, Shop, box
from tests.datasets.yard import ADA


@pytest.fixture
def zoo(shop: Shop) -> Collection:
    return shop.ask(shop.datasets.create_collection(ADA, CollectionDraft(name="zoo", labels=(CAT, DOG))))


@pytest.fixture
def archive(shop: Shop) -> bytes:
    """Four pictures with something said of two of them."""
    cat, dog = shop.stock(4)
    shop.say(box(0, cat, 1), box(2, dog, 5), box(2, cat, 9))
    result = shop.do(DatasetExport, dataset="cats", format="COCO 1.0", pictures=True)
    return Path(shop.results / result["file"]).read_bytes()


def imported(shop: Shop, zoo: Collection, content: bytes, looks: int | None = None) -> Any:
    upload = sent(shop, f"project-{zoo.number}-dataset", "animals.zip", content)
    return shop.do(DatasetImport, looks=looks, collection=zoo.id, upload=upload, format="COCO 1.0")


def gathered(shop: Shop, zoo: Collection) -> list[str]:
    found, _ = shop.ask(shop.datasets.browse(ADA, DatasetFilter(collection=zoo.id)))
    return [one.name for one in found]


def test_an_archive_becomes_a_dataset_of_the_collection(shop: Shop, zoo: Collection, archive: bytes) -> None:
    result = imported(shop, zoo, archive)
    assert (result["pictures"], result["annotations"], result["name"]) == (4, 3, "animals")
    assert gathered(shop, zoo) == ["animals"]
    dataset = shop.get("animals", ADA)
    assert (dataset.samples, dataset.number) == (4, result["dataset"])
    found = {(shape.frame, shape.points[0]) for shape in shop.said("animals").shapes}
    assert found == {(0, 1.0), (2, 5.0), (2, 9.0)}
    assert [(one.first, one.last) for one in shop.ask(shop.datasets.assignments(ADA, "animals"))] == [(0, 3)]
    assert len(files(shop.pictures)) == 4
    shop.check_counters("animals")
    imported(shop, zoo, archive)
    assert sorted(gathered(shop, zoo)) == ["animals", "animals (2)"]


def test_it_can_be_stopped_at_every_picture_and_leaves_nothing(shop: Shop, zoo: Collection, archive: bytes) -> None:
    for looks in range(6):
        with pytest.raises(Cancelled):
            imported(shop, zoo, archive, looks=looks)
        assert gathered(shop, zoo) == [] and files(shop.pictures) == []


def test_a_label_that_is_unknown_or_a_picture_that_is_missing_refuses_all(
    shop: Shop, zoo: Collection, archive: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(archive)
    with zipfile.ZipFile(path) as found:
        members = {name: found.read(name) for name in found.namelist()}

    def without(name: str, old: bytes = b"", new: bytes = b"") -> bytes:
        with zipfile.ZipFile(path, "w") as made:
            for member, content in members.items():
                if member != name or old:
                    made.writestr(member, content.replace(old, new) if member == name and old else content)
        return path.read_bytes()

    spoken = "annotations/instances_default.json"
    with pytest.raises(FileBroken, match=r"3\.png"):
        imported(shop, zoo, without("images/default/3.png"))
    with pytest.raises(UnknownLabel, match="bird"):
        imported(shop, zoo, without(spoken, b'"name":"cat"', b'"name":"bird"'))
    assert gathered(shop, zoo) == [] and files(shop.pictures) == []


@pytest.fixture
def bare(shop: Shop) -> Collection:
    return shop.ask(shop.datasets.create_collection(ADA, CollectionDraft(name="bare")))


def test_a_collection_without_labels_gets_those_of_the_archive(shop: Shop, bare: Collection, archive: bytes) -> None:
    def labels() -> list[str]:
        return [label.name for label in shop.ask(shop.datasets.collection_labels(ADA, bare.id))]

    for looks in range(10):
        with pytest.raises(Cancelled):
            imported(shop, bare, archive, looks=looks)
        assert labels() == [] and gathered(shop, bare) == [] and files(shop.pictures) == []
    result = imported(shop, bare, archive)
    assert (result["pictures"], result["annotations"]) == (4, 3)
    assert labels() == ["cat", "dog"] and gathered(shop, bare) == ["animals"]
    shop.check_counters("animals")
    assert shop.get("animals", ADA).collection == bare.id
    imported(shop, bare, archive)
    assert labels() == ["cat", "dog"] and len(gathered(shop, bare)) == 2


def test_labels_that_came_meanwhile_are_not_mixed_with_others(
    shop: Shop, bare: Collection, archive: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*said: Any) -> Any:
        shop.ask(shop.datasets.change_collection_labels(ADA, bare.id, add=[DOG]))
        return learning.learnt(*said)

    monkeypatch.setattr(gathering, "learnt", late)
    with pytest.raises(Declined, match="meanwhile"):
        imported(shop, bare, archive)
    assert [label.name for label in shop.ask(shop.datasets.collection_labels(ADA, bare.id))] == ["dog"]
    assert gathered(shop, bare) == [] and files(shop.pictures) == []


def test_skeletons_are_learnt_with_their_parts() -> None:
    words = learning.Learning()
    words.heard("cat")
    man = words.named("man", "a.xml")
    assert words.part(man.number, "head", "a.xml") == words.part(man.number, "head", "a.xml")
    assert words.name(man.number) == "man" and words.attributes(man.number) == {}
    cat, learnt = words.learnt()
    assert (cat.name, cat.kind, learnt.kind) == ("cat", LabelKind.ANY, LabelKind.SKELETON)
    assert [(part.name, part.kind) for part in learnt.parts] == [("head", LabelKind.POINTS)]


def test_it_must_have_been_sent_in_for_this_collection(shop: Shop, zoo: Collection) -> None:
    other = sent(shop, f"project-{zoo.number + 1}-dataset", "a.zip", drawn.png(3, 3))
    with pytest.raises(Invalid):
        shop.admit(DatasetImport, collection=zoo.id, upload=other, format="COCO 1.0")
