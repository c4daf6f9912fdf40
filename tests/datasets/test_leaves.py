from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobyard.datasets import leaves
from jobyard.datasets.messages import Ahead, Batch, Entry, fingerprint

Files = Mapping[bytes, tuple[int, bool]]
"""By path: the size, and whether it is a label file."""

PATH = st.binary(min_size=1, max_size=2).filter(lambda path: b"\0" not in path)
FILE = st.tuples(st.integers(0, 1), st.booleans())
FOLDER = st.dictionaries(PATH, FILE, min_size=10, max_size=25)
Changes = list[tuple[int, tuple[int, bool] | None]]
CHANGES = st.lists(st.tuples(st.integers(0, 40), FILE | st.none()), max_size=4)
"""What becomes of the files at a few places; None is gone."""


@pytest.fixture(autouse=True)
def small_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaves, "LEAF", 3)


def listed(files: Files, *, labels: bool) -> list[Entry]:
    return [(path, size, 1, "") for path, (size, label) in sorted(files.items()) if label is labels]


def whole(files: Files, upto: bytes | None = None) -> Batch:
    entries, label_files = listed(files, labels=False), listed(files, labels=True)
    return Batch(start=b"", entries=entries, label_files=label_files, upto=upto, skipped=7)


def ahead(files: Files) -> Ahead:
    kept = leaves.kept(listed(files, labels=False), listed(files, labels=True), labelled=True)
    return Ahead(upto=None, digest=kept.digest, leaves=kept.leaves)


def told(before: Ahead, batch: Batch) -> Batch | None:
    now = fingerprint(batch.entries, batch.label_files, labelled=True)
    return leaves.in_parts(batch, before, now, labelled=True)


def after(files: Files, batch: Batch) -> dict[bytes, tuple[int, bool]]:
    """Return what is known when the parts of a batch are put in place of what was known there."""
    known, last = dict(files), b""
    for part in batch.parts:
        assert part.start >= last
        assert part.upto is None or part.upto > part.start
        for path in [path for path in known if path > part.start and (part.upto is None or path <= part.upto)]:
            del known[path]
        for entries, label in ((part.entries, False), (part.label_files, True)):
            assert entries == sorted(entries)
            assert all(path > part.start and (part.upto is None or path <= part.upto) for path, *_ in entries)
            known |= {path: (size, label) for path, size, *_ in entries}
        last = b"\xff" * 3 if part.upto is None else part.upto
    return known


@pytest.mark.property
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FOLDER, st.tuples(CHANGES, CHANGES))
def test_parts_make_what_was_known_what_is_there(folder: Files, changes: tuple[Changes, Changes]) -> None:
    before, known = ahead(folder), folder
    for several in changes:
        paths = sorted(known)
        files = dict(known)
        for place, file in several:
            path = paths[place % len(paths)]
            files.pop(path, None)
            if file is not None:
                # Half of the time another file comes behind the one that was there.
                files[path + b"x" * (place % 2)] = file
        batch = told(before, whole(files))
        if batch is None or batch.kept is None:
            before = ahead(files)
        else:
            assert (batch.digest, batch.entries, batch.label_files, batch.skipped) == (before.digest, [], [], 7)
            assert after(known, batch) == files
            assert batch.kept.digest == ahead(files).digest
            before = Ahead(upto=None, digest=batch.kept.digest, leaves=batch.kept.leaves)
        known = files


def numbered(count: int) -> dict[bytes, tuple[int, bool]]:
    return {b"%04d" % number: (1, number % 5 == 0) for number in range(count)}


def test_only_the_leaves_that_changed_are_told() -> None:
    files = numbered(60)
    before = ahead(files)
    files[b"0010"] = (2, True)
    del files[b"0033"]
    files[b"0059x"] = (1, False)
    batch = told(before, whole(files))
    assert batch is not None
    assert [(part.start, part.upto) for part in batch.parts] == [
        (b"0008", b"0012"),
        (b"0032", b"0036"),
        (b"0059", None),
    ]
    assert [path for part in batch.parts for path, *_ in part.label_files] == [b"0010", b"0035"]
    assert after(numbered(60), batch) == files


def test_what_is_gone_between_two_leaves_is_told_as_an_empty_part() -> None:
    files = numbered(60)
    before = ahead(files)
    for number in range(30, 36):
        del files[b"%04d" % number]
    batch = told(before, whole(files))
    assert batch is not None
    assert [(part.start, part.upto, len(part.entries)) for part in batch.parts] == [(b"0029", b"0036", 1)]


@pytest.mark.parametrize("left", [0, 1, 2])
def test_what_changed_much_is_told_whole(left: int) -> None:
    before = ahead(numbered(60))
    files = {path: (2 - (number < left), label) for number, (path, (_, label)) in enumerate(numbered(60).items())}
    assert told(before, whole(files)) is None
    assert told(before, whole({})) is None
    assert told(Ahead(upto=None, digest=b"x"), whole(files)) is None


def test_leaves_neither_grow_nor_shrink_without_end() -> None:
    files = {b"%04d" % number: (1, False) for number in range(150)}
    before = ahead(files)
    for number in range(60):
        files[b"0075%03d" % number] = (1, False)
        batch = told(before, whole(files))
        assert batch is not None
        assert batch.kept is not None
        assert sum(len(part.entries) for part in batch.parts) <= 8
        before = Ahead(upto=None, digest=batch.kept.digest, leaves=batch.kept.leaves)
    for number, path in enumerate(sorted(files)):
        if number % 3:
            del files[path]
            batch = told(before, whole(files))
            kept = ahead(files) if batch is None or batch.kept is None else batch.kept
            before = Ahead(upto=None, digest=kept.digest, leaves=kept.leaves)
    assert len(before.leaves) <= 20 * 2 * (len(files) // 3 + 3)
