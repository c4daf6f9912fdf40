"""Labels that lie in the source are read along with it: exactly once, whatever happens, and never against a person."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobyard.datasets import label_files, sync
from jobyard.datasets.annotations import ShapeKind
from jobyard.datasets.record import Purpose, SampleFilter, TagWanted
from jobyard.job.errors import Conflict, Invalid
from jobyard.kinds import Declined
from jobyard.store.contract import Store
from tests.datasets.sources.stub import Answer, Stub, serving
from tests.datasets.test_buckets import allow
from tests.datasets.test_label_text import BOMB, box, voc
from tests.datasets.yard import ADA, Killed, Yard, counts, put

pytestmark = pytest.mark.usefixtures("small_batches")


@pytest.fixture
def pictures(yard: Yard) -> Yard:
    yard.create(purpose=Purpose.IMAGE_CLASSIFICATION)
    return yard


@pytest.fixture
def few_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Label files are handed out by the three."""
    monkeypatch.setattr(label_files, "UNREAD_FILES", 3)


def said(yard: Yard) -> dict[str, tuple[str, ...]]:
    """Return which sample carries which labels."""
    found, total = yard.ask(yard.datasets.browse_samples(ADA, "cats", SampleFilter(), limit=500))
    assert total == len(found)
    return {os.fsdecode(one.sample.path): one.labels for one in found}


def check(yard: Yard) -> None:
    """Compare the kept counters with what the samples carry."""
    yard.check_counters()
    labels = [label for carried in said(yard).values() for label in carried]
    statistics = yard.ask(yard.datasets.statistics(ADA, "cats"))
    assert statistics.annotated == sum(bool(carried) for carried in said(yard).values())
    assert {use.label.name: use.samples for use in statistics.labels if use.samples} == {
        name: labels.count(name) for name in set(labels)
    }


def test_the_last_folder_is_the_class_and_a_text_beside_says_it_better(pictures: Yard) -> None:
    put(pictures.source, "cat/a.jpg")
    put(pictures.source, "cat/b.JPG")
    put(pictures.source, "cat/b.txt", b"dog\nfluffy\n")
    put(pictures.source, "c.png")
    put(pictures.source, "notes.txt", b"nothing lies beside me")
    put(pictures.source, "cat/read.me", b"")
    result = pictures.synchronize()
    assert said(pictures) == {"c.png": (), "cat/a.jpg": ("cat",), "cat/b.JPG": ("dog", "fluffy")}
    assert (result["added"], result["skipped"], result["labels_read"], result["labels_refused"]) == (3, 1, 2, 0)
    check(pictures)
    result = pictures.synchronize()
    assert (result["unchanged"], result["labels_read"]) == (3, 0)
    assert said(pictures)["cat/b.JPG"] == ("dog", "fluffy")


def test_a_text_that_changes_comes_late_or_goes_is_followed(pictures: Yard) -> None:
    put(pictures.source, "cat/a.jpg")
    pictures.synchronize()
    put(pictures.source, "cat/a.txt", b"dog")
    assert pictures.synchronize()["labels_read"] == 1
    assert said(pictures) == {"cat/a.jpg": ("dog",)}
    put(pictures.source, "cat/a.txt", b"cow\nox")
    pictures.synchronize()
    assert said(pictures) == {"cat/a.jpg": ("cow", "ox")}
    (pictures.source / "cat/a.txt").unlink()
    pictures.synchronize()
    assert said(pictures) == {"cat/a.jpg": ("cat",)}
    check(pictures)


def test_a_picture_that_comes_after_its_text_gets_its_labels(pictures: Yard) -> None:
    put(pictures.source, "a.txt", b"dog")
    put(pictures.source, "b.jpg")
    pictures.synchronize()
    put(pictures.source, "a.jpg")
    pictures.synchronize()
    assert said(pictures) == {"a.jpg": ("dog",), "b.jpg": ()}
    (pictures.source / "a.jpg").unlink()
    pictures.synchronize()
    check(pictures)
    put(pictures.source, "a.png")
    pictures.synchronize()
    assert said(pictures) == {"a.png": ("dog",), "b.jpg": ()}


