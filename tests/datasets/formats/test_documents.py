from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.datasets.formats import documents
from jobyard.datasets.formats.documents import several
from jobyard.job.errors import FileBroken
from tests.trials import at_most

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9) | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=3), inside, max_size=3),
    max_leaves=6,
)


def read(content: bytes, *wanted: str) -> list[tuple[str, Any]]:
    found = several(io.BytesIO(content), "a.json", wanted)
    return [(name, value) for name, values in found for value in values]


@pytest.mark.property
@at_most(1_000)
@given(
    st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), st.lists(JSON, max_size=4)), st.booleans(), st.integers(1, 9)
)
def test_it_agrees_with_the_standard_library(document: dict[str, list[Any]], spaced: bool, chunk: int) -> None:
    text = json.dumps({"x": 12, **document, "y": {"z": [1]}}, indent=2 if spaced else None, ensure_ascii=spaced)
    patched = pytest.MonkeyPatch()
    patched.setattr(documents, "_CHUNK", chunk)
    try:
        assert read(text.encode(), "a", "c") == [(n, v) for n in document for v in document[n] if n in {"a", "c"}]
    finally:
        patched.undo()


def test_an_order_mark_is_no_content() -> None:
    assert read(b'\xef\xbb\xbf{"a":[1]}', "a") == [("a", 1)]


WRONG = {
    "": "it is empty",
    "[]": "no JSON object",
    "{": "no whole JSON",
    '{"a":[1,2': "no whole JSON",
    '{"a":[1 2]}': ", is missing",
    '{"a":[1],}': "no whole JSON",
    '{"a":[NaN]}': "NaN is no number",
    '{"a":[Infinity]}': "Infinity is no number",
    '{"a":{}}': "a is no list",
    '{"a":[]} x': "behind its end",
    "{1:[]}": "a name is no text",
    '{"a":[' + "[" * 100_000 + "]" * 100_000 + "]}": "no whole JSON",
    '{"a":[' + "9" * 5_000 + "]}": "no whole JSON",
    '{"a":["\\ud800\x01"]}': "no whole JSON",
}


@pytest.mark.parametrize("text", WRONG, ids=range(len(WRONG)))
def test_what_is_wrong_is_told(text: str) -> None:
    with pytest.raises(FileBroken) as caught:
        read(text.encode(), "a")
    assert WRONG[text] in caught.value.sentence
    assert "a.json" in caught.value.sentence


def test_foreign_bytes_are_told() -> None:
    with pytest.raises(FileBroken, match="UTF-8"):
        read(b'{"a":["\xff"]}', "a")


class _Endless(io.RawIOBase):
    """A list of many elements that was never in memory."""

    def __init__(self, count: int) -> None:
        self._pieces = self._written(count)

    def _written(self, count: int) -> Iterator[bytes]:
        yield b'{"a":['
        for number in range(count):
            yield b'%s{"id":%d,"bbox":[1,2,3,4],"more":"%s"}' % (b"," if number else b"", number, b"x" * 100)
        yield b"]}"

    def read(self, size: int = -1) -> bytes:
        found = bytearray()
        for piece in self._pieces:
            found += piece
            if len(found) >= size:
                break
        return bytes(found)


def test_memory_does_not_grow_with_the_document() -> None:
    endless: Any = _Endless(40_000)
    tracemalloc.start()
    count = sum(len(values) for _, values in several(endless, "a.json", {"a"}))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 40_000
    assert peak < 4 << 20
