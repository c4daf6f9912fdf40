from __future__ import annotations

from pathlib import Path

import pytest

from jobyard.datasets.catalog import Datasets, contents, ground
from jobyard.datasets.record import LabelledSample, SampleFilter, TagWanted
from jobyard.job.errors import Invalid, NotFound, Refused
from jobyard.people.record import Actor, Role
from tests.datasets.counting import check_counts, everything, pictures
from tests.datasets.yard import ADA, BOB, OPERATOR, Yard, put


def paths(found: list[LabelledSample]) -> list[bytes]:
    return [one.sample.path for one in found]


def test_samples_are_found_by_label_by_text_and_by_whether_they_carry_one(yard: Yard) -> None:
    yard.create()
    samples = pictures(yard, 12)
    wanted = [(one.sample.id, [TagWanted(name="even" if one.number % 2 else "odd")]) for one in samples[:6]]
    yard.ask(yard.datasets.set_tags(ADA, "cats", wanted, make_labels=True))
    check_counts(yard)
    assert paths(everything(yard, wanted=SampleFilter(label="even"))) == [b"000.jpg", b"002.jpg", b"004.jpg"]
    assert everything(yard, wanted=SampleFilter(label="even", annotated=False)) == []
    assert len(everything(yard, wanted=SampleFilter(label="even", annotated=True))) == 3
    assert everything(yard, wanted=SampleFilter(label="no such label")) == []
    assert paths(everything(yard, wanted=SampleFilter(text="1"))) == [b"001.jpg", b"010.jpg", b"011.jpg"]
    assert paths(everything(yard, wanted=SampleFilter(text="1", annotated=False))) == [b"010.jpg", b"011.jpg"]
    assert paths(everything(yard, wanted=SampleFilter(text="1", annotated=True))) == [b"001.jpg"]
    assert paths(everything(yard, wanted=SampleFilter(text="4.", label="even"))) == [b"004.jpg"]
    assert everything(yard, wanted=SampleFilter(text="%")) == []
    shown, total = yard.ask(yard.datasets.browse_samples(ADA, "cats", SampleFilter(label="odd"), whole=True))
    assert total == 3
    assert [[tag.frame for tag in one.annotations.tags] for one in shown if one.annotations] == [[1], [3], [5]]
    assert yard.ask(yard.datasets.browse_samples(ADA, "cats", SampleFilter(), offset=10**12)) == ([], 12)
    first, _ = yard.ask(yard.datasets.browse_samples(ADA, "cats", SampleFilter(), offset=-5, limit=-5))
    assert [one.number for one in first] == [1]


def test_a_text_finds_bytes_that_are_no_text(yard: Yard) -> None:
    yard.create()
    for path in (b"a\xff.jpg", "größe/1".encode(), b"\n"):
        put(yard.source, path)
    yard.synchronize()
    assert paths(everything(yard, wanted=SampleFilter(text="\udcff"))) == [b"a\xff.jpg"]
    assert paths(everything(yard, wanted=SampleFilter(text="ö"))) == ["größe/1".encode()]
    assert paths(everything(yard, wanted=SampleFilter(text="\n"))) == [b"\n"]
    for nothing in ("\0", "\ud800", "\udd00", "\udc80"):
        assert everything(yard, wanted=SampleFilter(text=nothing)) == []


def test_what_has_no_counter_is_counted_up_to_a_limit(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "COUNT_LIMIT", 4)
    yard.create()
    pictures(yard, 9)
    page, total = yard.ask(yard.datasets.browse_samples(ADA, "cats", SampleFilter(text="jpg")))
    assert (len(page), total) == (9, 4)


def test_pages_by_path_bring_labels_too(yard: Yard) -> None:
    yard.create()
    samples = pictures(yard, 3)
    put(yard.source, "000.a")
    yard.synchronize()
    yard.ask(yard.datasets.set_tags(ADA, "cats", [(samples[1].sample.id, [TagWanted(name="b")])], make_labels=True))
    page, behind, total = yard.ask(yard.datasets.page_samples(ADA, "cats", limit=3))
    assert (paths(page), behind, total) == ([b"000.a", b"000.jpg", b"001.jpg"], b"001.jpg", 4)
    assert [(one.number, one.labels) for one in page] == [(4, ()), (1, ()), (2, ("b",))]
    assert yard.ask(yard.datasets.page_samples(ADA, "cats", after=b"001.jpg"))[1:] == (None, 4)