def test_what_a_person_said_is_not_overwritten(pictures: Yard) -> None:
    put(pictures.source, "cat/a.jpg")
    put(pictures.source, "cat/b.jpg")
    pictures.synchronize()
    first = pictures.ask(pictures.datasets.samples(ADA, "cats")).samples[0]
    pictures.ask(pictures.datasets.set_tags(ADA, "cats", [(first.id, [TagWanted(name="mine")])], make_labels=True))
    put(pictures.source, "cat/a.txt", b"dog")
    put(pictures.source, "cat/b.txt", b"dog")
    pictures.synchronize()
    assert said(pictures) == {"cat/a.jpg": ("mine",), "cat/b.jpg": ("dog",)}
    check(pictures)


def test_boxes_are_read_from_voc(yard: Yard) -> None:
    yard.create(purpose=Purpose.OBJECT_DETECTION)
    put(yard.source, "cat/a.jpg")
    put(yard.source, "cat/a.xml", voc(box("cat", 1, 2, 3, 4), box("cat", 5, 6, 7, 8)))
    put(yard.source, "cat/a.txt", b"dog")
    result = yard.synchronize()
    assert (result["labels_read"], result["skipped"]) == (1, 1)
    sample = yard.ask(yard.datasets.samples(ADA, "cats")).samples[0]
    found = yard.ask(yard.datasets.sample(ADA, "cats", sample.id)).annotations
    assert found is not None
    assert [(shape.kind, shape.points) for shape in found.shapes] == [
        (ShapeKind.RECTANGLE, (1.0, 2.0, 3.0, 4.0)),
        (ShapeKind.RECTANGLE, (5.0, 6.0, 7.0, 8.0)),
    ]
    assert said(yard) == {"cat/a.jpg": ("cat",)}


def test_what_cannot_be_read_is_told_and_counted_and_ends_nothing(yard: Yard) -> None:
    yard.create(purpose=Purpose.OBJECT_DETECTION)
    broken = {"bomb": BOMB, "broken": b"<annotation>", "empty": b"", "large": b" " * 2_000_000, "latin": b"\xff"}
    for name, data in {**broken, "good": voc(box("cat", 1, 2, 3, 4))}.items():
        put(yard.source, f"{name}.jpg")
        put(yard.source, f"{name}.xml", data)
    put(yard.source, "link.jpg")
    (yard.source / "link.xml").symlink_to("good.xml")
    rehearsal = yard.rehearse(yard.claim(yard.submit()))
    result = yard.run(rehearsal)
    assert (result["added"], result["labels_read"], result["labels_refused"], result["skipped"]) == (7, 1, 5, 1)
    assert sorted(line.partition(":")[0] for line in rehearsal.lines) == [
        *(f"No labels from {name}.xml" for name in sorted(broken)),
        "Skipped link.xml",
    ]
    assert said(yard)["good.jpg"] == ("cat",)
    yard.finish(rehearsal.job)
    assert yard.synchronize()["labels_refused"] == 0


