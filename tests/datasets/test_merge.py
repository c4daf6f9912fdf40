from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.datasets.merge import difference
from jobyard.datasets.messages import Entry

PATH = st.binary(min_size=1, max_size=2).filter(lambda path: b"\0" not in path)
CONTENT = st.tuples(st.integers(0, 2), st.integers(0, 2))
FOLDER = st.dictionaries(PATH, CONTENT, max_size=30)


def entries(folder: dict[bytes, tuple[int, int]]) -> list[Entry]:
    return [(path, *content, "") for path, content in sorted(folder.items())]


@pytest.mark.property
@given(FOLDER, FOLDER)
def test_it_agrees_with_sets(known: dict[bytes, tuple[int, int]], listed: dict[bytes, tuple[int, int]]) -> None:
    found = difference(entries(known), entries(listed))
    both = known.keys() & listed.keys()
    assert [path for path, *_ in found.added] == sorted(listed.keys() - known.keys())
    assert found.deleted == entries({path: known[path] for path in known.keys() - listed.keys()})
    assert found.changed == entries({path: listed[path] for path in both if known[path] != listed[path]})
    assert found.unchanged == sum(known[path] == listed[path] for path in both)
    assert found.growth == sum(size for size, _ in listed.values()) - sum(size for size, _ in known.values())


@pytest.mark.property
@given(FOLDER, FOLDER)
def test_the_stretches_hold_the_deleted_and_no_other_known_one(
    known: dict[bytes, tuple[int, int]], listed: dict[bytes, tuple[int, int]]
) -> None:
    found = difference(entries(known), entries(listed))
    inside = [path for path in sorted(known) if any(first <= path <= last for first, last in found.gone)]
    assert inside == [path for path, *_ in found.deleted]
    assert found.gone == sorted(found.gone)


def test_a_folder_that_went_is_one_stretch() -> None:
    known = entries({bytes([65, number]): (1, 1) for number in range(1, 50)})
    assert difference(known, []).gone == [(b"A\x01", b"A1")]
    assert difference(known, [(b"A\x05x", 1, 1, "")]).gone == [(b"A\x01", b"A1")]
    assert difference(known, [known[10]]).gone == [(b"A\x01", b"A\x0a"), (b"A\x0c", b"A1")]


def test_changes_are_named_with_what_happened() -> None:
    found = difference([(b"b", 1, 1, ""), (b"c", 1, 1, "")], [(b"a", 1, 1, ""), (b"b", 2, 1, "")])
    assert list(found.named()) == [("added", b"a"), ("changed", b"b"), ("deleted", b"c")]


def test_an_etag_that_stays_means_the_same_and_one_that_differs_does_not() -> None:
    known: list[Entry] = [(b"a", 1, 1, "x"), (b"b", 1, 1, "x"), (b"c", 1, 1, "x"), (b"d", 1, 1, "")]
    found = difference(known, [(b"a", 1, 9, "x"), (b"b", 1, 1, "y"), (b"c", 2, 1, "x"), (b"d", 1, 2, "x")])
    assert found.unchanged == 1
    assert [path for path, *_ in found.changed] == [b"b", b"c", b"d"]
