from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jobyard.datasets.annotations import Annotations, Position, Shape, ShapeKind, Tag, Track
from jobyard.datasets.catalog import Datasets
from jobyard.datasets.collection import CollectionDraft
from jobyard.datasets.record import DatasetFilter, Draft, Revision
from jobyard.datasets.work.backup.restoring import BackupImport
from jobyard.datasets.work.backup.writing import BackupExport
from jobyard.datasets.work.tables import made_by
from jobyard.datasets.work.tasks import Tasks
from jobyard.job.errors import ArchiveRefused, FileBroken, Invalid
from jobyard.kinds import Cancelled
from tests.datasets.formats import drawn
from tests.datasets.work.sending import files, sent
from tests.datasets.work.shop import CAT, Shop, box
from tests.datasets.yard import ADA, Killed, put

COUNT = 6


def stocked(shop: Shop, name: str = "cats") -> None:
    """Make a dataset in two parts with a ground truth, and say something of every sort."""
    cat, dog = shop.stock(COUNT, name)
    shop.ask(shop.datasets.split(ADA, name, size=3, replicas=1))
    truth = shop.ask(shop.datasets.add_ground_truth(ADA, name, [1, 4]))
    mood = cat.attributes[0].number
    track = Track(
        frame=0,
        label=cat.number,
        positions=(
            Position(frame=0, kind=ShapeKind.RECTANGLE, points=(0.0, 0.0, 4.0, 4.0)),
            Position(frame=5, kind=ShapeKind.RECTANGLE, points=(9.0, 9.0, 12.0, 12.0)),
        ),
    )
    add = Annotations(tracks=(track,))
    shop.ask(shop.datasets.annotate(ADA, name, Revision(add=add)))
    shop.say(Tag(frame=2, label=dog.number), box(1, cat, 0, attributes={mood: "odd"}, group=4, depth=-1), name=name)
    shop.say(box(4, dog, 7), name=name, layer=truth.number)


def said(shop: Shop, name: str) -> list[Any]:
    """Return everything that was said, by names and without numbers."""
    labels = shop.ask(shop.datasets.labels(ADA, name))
    names = {label.number: label.name for label in labels}
    names |= {attribute.number: attribute.name for label in labels for attribute in label.attributes}
    layers = [0, *(part.layer for part in shop.ask(shop.datasets.assignments(ADA, name)) if part.layer)]
    told = []
    for place, layer in enumerate(layers):
        found = shop.said(name, layer)
        every: list[Tag | Shape | Track] = [*found.tags, *found.shapes, *found.tracks]
        for one in every:
            facts = msgspec.to_builtins(one)
            facts["number"], facts["label"] = 0, names[one.label]
            facts["attributes"] = sorted((names[number], value) for number, value in one.attributes.items())
            told.append((place, facts))
    return told


def parts(shop: Shop, name: str) -> list[Any]:
    found = shop.ask(shop.datasets.assignments(ADA, name))
    places = {part.number: place for place, part in enumerate(found)}
    return [(one.kind, one.first, one.last, one.frames, places.get(one.parent or 0)) for one in found]


def backed_up(shop: Shop, **given: Any) -> bytes:
    result = shop.do(BackupExport, **given)
    return Path(shop.results / result["file"]).read_bytes()


def restored(shop: Shop, archive: bytes, **given: Any) -> Any:
    upload = sent(shop, "user-1-backups", "backup.zip", archive)
    return shop.do(BackupImport, upload=upload, **given)


def pictures(shop: Shop, number: int) -> dict[str, bytes]:
    """Return the pictures of a dataset that the house keeps."""
    found, _ = shop.ask(shop.datasets.browse(ADA, DatasetFilter()))
    folder = shop.pictures / next(one.id for one in found if one.number == number)
    return {name: (folder / name).read_bytes() for name in files(folder)}


