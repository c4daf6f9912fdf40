"""Export and import as jobs: what goes out comes in again, and what is broken changes nothing."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from jobyard.datasets import packing
from jobyard.datasets.annotations import Annotations, Position, Shape, ShapeKind, Tag, Track
from jobyard.datasets.formats.registry import EXPORTERS
from jobyard.datasets.labels import Label
from jobyard.datasets.messages import packed
from jobyard.datasets.record import Revision
from jobyard.datasets.tables.annotations import ASIDE
from jobyard.datasets.uploads import Told
from jobyard.datasets.work import importing, swapping, tables
from jobyard.datasets.work.exporting import DatasetExport
from jobyard.datasets.work.importing import DatasetImport
from jobyard.datasets.work.messages import Aside
from jobyard.job.errors import Conflict, FileBroken, Invalid, UnknownFormat, UnknownLabel
from jobyard.job.record import Job
from jobyard.kinds import Cancelled, Kind
from tests.datasets.counting import check_counts
from tests.datasets.formats import drawn
from tests.datasets.work.shop import Shop, box
from tests.datasets.yard import ADA, BOB
from tests.rehearsal import context

CVAT = "CVAT for images 1.1"


def send(shop: Shop, content: bytes | Path, group: str = "", user: str = "ada") -> str:
    """Send a file in for the annotations of the dataset and return what names it."""
    data = content if isinstance(content, bytes) else content.read_bytes()
    group = group or f"task-{shop.get('cats').number}-annotations"

    async def pieces() -> Any:
        yield data

    told = Told(name="annotations.zip", user=user, length=len(data))
    return f"{group}/{shop.ask(shop.uploads.put(group, told, pieces())).id}"


def export(shop: Shop, **given: Any) -> Path:
    result = shop.do(DatasetExport, **{"dataset": "cats", "format": CVAT, **given})
    return shop.results / str(result["file"])


def bare(said: Annotations) -> Annotations:
    """Return annotations without the numbers that the house gave them."""
    return Annotations(
        tags=tuple(replace(one, number=0) for one in said.tags),
        shapes=tuple(replace(one, number=0) for one in said.shapes),
        tracks=tuple(replace(one, number=0) for one in said.tracks),
    )


@pytest.fixture
def said(shop: Shop) -> tuple[Shop, list[Label]]:
    """A dataset of five pictures of which three carry something."""
    cat, dog = labels = shop.stock(5)
    mood = cat.attributes[0].number
    ring = Shape(frame=3, label=dog.number, kind=ShapeKind.POLYGON, points=(0.1, 0.2, 9, 1, 9, 9), group=2, depth=4)
    shop.say(box(0, cat, 1, attributes={mood: "<calm>"}, occluded=True), box(0, dog, 30), ring)
    shop.say(Tag(frame=4, label=cat.number))
    return shop, labels


def test_what_went_out_comes_in_again(said: tuple[Shop, list[Label]]) -> None:
    shop, _ = said
    before = shop.said()
    archive = export(shop, pictures=True)
    with zipfile.ZipFile(archive) as zipped:
        assert len(zipped.namelist()) == 6
        assert zipped.read("images/0.png") == drawn.png(64, 48)
    shop.ask(shop.datasets.annotate(ADA, "cats", Revision(replace=(0, 9))))
    assert shop.said() == Annotations()
    result = shop.do(DatasetImport, dataset="cats", format=CVAT, upload=send(shop, archive))
    assert (result["pictures"], result["annotations"], result["left_out"]) == (5, 4, {})
    assert bare(shop.said()) == bare(before)
    assert shop.get("cats").annotated == 3


@pytest.mark.parametrize("name", [one.name for one in EXPORTERS])
def test_every_format_goes_out_and_comes_in(said: tuple[Shop, list[Label]], name: str) -> None:
    shop, _ = said
    archive = export(shop, format=name)
    assert shop.last is not None
    left = [line for line in shop.last.lines if "Left out" in line]
    assert (len(left) > 0) == (name != CVAT)
    shop.do(DatasetImport, dataset="cats", format=name, upload=send(shop, archive))
    kept = [shape for shape in shop.said().shapes if shape.kind is ShapeKind.RECTANGLE]
    assert [shape.points for shape in kept] == [pytest.approx((1, 0, 11, 10)), pytest.approx((30, 0, 40, 10))]


def test_an_assignments_export_has_only_its_frames(said: tuple[Shop, list[Label]]) -> None:
    shop, _ = said
    parts = shop.ask(shop.datasets.split(ADA, "cats", size=3))
    archive = export(shop, assignment=parts[1].number)
    found = drawn.read(drawn_reader(), archive, labels=shop.ask(shop.datasets.labels(ADA, "cats")))
    assert [one.frame.name for one in found] == ["3.png", "4.png"]
    upload = send(shop, archive, f"job-{parts[1].number}-annotations")
    shop.do(DatasetImport, dataset="cats", assignment=parts[1].number, format=CVAT, upload=upload)
    assert len(shop.said().shapes) == 3, "what was said of other frames stays"


def drawn_reader() -> Any:
    from jobyard.datasets.formats.registry import importer

    return importer(CVAT).read


def test_what_is_kept_of_labels_is_right_after_every_swap(
    said: tuple[Shop, list[Label]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swapping, "_FRAMES_AT_ONCE", 2)
    monkeypatch.setattr(swapping, "_TRACKS_AT_ONCE", 1)
    shop, (cat, dog) = said
    tracks = [
        Track(
            frame=first,
            label=label.number,
            positions=tuple(
                Position(frame=frame, kind=ShapeKind.RECTANGLE, points=(0, 0, 9, 9)) for frame in range(first, 4)
            ),
        )
        for first, label in ((0, dog), (1, cat), (2, dog))
    ]
    shop.ask(shop.datasets.annotate(ADA, "cats", Revision(add=Annotations(tracks=tuple(tracks)))))
    inside = '<image name="{}.png"><tag label="cat"/><tag label="cat"/></image>'
    for mode, names in (("append", "13"), ("replace", "0124"), ("append", "034"), ("replace", "")):
        content = document("".join(map(inside.format, names)))
        shop.do(DatasetImport, dataset="cats", format="CVAT 1.1", mode=mode, upload=send(shop, content))
        check_counts(shop)
    assert shop.said() == Annotations()


def test_what_replaces_everything_is_pointed_to_and_goes_on_as_before(
    said: tuple[Shop, list[Label]], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, (cat, dog) = said
    parts = shop.ask(shop.datasets.split(ADA, "cats", size=3))
    archive, second = export(shop), export(shop, assignment=parts[1].number)
    with monkeypatch.context() as patched:
        patched.setattr(tables, "move_layer", None)
        for _ in range(2):
            shop.do(DatasetImport, dataset="cats", format=CVAT, upload=send(shop, archive))
            check_counts(shop)
    shop.say(box(4, dog, 7), Tag(frame=1, label=cat.number))
    upload = send(shop, second, f"job-{parts[1].number}-annotations")
    shop.do(DatasetImport, dataset="cats", assignment=parts[1].number, format=CVAT, upload=upload)
    assert [len(said) for said in (shop.said().shapes, shop.said().tags)] == [3, 2], "one box was of the second part"
    check_counts(shop)
    shop.do(DatasetImport, dataset="cats", format=CVAT, mode="append", upload=send(shop, archive))
    check_counts(shop)
    assert [len(said) for said in (shop.said().shapes, shop.said().tags)] == [6, 3]
    shop.ask(shop.datasets.change_labels(ADA, "cats", delete=[cat.number]))
    check_counts(shop)
    assert {shape.label for shape in shop.said().shapes} == {dog.number}
    shop.ask(shop.datasets.delete(ADA, "cats"))


def test_ranges_that_overlap_are_one() -> None:
    assert swapping.joined([(7, 9), (0, 3), (2, 2), (3, 5), (9, 9)]) == [(0, 5), (7, 9)]


def test_appending_keeps_what_was_said(said: tuple[Shop, list[Label]]) -> None:
    shop, _ = said
    archive = export(shop)
    shop.do(DatasetImport, dataset="cats", format=CVAT, upload=send(shop, archive), mode="append")
    assert len(shop.said().shapes) == 6


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_what_is_asked_again_after_a_lost_answer_is_done_once(
    said: tuple[Shop, list[Label]], mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "LIGHT", 40)
    shop, _ = said
    archive, before = export(shop), len(shop.said().shapes)
    once = shop.call

    def lost(job: Job, verb: str, payload: Any = None) -> Any:
        once(job, verb, payload)
        return once(job, verb, payload)

    monkeypatch.setattr(shop, "call", lost)
    result = shop.do(DatasetImport, dataset="cats", format=CVAT, upload=send(shop, archive), mode=mode)
    assert result["annotations"] == 4
    assert len(shop.said().shapes) == (before if mode == "replace" else 2 * before)
    assert shop.last is not None
    assert [verb for verb, _ in shop.last.calls].count("work.aside") > 1
    check_counts(shop)
    shop.do(DatasetImport, dataset="cats", format=CVAT, upload=send(shop, archive))
    assert len(shop.said().shapes) == before


def retold(shop: Shop, job: Job) -> dict[str, Any]:
    """Do what an attempt of an import does, up to its last word, which is not said."""
    parameters = msgspec.convert(job.parameters, DatasetImport.Parameters)
    return DatasetImport().run(parameters, context(shop.rehearse(job)))


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_an_import_whose_worker_dies_behind_the_swap_is_done_once(said: tuple[Shop, list[Label]], mode: str) -> None:
    shop, (cat, _) = said
    archive, before = export(shop), len(shop.said().shapes)
    job = shop.admit(DatasetImport, dataset="cats", format=CVAT, upload=send(shop, archive), mode=mode)
    result = retold(shop, job)
    shop.lose(job)
    expected = before if mode == "replace" else 2 * before
    assert (result["annotations"], len(shop.said().shapes)) == (4, expected)
    shop.say(box(1, cat, 5))
    shop.do(DatasetImport, dataset="cats", format=CVAT, upload=send(shop, document("")), mode="append")
    again = shop.claim(job)
    assert retold(shop, again) == result, "though what was sent in is gone"
    assert len(shop.said().shapes) == expected + 1, "nothing was done twice, and nothing that came after it was lost"
    check_counts(shop)
    shop.finish(again, result)
    shop.do(DatasetImport, dataset="cats", format=CVAT, upload=send(shop, document("")), mode="append")
    cards = shop.store.read(lambda view: view.cards(ASIDE)).result(20)
    assert [card.id.rpartition("/")[2] for card in cards] != [str(job.number)]
    assert len(cards) == 1, "of what has ended well nothing is remembered"


def test_an_import_that_failed_behind_the_swap_is_done_once_by_a_retry(said: tuple[Shop, list[Label]]) -> None:
    shop, _ = said
    archive, before = export(shop), len(shop.said().shapes)
    job = shop.admit(DatasetImport, dataset="cats", format=CVAT, upload=send(shop, archive), mode="append")
    result = retold(shop, job)
    shop.fail(job)
    shop.do(DatasetImport, dataset="cats", format=CVAT, upload=send(shop, document("")), mode="append")
    shop.retry(job)
    assert retold(shop, shop.claim(job)) == result
    assert len(shop.said().shapes) == 2 * before


def test_an_import_that_ended_well_is_wanted_anew_by_a_retry(said: tuple[Shop, list[Label]]) -> None:
    shop, _ = said
    archive = export(shop)
    upload = send(shop, archive)
    sent = shop.uploads.path(*upload.split("/"))
    content, told = sent.read_bytes(), sent.with_name(f"{sent.name}.told").read_bytes()
    job = shop.admit(DatasetImport, dataset="cats", format=CVAT, upload=upload)
    result = retold(shop, job)
    shop.finish(job, result)
    shop.ask(shop.datasets.annotate(ADA, "cats", Revision(replace=(0, 9))))
    sent.write_bytes(content)
    sent.with_name(f"{sent.name}.told").write_bytes(told)
    shop.retry(job)
    assert retold(shop, shop.claim(job)) == result
    assert len(shop.said().shapes) == 3


def test_what_was_heard_of_an_import_goes_with_its_dataset(said: tuple[Shop, list[Label]]) -> None:
    shop, _ = said
    shop.do(DatasetImport, dataset="cats", format=CVAT, upload=send(shop, document("")))
    assert shop.store.read(lambda view: view.cards(ASIDE)).result(20) != []
    shop.ask(shop.datasets.delete(ADA, "cats"))
    assert shop.store.read(lambda view: view.cards(ASIDE)).result(20) == []


def test_a_parcel_behind_one_that_is_missing_is_refused(said: tuple[Shop, list[Label]]) -> None:
    shop, (cat, _) = said
    job = shop.admit(DatasetImport, dataset="cats", format=CVAT, upload=send(shop, document("")))
    parcel = packing.packed(Annotations(shapes=(box(0, cat, 1),)))
    with pytest.raises(Conflict, match="Parcel 0 is missing"):
        shop.call(job, "work.aside", packed(Aside(place=1, said=parcel)))


def document(inside: str) -> bytes:
    return f"<annotations>{inside}</annotations>".encode()


BROKEN: list[tuple[bytes, type[Exception], str]] = [
    (document('<image name="0.png"/><image name="1.png"><tag label="cow"/></image>'), UnknownLabel, "cow"),
    (document('<image name="0.png"><tag label="cat"/></image><image name="1.png">'), FileBroken, "no whole XML"),
    (b"PK\3\4 broken", Invalid, "no zip archive"),
]


@pytest.mark.parametrize(("content", "fault", "named"), BROKEN, ids=range(len(BROKEN)))
def test_what_is_broken_changes_nothing(
    said: tuple[Shop, list[Label]], content: bytes, fault: type[Exception], named: str
) -> None:
    shop, _ = said
    before = shop.said()
    with pytest.raises(fault, match=named):
        shop.do(DatasetImport, dataset="cats", format="CVAT 1.1", upload=send(shop, content))
    assert shop.said() == before
    shop.do(DatasetImport, dataset="cats", format="CVAT 1.1", upload=send(shop, document("")))
    assert shop.said() == Annotations(), "nothing of the broken file was left aside"


@pytest.mark.parametrize("kind", [DatasetExport, DatasetImport])
def test_both_can_be_stopped_at_every_picture(said: tuple[Shop, list[Label]], kind: type[Kind]) -> None:
    shop, _ = said
    before = shop.said()
    given: dict[str, Any] = {} if kind is DatasetExport else {"upload": send(shop, export(shop))}
    with pytest.raises(Cancelled):
        shop.do(kind, dataset="cats", format=CVAT, looks=5, **given)
    assert shop.said() == before


def test_an_unknown_format_is_told(said: tuple[Shop, list[Label]]) -> None:
    shop, _ = said
    with pytest.raises(UnknownFormat, match="known are: COCO"):
        shop.do(DatasetExport, dataset="cats", format="COCO 9.9")


def test_nobody_reads_what_others_sent(said: tuple[Shop, list[Label]]) -> None:
    shop, _ = said
    upload = send(shop, document(""), user="bob")
    with pytest.raises(Invalid, match="No such file"):
        shop.admit(DatasetImport, ADA, dataset="cats", format=CVAT, upload=upload)
    with pytest.raises(Exception, match="There is no dataset"):
        shop.admit(DatasetImport, BOB, dataset="cats", format=CVAT, upload=upload)


def test_tracks_are_taken_in_and_go_out_as_shapes(said: tuple[Shop, list[Label]]) -> None:
    shop, (cat, _) = said
    key = '<box frame="{}" keyframe="1" outside="0" occluded="0" xtl="{}" ytl="0" xbr="20" ybr="20"/>'
    content = document(f'<track label="cat">{key.format(1, 0)}{key.format(3, 4)}</track>')
    result = shop.do(DatasetImport, dataset="cats", format="CVAT 1.1", upload=send(shop, content))
    assert (result["pictures"], result["annotations"]) == (0, 1)
    (track,) = shop.said().tracks
    place = Position(frame=1, kind=ShapeKind.RECTANGLE, points=(0, 0, 20, 20))
    wanted = Track(frame=1, label=cat.number, positions=(place, replace(place, frame=3, points=(4, 0, 20, 20))))
    assert replace(track, number=0) == wanted
    found = drawn.read(drawn_reader(), export(shop), labels=shop.ask(shop.datasets.labels(ADA, "cats")))
    assert {one.frame.name: [shape.points[0] for shape in one.annotations.shapes] for one in found} == {
        "0.png": [],
        "1.png": [0],
        "2.png": [2],
        "3.png": [4],
        "4.png": [4],
    }


def test_masks_become_polygons_where_that_is_wanted(said: tuple[Shop, list[Label]]) -> None:
    shop, _ = said
    content = json.dumps(
        {
            "images": [{"id": 1, "file_name": "0.png", "width": 4, "height": 3}],
            "categories": [{"id": 1, "name": "cat"}],
            "annotations": [
                {"id": 1, "image_id": 1, "category_id": 1, "segmentation": {"size": [3, 4], "counts": [0, 2, 7, 3]}}
            ],
        }
    ).encode()
    shop.do(DatasetImport, dataset="cats", format="COCO 1.0", upload=send(shop, content), masks_to_polygons=True)
    assert [(one.kind, one.points, one.group) for one in shop.said().shapes] == [
        (ShapeKind.POLYGON, (0, 0, 1, 0, 1, 2, 0, 2), 1),
        (ShapeKind.POLYGON, (3, 0, 4, 0, 4, 3, 3, 3), 1),
    ]
    shop.do(DatasetImport, dataset="cats", format="COCO 1.0", upload=send(shop, content))
    assert [one.kind for one in shop.said().shapes] == [ShapeKind.MASK]