def test_a_text_that_becomes_a_link_is_not_followed(pictures: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    put(pictures.source, "a.jpg")
    put(pictures.source, "a.txt", b"dog")
    put(pictures.root, "secret", b"secret")
    rehearsal = pictures.rehearse(pictures.claim(pictures.submit()))
    straight = rehearsal._call

    def call(verb: str, payload: Any) -> Any:
        if verb == "datasets.unread" and not (pictures.source / "a.txt").is_symlink():
            (pictures.source / "a.txt").unlink()
            (pictures.source / "a.txt").symlink_to(pictures.root / "secret")
        return straight(verb, payload)

    rehearsal._call = call
    assert pictures.run(rehearsal)["labels_refused"] == 1
    assert said(pictures) == {"a.jpg": ()}


@pytest.mark.usefixtures("few_files")
@pytest.mark.parametrize("survived", range(1, 13))
def test_killed_anywhere_every_file_counts_once(pictures: Yard, survived: int) -> None:
    for number in range(10):
        put(pictures.source, f"cat/{number}.jpg")
        put(pictures.source, f"cat/{number}.txt", b"dog" if number % 3 else b"\xff")
    job = pictures.claim(pictures.submit())
    with pytest.raises(Killed):
        pictures.run(pictures.rehearse(job, calls=survived))
    job = pictures.claim(pictures.lose(job))
    result = pictures.run(pictures.rehearse(job))
    assert (result["added"], result["labels_read"], result["labels_refused"]) == (10, 6, 4)
    assert said(pictures) == {f"cat/{number}.jpg": ("dog" if number % 3 else "cat",) for number in range(10)}
    check(pictures)


@pytest.mark.usefixtures("few_files")
def test_what_was_left_unread_is_read_by_the_next_one(pictures: Yard) -> None:
    for number in range(10):
        put(pictures.source, f"{number}.jpg")
        put(pictures.source, f"{number}.txt", b"dog")
    job = pictures.claim(pictures.submit())
    with pytest.raises(Killed):
        pictures.run(pictures.rehearse(job, calls=6))
    pictures.fail(job)
    result = pictures.synchronize()
    assert (result["unchanged"], result["labels_read"]) == (10, 7)
    assert set(said(pictures).values()) == {("dog",)}


def test_a_file_that_changes_while_it_is_read_is_read_again(pictures: Yard) -> None:
    put(pictures.source, "a.jpg")
    put(pictures.source, "a.txt", b"dog")
    job = pictures.claim(pictures.submit())
    pictures.call(job, "datasets.open")
    entry = (b"a.txt", 3, 1, "")
    batch = {"start": b"", "entries": [(b"a.jpg", 0, 1, "")], "label_files": [entry], "upto": None, "skipped": 0}
    pictures.call(job, "datasets.apply", batch)
    assert pictures.call(job, "datasets.unread") == {"files": [entry]}
    with pytest.raises(Conflict, match="The labels were not read to their end"):
        pictures.call(job, "datasets.finish")
    stale = {"files": [((b"a.txt", 3, 0, ""), ("cow",), (), False)]}
    assert pictures.call(job, "datasets.label", stale)["counts"]["labels_read"] == 0
    fresh = {"files": [(entry, ("dog",), (), False)]}
    for _ in range(2):
        assert pictures.call(job, "datasets.label", fresh)["counts"]["labels_read"] == 1
    assert pictures.call(job, "datasets.unread") == {"files": []}
    for wrong in (None, {}, {"files": [1]}, {"files": [((b"a",), (), (), False)]}, {"files": [], "more": 1}):
        with pytest.raises(Invalid):
            pictures.call(job, "datasets.label", wrong)
    pictures.call(job, "datasets.finish")
    assert said(pictures) == {"a.jpg": ("dog",)}


def test_labels_are_not_asked_for_before_the_end_of_the_source(pictures: Yard) -> None:
    job = pictures.claim(pictures.submit())
    pictures.call(job, "datasets.open")
    for verb, payload in (("unread", None), ("label", {"files": []})):
        with pytest.raises(Conflict, match="not listed to its end"):
            pictures.call(job, f"datasets.{verb}", payload)


def test_labels_that_shall_not_be_read_are_left_alone(yard: Yard) -> None:
    yard.create(purpose=Purpose.IMAGE_CLASSIFICATION, read_labels=False)
    put(yard.source, "cat/a.jpg")
    put(yard.source, "cat/a.txt", b"dog")
    result = yard.synchronize()
    assert (result["added"], result["labels_read"], result["skipped"]) == (1, 0, 1)
    assert said(yard) == {"cat/a.jpg": ()}


def test_samples_that_lie_far_from_each_other_find_their_texts(pictures: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label_files, "_SCANNED", 4)
    for number in range(20):
        put(pictures.source, f"{number:02}.jpg")
    put(pictures.source, "00.txt", b"first")
    put(pictures.source, "19.txt", b"last")
    pictures.synchronize()
    assert {path: labels for path, labels in said(pictures).items() if labels} == {
        "00.jpg": ("first",),
        "19.jpg": ("last",),
    }


@pytest.mark.parametrize("sign", [" ", "!", "(", "+", ",", "-", "-2", "--", "."])
def test_texts_whose_names_begin_alike_are_all_found(pictures: Yard, sign: str) -> None:
    """`photo-2` begins like `photo`, and still its picture comes before that of `photo`."""
    for name in ("photo", f"photo{sign}", f"photo{sign}9"):
        put(pictures.source, f"{name}.jpg")
        put(pictures.source, f"{name}.txt", name.encode())
    pictures.synchronize()
    names = ("photo", f"photo{sign}", f"photo{sign}9")
    assert said(pictures) == {f"{name}.jpg": (name.strip(),) for name in names}


@pytest.mark.parametrize("ending", ["Jpg", "JPG", "Jpeg"])
@pytest.mark.parametrize("label_ending", ["Txt", "TXT"])
def test_the_case_of_an_ending_hides_no_text(pictures: Yard, ending: str, label_ending: str) -> None:
    put(pictures.source, f"a.{ending}")
    put(pictures.source, f"a.{label_ending}", b"dog")
    put(pictures.source, f"late.{label_ending}", b"dog")
    pictures.synchronize()
    put(pictures.source, f"late.{ending}")
    pictures.synchronize()
    assert said(pictures) == {f"a.{ending}": ("dog",), f"late.{ending}": ("dog",)}


def test_very_many_texts_that_are_gone_at_once_leave_the_counts_right(store: Store, tmp_path: Path) -> None:
    yard = Yard(store, tmp_path, known_limit=12)
    yard.create(purpose=Purpose.IMAGE_CLASSIFICATION)
    for number in range(40):
        put(yard.source, f"a{number:02}.txt", b"dog")
    for number in range(4):
        put(yard.source, f"a{number:02}.jpg")
    yard.synchronize()
    for number in range(40):
        (yard.source / f"a{number:02}.txt").unlink()
    (yard.source / "a00.jpg").unlink()
    put(yard.source, "a04.jpg")
    result = yard.synchronize()
    assert counts(result) == (1, 0, 1, 3)
    assert set(said(yard).values()) == {()}
    check(yard)


def test_very_much_that_was_read_travels_in_pieces(pictures: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message of the desk is bounded, and two hundred large label files are more than it holds."""
    monkeypatch.setattr(sync, "LABEL_BYTES", 10)
    for number in range(6):
        put(pictures.source, f"{number}.jpg")
        put(pictures.source, f"{number}.txt", b"a\nb\nc")
    rehearsal = pictures.rehearse(pictures.claim(pictures.submit()))
    assert pictures.run(rehearsal)["labels_read"] == 6
    assert [verb for verb, _ in rehearsal.calls].count("datasets.label") == 3
    assert set(said(pictures).values()) == {("a", "b", "c")}


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving([]) as stub:
        yield stub


def test_texts_in_a_bucket_are_read(yard: Yard, stub: Stub) -> None:
    allow(yard, stub)
    yard.create(source="s3://bucket/cats/", purpose=Purpose.IMAGE_CLASSIFICATION)
    stub.keys = [b"cats/a b.jpg", b"cats/a b.txt", b"cats/no.jpg", b"cats/no.txt", b"cats/x/y.jpg"]
    contents = {"/bucket/cats/a%20b.txt": Answer(200, body=b"dog\n")}
    stub.react = lambda query: None if query else contents.get(stub.paths[-1], Answer(403, "AccessDenied"))
    result = yard.synchronize()
    assert (result["added"], result["labels_read"], result["labels_refused"]) == (3, 1, 1)
    assert said(yard) == {"a b.jpg": ("dog",), "no.jpg": (), "x/y.jpg": ("x",)}


def many_texts(yard: Yard) -> None:
    """Samples with more label files between them than a batch holds, of which the first is gone again."""
    put(yard.source, "0.jpg")
    put(yard.source, "z.jpg")
    for number in range(45):
        put(yard.source, f"a{number:02}.txt", b"cat\n")
    yard.synchronize()
    (yard.source / "0.jpg").unlink()


def test_a_source_is_not_empty_because_its_samples_lie_behind_many_label_files(pictures: Yard) -> None:
    many_texts(pictures)
    assert counts(pictures.synchronize()) == (0, 0, 1, 1)
    check(pictures)


def test_a_source_of_label_files_alone_is_empty(pictures: Yard) -> None:
    many_texts(pictures)
    (pictures.source / "z.jpg").unlink()
    with pytest.raises(Declined, match="No file was found"):
        pictures.synchronize()
    assert pictures.get().samples == 2
    assert counts(pictures.synchronize(allow_empty=True)) == (0, 0, 2, 0)
    check(pictures)