@pytest.mark.parametrize("lightweight", [False, True])
def test_a_dataset_is_restored_as_it_was_also_when_it_is_gone(shop: Shop, lightweight: bool) -> None:
    stocked(shop)
    before, divided = said(shop, "cats"), parts(shop, "cats")
    archive = backed_up(shop, dataset="cats", lightweight=lightweight)
    shop.ask(shop.datasets.delete(ADA, "cats"))
    if not lightweight:
        shutil.rmtree(shop.root / "cats")
    result = restored(shop, archive)
    dataset = shop.get("cats", ADA)
    assert (result["number"], result["frames"], dataset.samples) == (dataset.number, COUNT, COUNT)
    assert said(shop, "cats") == before and parts(shop, "cats") == divided
    shop.check_counters("cats")
    statistics = shop.ask(shop.datasets.statistics(ADA, "cats"))
    assert statistics.annotated == 4 and {use.label.name: use.uses for use in statistics.labels} == {"cat": 2, "dog": 1}
    if lightweight:
        assert dataset.source == str(shop.root / "cats") and files(shop.pictures) == []
    else:
        assert pictures(shop, dataset.number) == {f"{place}.png": drawn.png(64, 48) for place in range(COUNT)}


def test_it_is_restored_beside_what_is_there_already(shop: Shop) -> None:
    stocked(shop)
    archive = backed_up(shop, dataset="cats")
    first, second = restored(shop, archive), restored(shop, archive)
    found, total = shop.ask(shop.datasets.browse(ADA, DatasetFilter()))
    assert total == 3 and {one.name for one in found} == {"cats", "cats (2)", "cats (3)"}
    assert first["number"] != second["number"]
    assert said(shop, "cats (2)") == said(shop, "cats (3)") == said(shop, "cats")


def test_a_collection_is_restored_with_its_datasets(shop: Shop) -> None:
    made = shop.ask(shop.datasets.create_collection(ADA, CollectionDraft(name="zoo", labels=(CAT,))))
    for name in ("one", "two"):
        put(shop.root / name, "a.png", drawn.png(9, 9))
        draft = Draft(name=name, source=str(shop.root / name), collection=made.id)
        shop.ask(shop.datasets.create(ADA, draft))
        shop.synchronize(dataset=name)
        [label] = shop.ask(shop.datasets.labels(ADA, name))
        shop.say(box(0, label, 3), name=name)
    archive = backed_up(shop, collection=made.id)
    shop.ask(shop.datasets.delete_collection(ADA, made.id))
    result = restored(shop, archive, what="collection")
    [again], _ = shop.ask(shop.datasets.browse_collections(ADA))
    assert (again.number, again.name) == (result["number"], "zoo")
    found, _ = shop.ask(shop.datasets.browse(ADA, DatasetFilter(collection=again.id)))
    assert sorted(one.name for one in found) == ["one", "two"]
    assert [label.name for label in shop.ask(shop.datasets.collection_labels(ADA, again.id))] == ["cat"]
    assert [len(shop.said(one.name).shapes) for one in found] == [1, 1]


def test_a_backup_says_in_short_what_it_holds(shop: Shop) -> None:
    zoo = shop.ask(shop.datasets.create_collection(ADA, CollectionDraft(name="zoo", labels=(CAT,))))
    shop.stock(2)
    for name, given, said in (
        ("task.json", {"dataset": "cats"}, ["cats", 2, ["cats"], ["cat", "dog"]]),
        ("project.json", {"collection": zoo.id}, ["zoo", 0, [], ["cat"]]),
    ):
        with zipfile.ZipFile(io.BytesIO(backed_up(shop, **given))) as archive:
            short = json.loads(archive.read(name))
        assert [short["name"], short["size"], short["tasks"], [one["name"] for one in short["labels"]]] == said
        assert short["labels"][0]["attributes"] == [attribute.name for attribute in CAT.attributes]


def test_an_empty_collection_is_restored_too(shop: Shop) -> None:
    made = shop.ask(shop.datasets.create_collection(ADA, CollectionDraft(name="zoo", labels=(CAT,))))
    archive = backed_up(shop, collection=made.id)
    restored(shop, archive, what="collection")
    found, total = shop.ask(shop.datasets.browse_collections(ADA))
    assert total == 2
    newest = max(found, key=lambda one: one.number)
    assert [label.name for label in shop.ask(shop.datasets.collection_labels(ADA, newest.id))] == ["cat"]