def test_deleted_samples_are_gone_with_what_was_said_of_them_and_come_back_as_new_ones(yard: Yard) -> None:
    yard.create()
    samples = pictures(yard, 5)
    ids = [one.sample.id for one in samples]
    yard.ask(yard.datasets.set_tags(ADA, "cats", [(ids[0], [TagWanted(name="a")])], make_labels=True))
    unknown = "0" * 32
    outcomes = yard.ask(yard.datasets.delete_samples(ADA, "cats", [ids[0], unknown, ids[2], ids[0], "x"]))
    assert [one.code for one in outcomes] == ["", "not_found", "", "", "not_found"]
    assert outcomes[1].reason == f"There is no sample {unknown}."
    check_counts(yard)
    assert yard.get().annotated == 0
    assert [one.code for one in yard.ask(yard.datasets.delete_samples(ADA, "cats", [ids[0]]))] == ["not_found"]
    assert yard.synchronize()["added"] == 2
    back = everything(yard)
    assert [one.number for one in back] == [2, 4, 5, 6, 7]
    assert not back[3].annotated and not back[3].by_hand
    yard.check_counters()
    with pytest.raises(Invalid, match="At most 1000 samples"):
        yard.ask(yard.datasets.delete_samples(ADA, "cats", [unknown] * (ground.BATCH_LIMIT + 1)))


def test_files_are_deleted_only_below_the_source_and_never_through_a_link(yard: Yard, tmp_path: Path) -> None:
    yard.create()
    outside = tmp_path / "outside"
    for folder in ("turned", "plain", "stays"):
        put(yard.source, f"{folder}/1.jpg")
    put(outside, "1.jpg")
    put(yard.source, "link.jpg")
    put(yard.source, "gone.jpg")
    put(yard.source, "folder.jpg")
    yard.synchronize()
    ids = {one.sample.path: one.sample.id for one in everything(yard)}
    (yard.source / "turned").rename(tmp_path / "aside")
    (yard.source / "turned").symlink_to(outside)
    (yard.source / "link.jpg").unlink()
    (yard.source / "link.jpg").symlink_to(outside / "1.jpg")
    (yard.source / "gone.jpg").unlink()
    (yard.source / "folder.jpg").unlink()
    (yard.source / "folder.jpg").mkdir()
    asked = [b"turned/1.jpg", b"plain/1.jpg", b"link.jpg", b"gone.jpg", b"folder.jpg"]
    outcomes = yard.ask(yard.datasets.delete_samples(ADA, "cats", [ids[one] for one in asked], delete_source=True))
    assert [bool(one.code) for one in outcomes] == [True, False, True, False, True]
    assert "link.jpg is not a regular file" in outcomes[2].reason
    assert (outside / "1.jpg").exists() and (yard.source / "stays/1.jpg").exists()
    assert not (yard.source / "plain/1.jpg").exists()
    assert sorted(paths(everything(yard))) == [b"folder.jpg", b"link.jpg", b"stays/1.jpg", b"turned/1.jpg"]
    check_counts(yard)


def test_a_source_that_left_the_roots_loses_no_file(yard: Yard, tmp_path: Path) -> None:
    yard.create()
    [one] = pictures(yard, 1)
    moved = tmp_path / "moved"
    yard.source.rename(moved)
    yard.source.symlink_to(moved)
    [outcome] = yard.ask(yard.datasets.delete_samples(ADA, "cats", [one.sample.id], delete_source=True))
    assert outcome.code and "allowed as a source" in outcome.reason
    assert [file.name for file in moved.iterdir()] == ["000.jpg"]
    assert yard.get().samples == 1


def test_files_are_deleted_only_where_an_administrator_allowed_it(yard: Yard) -> None:
    yard.create()
    [one] = pictures(yard, 1)
    strict = Datasets(yard.store, yard.clock, [yard.root])
    with pytest.raises(Refused, match="source-deletes"):
        yard.ask(strict.delete_samples(OPERATOR, "cats", [one.sample.id], delete_source=True))
    assert (yard.source / "000.jpg").exists() and yard.get().samples == 1
    assert [one.code for one in yard.ask(strict.delete_samples(ADA, "cats", [one.sample.id]))] == [""]


def test_who_may_delete_samples(yard: Yard) -> None:
    yard.create()
    [one] = pictures(yard, 1)
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.delete_samples(BOB, "cats", [one.sample.id]))
    with pytest.raises(NotFound):
        yard.ask(yard.datasets.browse_samples(BOB, "cats", SampleFilter()))
    with pytest.raises(Refused):
        yard.ask(yard.datasets.delete_samples(Actor(name="ada", role=Role.VIEWER), "cats", [one.sample.id]))
    assert yard.get().samples == 1
