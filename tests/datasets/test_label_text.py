from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.datasets import label_text
from jobyard.datasets.label_text import SIZE_LIMIT, Unreadable
from jobyard.datasets.messages import Box

CORNERS = "<bndbox><xmin>{0}</xmin><ymin>{1}</ymin><xmax>{2}</xmax><ymax>{3}</ymax></bndbox>"
OBJECT = f"<object><name>{{name}}</name>{CORNERS}</object>"


def voc(*things: str) -> bytes:
    return f"<annotation><filename>a.jpg</filename>{''.join(things)}</annotation>".encode()


def box(name: str, *corners: object) -> str:
    return OBJECT.format(*corners, name=name)


def test_labels_stand_one_on_a_line() -> None:
    assert label_text.lines(b"cat\ndog\r\n\n  cat  \n") == ("cat", "dog")
    assert label_text.lines("\ufeffLöwe".encode()) == ("Löwe",)
    assert label_text.lines(b"") == ()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff\xfecat", "not UTF-8"),
        (b"ca\0t", "NUL"),
        (b"x" * 201, "1 to 200 printable"),
        ("a\u202eb".encode(), "1 to 200 printable"),
        (b"\n".join(b"%d" % number for number in range(5001)), "more than 5,000 labels"),
        (b"a" * (SIZE_LIMIT + 1), "larger than 1,024 KiB"),
    ],
)
def test_a_text_that_holds_no_labels_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        label_text.lines(data)


def test_boxes_and_polygons_are_read() -> None:
    outline = "<x1>1</x1><y1>2</y1><x2>3.5</x2><y2>4</y2><x3>5</x3><y3>6</y3>"
    polygon = f"<object><name>dog</name><polygon>{outline}</polygon></object>"
    assert label_text.boxes(voc(box("cat", 1, 2.5, 30, 40), polygon)) == (
        Box(label="cat", points=(1.0, 2.5, 30.0, 40.0)),
        Box(label="dog", points=(1.0, 2.0, 3.5, 4.0, 5.0, 6.0)),
    )
    assert label_text.boxes(voc()) == ()


BOMB = b"""<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>
<annotation><object><name>&b;</name></object></annotation>"""
THIEF = (
    b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><annotation><object><name>&a;</name></object></annotation>"
)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (BOMB, "declares entities"),
        (THIEF, "declares entities"),
        (BOMB.decode().encode("utf-16"), "not UTF-8"),
        (BOMB.decode().encode("utf-16-le"), "NUL"),
        (BOMB.decode().encode("utf-7").replace(b"+ADw-", b"<"), "declares entities"),
        (b"", "not well-formed"),
        (b"<annotation>", "not well-formed"),
        (b"<other/>", "no Pascal VOC"),
        (
            b"<?xml version='1.0' encoding='gbk'?><annotation><object><name>\xc3\xa8</name></object></annotation>",
            "neither",
        ),
        (voc("<object/>"), "1 to 200 printable"),
        (voc("<object><name>cat</name></object>"), "neither a bndbox nor a polygon"),
        (voc(box("cat", "nan", 1, 2, 3)), "a corner of cat is no number"),
        (voc(box("cat", "1e400", 1, 2, 3)), "a corner of cat is no number"),
        (voc(box("cat", "", 1, 2, 3)), "a corner of cat is no number"),
        (voc(box("cat", 5, 1, 2, 3)), "inside out"),
        (voc("<object><name>cat</name><polygon><x1>1</x1><y1>1</y1></polygon></object>"), "fewer than three points"),
        (voc("<object><name>cat</name><polygon><x1>1</x1></polygon></object>"), "no number"),
        (voc(*[box("cat", 1, 1, 2, 2)] * 5001), "more than 5,000 boxes"),
        (b"<annotation>" * 50_000, "not well-formed"),
    ],
)
def test_hostile_and_broken_files_are_refused(data: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        label_text.boxes(data)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (label_text.lines, label_text.boxes):
        with contextlib.suppress(Unreadable):
            read(data)