def test_it_can_be_stopped_at_every_step_and_leaves_nothing(shop: Shop) -> None:
    stocked(shop)
    archive = backed_up(shop, dataset="cats")
    with pytest.raises(Cancelled):
        shop.do(BackupExport, looks=3, dataset="cats")
    upload = sent(shop, "user-1-backups", "backup.zip", archive)
    looks = 0
    while True:
        try:
            shop.do(BackupImport, looks=looks, upload=upload)
            break
        except Cancelled:
            assert files(shop.pictures) == []
            assert shop.ask(shop.datasets.browse(ADA, DatasetFilter()))[1] == 1
        looks += 1
    assert looks > COUNT
    assert said(shop, "cats (2)") == said(shop, "cats")


def test_killed_at_any_word_it_is_whole_after_the_next_attempt(shop: Shop) -> None:
    stocked(shop)
    archive = backed_up(shop, dataset="cats")
    upload = sent(shop, "user-1-backups", "backup.zip", archive)
    parameters = msgspec.convert({"upload": upload}, BackupImport.Parameters)
    job, calls = shop.admit(BackupImport, upload=upload), 0
    while True:
        try:
            BackupImport().run(parameters, shop.rehearse(job, calls=calls))
            break
        except Killed:
            job = shop.claim(shop.retry(shop.fail(job)))
        calls += 1
    shop.finish(job)
    assert len(list(shop.pictures.iterdir())) == 1
    assert calls > 4 and shop.ask(shop.datasets.browse(ADA, DatasetFilter()))[1] == 2
    assert said(shop, "cats (2)") == said(shop, "cats")
    shop.check_counters("cats (2)")


Change = Callable[[dict[str, bytes]], None]


def _drop(name: str) -> Change:
    return lambda members: members.__delitem__(name)


def _set(name: str, content: bytes) -> Change:
    return lambda members: members.__setitem__(name, content)


def _sub(name: str, old: bytes, new: bytes) -> Change:
    return lambda members: members.__setitem__(name, members[name].replace(old, new))


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (_drop("manifest.json"), FileBroken, "this is no backup"),
        (_set("manifest.json", b"{}"), FileBroken, "manifest"),
        (_sub("manifest.json", b'"jobyard":1', b'"jobyard":9'), FileBroken, "version 9"),
        (_sub("manifest.json", b'"what":"dataset"', b'"what":"collection"'), Invalid, "backup of a collection"),
        (_drop("1/frames.jsonl"), FileBroken, "missing"),
        (_drop("1/said.jsonl"), FileBroken, "missing"),
        (_drop("1/pictures/00000003.png"), FileBroken, r"3\.png"),
        (_set("1/pictures/00000003.png", b"none"), FileBroken, "no picture"),
        (_set("1/frames.jsonl", b'[0,"YS5wbmc=",1,1,1]\n'), FileBroken, "1 pictures"),
        (_sub("1/frames.jsonl", b"MC5wbmc=", b"Li4veA=="), FileBroken, "path that is none"),
        (_sub("1/frames.jsonl", b"MC5wbmc=", b"MS5wbmc="), FileBroken, "twice"),
        (_sub("1/said.jsonl", b'"kind":"rectangle"', b'"kind":"blob"'), FileBroken, "blob"),
        (_sub("1/said.jsonl", b'"frame":2', b'"frame":77'), Exception, "frame 77"),
        (_set("1/said.jsonl", b'{"said":{"tags":[{"frame":0,"label":999}]}}\n'), Exception, "999"),
        (_set("1/said.jsonl", b'{"layer":40,"said":{}}\n'), Exception, "part 40"),
    ],
)
def test_a_broken_backup_is_refused_whole_and_names_what_is_wrong(
    shop: Shop, tmp_path: Path, change: Change, error: type[Exception], words: str
) -> None:
    stocked(shop)
    source = tmp_path / "good.zip"
    source.write_bytes(backed_up(shop, dataset="cats"))
    with zipfile.ZipFile(source) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(broken, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(error, match=words):
        restored(shop, broken.read_bytes())
    assert shop.ask(shop.datasets.browse(ADA, DatasetFilter()))[1] == 1
    assert files(shop.pictures) == []


def test_what_is_no_archive_or_was_not_sent_in_is_refused(shop: Shop) -> None:
    with pytest.raises(ArchiveRefused):
        restored(shop, b"nothing of the kind")
    for upload in ("user-1-backups/" + "0" * 32, "nothing", sent(shop, "user-1-backups", "b.zip", b"x", user="bob")):
        with pytest.raises(Invalid):
            shop.admit(BackupImport, upload=upload)


def test_a_lightweight_backup_of_a_place_that_is_not_allowed_is_refused(shop: Shop, tmp_path: Path) -> None:
    stocked(shop)
    source = tmp_path / "good.zip"
    source.write_bytes(backed_up(shop, dataset="cats", lightweight=True))
    with zipfile.ZipFile(source) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["manifest.json"] = members["manifest.json"].replace(str(shop.root / "cats").encode(), b"/etc")
    with zipfile.ZipFile(source, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(Exception, match="allowed as a source"):
        restored(shop, source.read_bytes())


def test_what_nobody_finishes_is_swept_away_at_the_next_start(shop: Shop) -> None:
    stocked(shop)
    upload = sent(shop, "user-1-backups", "backup.zip", backed_up(shop, dataset="cats"))
    job = shop.admit(BackupImport, upload=upload)
    parameters = msgspec.convert({"upload": upload}, BackupImport.Parameters)
    with pytest.raises(Killed):
        BackupImport().run(parameters, shop.rehearse(job, calls=4))
    tasks = Tasks(shop.store, shop.clock, [shop.root], shop.pictures, shop.vault)
    datasets = Datasets(shop.store, shop.clock, [shop.root], shop.vault, pictures=shop.pictures)
    shop.ask(tasks.sweep())
    shop.ask(datasets.sweep())
    assert len(shop.store.read(lambda view: made_by(view, job.id)).result(30)) == 1, "it may still be going on"
    shop.fail(job)
    (shop.pictures / ("0" * 32)).mkdir()
    shop.ask(tasks.sweep())
    shop.ask(datasets.sweep())
    assert list(shop.pictures.iterdir()) == []
    assert shop.store.read(lambda view: made_by(view, job.id)).result(30) == []
    assert shop.ask(shop.datasets.browse(ADA, DatasetFilter()))[1] == 1


def test_what_was_sent_in_and_nobody_wants_is_forgotten_after_a_week(shop: Shop) -> None:
    stocked(shop)
    wanted = sent(shop, "user-1-backups", "backup.zip", backed_up(shop, dataset="cats"))
    shop.admit(BackupImport, upload=wanted)
    sent(shop, "user-2-backups", "backup.zip", b"left behind")
    fresh = sent(shop, "user-3-backups", "backup.zip", b"just now").partition("/")[0]
    week = shop.clock.now() / 1_000_000 - 7 * 86_400
    for place in (shop.uploads.place(group) for group in ("user-1-backups", "user-2-backups")):
        for path in (*place.iterdir(), place):
            os.utime(path, (week - 5, week - 5))
    for path in shop.uploads.place(fresh).iterdir():
        os.utime(path, (week + 60, week + 60))
    os.utime(shop.uploads.place(fresh), (week - 5, week - 5))
    tasks = Tasks(shop.store, shop.clock, [shop.root], shop.pictures, shop.vault)
    shop.ask(tasks.sweep_uploads(shop.uploads))
    assert {group: bool(shop.uploads.files(group)) for group in ("user-1-backups", "user-2-backups", fresh)} == {
        "user-1-backups": True,
        "user-2-backups": False,
        fresh: True,
    }
