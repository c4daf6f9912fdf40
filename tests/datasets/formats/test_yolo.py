"""Both layouts of YOLO's text files, and PASCAL VOC, which also holds upright rectangles."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jobyard.datasets.annotations import Shape, ShapeKind
from jobyard.datasets.formats.facts import Item, Read, Write
from jobyard.datasets.formats.frames import Frame
from jobyard.datasets.formats.voc.reading import read as read_voc
from jobyard.datasets.formats.voc.writing import write as write_voc
from jobyard.datasets.formats.yolo import darknet, lines, ultralytics
from jobyard.job.errors import Fault, FileBroken, UnknownFrame, UnknownLabel
from tests.datasets.formats import drawn, zips
from tests.datasets.formats.drawn import BIRD, CAR, rectangle
from tests.trials import at_most

FORMATS = {
    "yolo": (darknet.write, darknet.read),
    "ultralytics": (ultralytics.write, ultralytics.read),
    "voc": (write_voc, read_voc),
}
FRAMES = [Frame(number=7, name="a.png", width=64, height=48), Frame(number=8, name="b/c.png", width=64, height=48)]
LAYOUTS = {
    "yolo": {"obj.data", "obj.names", "train.txt", "val.txt", "obj_train_data/a.txt", "obj_val_data/b/c.txt"},
    "ultralytics": {"data.yaml", "train.txt", "val.txt", "labels/train/a.txt", "labels/val/b/c.txt"},
    "voc": {
        *("labelmap.txt", "ImageSets/Main/default.txt", "ImageSets/Main/val.txt"),
        *("Annotations/a.xml", "Annotations/b/c.xml"),
    },
}
PICTURES = {
    "yolo": {"obj_train_data/a.png", "obj_val_data/b/c.png"},
    "ultralytics": {"images/train/a.png", "images/val/b/c.png"},
    "voc": {"JPEGImages/a.png", "JPEGImages/b/c.png"},
}


@pytest.fixture(params=FORMATS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def upright(shape: Shape) -> tuple[float, ...]:
    x, y, other_x, other_y = shape.points
    return min(x, other_x), min(y, other_y), max(x, other_x), max(y, other_y)


@pytest.mark.property
@at_most(1_000)
@pytest.mark.parametrize(("write", "read"), FORMATS.values(), ids=FORMATS)
@given(items=drawn.items([ShapeKind.RECTANGLE]))
def test_upright_rectangles_come_back(
    tmp_path_factory: pytest.TempPathFactory, write: Write, read: Read, items: list[Item]
) -> None:
    flat = [
        replace(
            one,
            annotations=replace(
                one.annotations, shapes=tuple(replace(shape, rotation=0.0) for shape in one.annotations.shapes)
            ),
        )
        for one in items
    ]
    archive, _ = drawn.write(write, tmp_path_factory.mktemp("boxes"), flat)
    found = {one.frame.name: one for one in drawn.read(read, archive, [one.frame for one in items])}
    assert found.keys() == {one.frame.name for one in items}
    for one in flat:
        back = found[one.frame.name].annotations.shapes
        assert [shape.label for shape in back] == [shape.label for shape in one.annotations.shapes]
        for shape, wanted in zip(back, one.annotations.shapes, strict=True):
            assert shape.points == pytest.approx(upright(wanted), rel=1e-9, abs=1e-6)
            assert shape.frame == wanted.frame
            if read is read_voc:
                assert (shape.attributes, shape.occluded) == (wanted.attributes, wanted.occluded)


def test_files_stand_where_the_format_has_them(tmp_path: Path, name: str) -> None:
    write, read = FORMATS[name]
    items = [drawn.item(0, "a.png", rectangle()), drawn.item(1, "b/c.png", subset="val")]
    archive, _ = drawn.write(write, tmp_path, items)
    with zipfile.ZipFile(archive) as zipped:
        assert set(zipped.namelist()) == LAYOUTS[name]
    archive, _ = drawn.write(write, tmp_path, items, pictures=True)
    with zipfile.ZipFile(archive) as zipped:
        assert set(zipped.namelist()) == LAYOUTS[name] | PICTURES[name]
    assert drawn.pictures(read, archive) == dict.fromkeys(["a.png", "b/c.png"], drawn.png())
    first, second = drawn.read(read, archive)
    assert (first.frame.subset, second.frame.subset) == ("", "val")
    assert first.annotations.shapes[0].points == pytest.approx((1, 2, 11, 22))


def test_a_turned_rectangle_becomes_the_upright_one_around_it(tmp_path: Path, name: str) -> None:
    write, read = FORMATS[name]
    archive, _ = drawn.write(
        write, tmp_path, [drawn.item(0, "a.png", rectangle(0, CAR, 10, 10, 30, 20, rotation=90.0))]
    )
    (found,) = drawn.read(read, archive, [FRAMES[0]])
    assert found.annotations.shapes[0].points == pytest.approx((15, 5, 25, 25))


def test_what_has_no_place_is_counted(tmp_path: Path, name: str) -> None:
    line = Shape(frame=0, label=CAR.number, kind=ShapeKind.POLYLINE, points=(0, 0, 1, 1))
    _, export = drawn.write(FORMATS[name][0], tmp_path, [drawn.item(0, "a.png", line, line)])
    assert export.left_out == {"polyline": 2}


def test_a_pictures_size_is_looked_up_where_nobody_knows_it(tmp_path: Path, name: str) -> None:
    write, read = FORMATS[name]
    one = drawn.item(0, "a.png", rectangle())
    archive, _ = drawn.write(write, tmp_path, [replace(one, frame=Frame(number=0, name="a.png"))], pictures=True)
    (found,) = drawn.read(read, archive)
    assert found.annotations.shapes[0].points == pytest.approx((1, 2, 11, 22))
    bare = replace(one, frame=Frame(number=0, name="a.png"), picture=None)
    with pytest.raises(FileBroken, match=r"a.png .*size is not known"):
        drawn.write(write, tmp_path, [bare])
    broken = replace(one, frame=Frame(number=0, name="a.png"), picture=drawn.opened(b"no picture"))
    with pytest.raises(FileBroken, match=r"a.png .*no picture"):
        drawn.write(write, tmp_path, [broken])


def test_nothing_makes_an_archive_of_nothing(tmp_path: Path, name: str) -> None:
    write, read = FORMATS[name]
    archive, _ = drawn.write(write, tmp_path, [])
    assert drawn.read(read, archive) == []


def test_names_that_yaml_would_misread_come_back(tmp_path: Path) -> None:
    archive, _ = drawn.write(ultralytics.write, tmp_path, [drawn.item(0, "a.png", rectangle(0, BIRD))])
    with zipfile.ZipFile(archive) as zipped:
        assert '1: "bird & <co>"' in zipped.read("data.yaml").decode()
    assert drawn.read(ultralytics.read, archive, [FRAMES[0]])[0].annotations.shapes[0].label == BIRD.number


def test_a_score_behind_a_rectangle_is_read(tmp_path: Path) -> None:
    members = [("obj.names", b"car\n"), ("obj_train_data/a.txt", b"0 0.5 0.5 0.5 0.5 0.25\n\n")]
    (found,) = drawn.read(darknet.read, zips.archive(tmp_path / "a.zip", members), FRAMES)
    (shape,) = found.annotations.shapes
    assert (shape.score, shape.points) == (0.25, (16, 12, 48, 36))
    assert found.frame == FRAMES[0]


WORDS = st.sampled_from(
    ["0", "1", "2", "0.5", "-0.25", "1e-3", "1e5", "7", "-1", "nan", "inf", "x", "1,1", "[1]", ".5", ""]
)
ENDS = st.sampled_from(["\n", "\r\n", "\n\n", " \n", "\u2028"])


@pytest.mark.property
@given(st.lists(st.tuples(st.lists(WORDS, min_size=4, max_size=6), ENDS), max_size=3))
def test_quick_reading_says_what_careful_reading_says(said: list[tuple[list[str], str]]) -> None:
    text = "".join(" ".join(words) + end for words, end in said)
    labels = [CAR, BIRD]

    def read(content: str) -> object:
        try:
            return lines.read(content.encode(), "a.txt", labels, FRAMES[0], (64, 48))
        except Fault as fault:
            return type(fault), fault.sentence

    # Two blanks make every line one that is read carefully.
    assert read(text) == read(text.replace(" ", "  "))


def test_what_most_programs_write_is_read_quickly() -> None:
    assert lines.quick(b"1 0.5 0.5 0.25 1\n0 0.0 1 1e-05 0\n") == [(1, 0.5, 0.5, 0.25, 1.0), (0, 0.0, 1.0, 1e-05, 0.0)]
    assert lines.quick(b"1 0.5 0.5 0.25 1 0.9\n") is None


CARD = b"names: [car, 'bird & <co>']\ntrain: images/train\n"
YOLO = {
    "class": ("9 0 0 0 0", UnknownLabel, "class 9"),
    "text": ("0 0 x 0 0", FileBroken, "no number: x"),
    "nan": ("0 nan 0 0 0", FileBroken, "no number: nan"),
    "negative": ("0 0 0 -1 0", FileBroken, "negative"),
    "outline": ("0 1 1 2 2 3 3 4 4", FileBroken, "line 1 has 9 numbers"),
    "half": ("0.5 0 0 0 0", FileBroken, "no whole number"),
    "far": ("0 1e300 0 1 1", FileBroken, "line 1 lies far beyond any picture"),
    "second": ("0 0 0 1 1\n1 0 0 1 1\n2 0 0 1 1\n3 0 0 1 1", UnknownLabel, "class 2"),
}


@pytest.mark.parametrize("wrong", YOLO)
@pytest.mark.parametrize("layout", ["yolo", "ultralytics"])
def test_the_offender_in_a_line_is_named(tmp_path: Path, layout: str, wrong: str) -> None:
    text, fault, named = YOLO[wrong]
    old = layout == "yolo"
    head = ("obj.names", b"car\nbird & <co>\n") if old else ("data.yaml", CARD)
    place = "obj_train_data/a.txt" if old else "labels/train/a.txt"
    path = zips.archive(tmp_path / "a.zip", [head, (place, text.encode())])
    with pytest.raises(fault) as caught:
        drawn.read(FORMATS[layout][1], path, FRAMES)
    assert named in caught.value.sentence
    assert place in caught.value.sentence


ARCHIVES: dict[str, tuple[str, dict[str, bytes], type[Fault], str]] = {
    "label": ("yolo", {"obj.names": b"dog\n"}, UnknownLabel, "dog"),
    "no names": ("yolo", {"a.txt": b""}, FileBroken, "obj.names"),
    "frame": ("yolo", {"obj.names": b"car\n", "obj_train_data/x.txt": b""}, UnknownFrame, "x"),
    "listed": ("yolo", {"obj.names": b"car\n", "train.txt": b"data/obj_train_data/x.png"}, UnknownFrame, "x.png"),
    "elsewhere": ("yolo", {"obj.names": b"car\n", "train.txt": b"/data/x.png"}, FileBroken, "x.png"),
    "bytes": ("yolo", {"obj.names": b"\xff\xfe"}, FileBroken, "UTF-8"),
    "no card": ("ultralytics", {"a.yaml": CARD}, FileBroken, "data.yaml"),
    "no yaml": ("ultralytics", {"data.yaml": b"names: ["}, FileBroken, "no YAML"),
    "no map": ("ultralytics", {"data.yaml": b"5"}, FileBroken, "no names"),
    "code": ("ultralytics", {"data.yaml": b"names: !!python/object/apply:os.system [ls]"}, FileBroken, "no YAML"),
    "gap": ("ultralytics", {"data.yaml": b"names: {0: car, 2: car}"}, FileBroken, "count from 0"),
    "dog": ("ultralytics", {"data.yaml": b"names: [car, dog]"}, UnknownLabel, "dog"),
    "stranger": ("ultralytics", {"data.yaml": CARD, "labels/train/x.txt": b""}, UnknownFrame, "x"),
    "twice": (
        "ultralytics",
        {"data.yaml": CARD + b"val: val.txt\n", "val.txt": b"images/a.png\n" * 2},
        FileBroken,
        "twice",
    ),
    "nothing": ("voc", {"a.xml": b""}, FileBroken, "Annotations"),
    "root": ("voc", {"Annotations/a.xml": b"<svg/>"}, FileBroken, "Annotations/a.xml"),
    "unknown": ("voc", {"Annotations/x.xml": b"<annotation/>"}, UnknownFrame, "x"),
    "laughs": ("voc", {"Annotations/a.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><annotation/>'}, FileBroken, "entities"),
    "no box": (
        "voc",
        {"Annotations/a.xml": b"<annotation><object><name>car</name></object></annotation>"},
        FileBroken,
        "no bndbox",
    ),
    "voc dog": (
        "voc",
        {"Annotations/a.xml": b"<annotation><object><name>dog</name></object></annotation>"},
        UnknownLabel,
        "dog",
    ),
    "voc number": (
        "voc",
        {"Annotations/a.xml": b"<annotation><object><name>car</name><bndbox/></object></annotation>"},
        FileBroken,
        "no number: ",
    ),
}


@pytest.mark.parametrize("case", ARCHIVES)
def test_the_offender_in_an_archive_is_named(tmp_path: Path, case: str) -> None:
    layout, members, fault, named = ARCHIVES[case]
    path = zips.archive(tmp_path / "a.zip", members.items())
    with pytest.raises(fault) as caught:
        drawn.read(FORMATS[layout][1], path, FRAMES)
    assert named in caught.value.sentence


def test_lists_of_single_labels_name_no_pictures(tmp_path: Path) -> None:
    members = {
        "Annotations/a.xml": b"<annotation/>",
        "ImageSets/Main/val.txt": b"a\nb/c\n",
        "ImageSets/Main/car_val.txt": b"a  1\nb/c -1\n",
    }
    found = drawn.read(read_voc, zips.archive(tmp_path / "a.zip", members.items()), FRAMES)
    assert [one.frame.name for one in found] == ["a.png", "b/c.png"]
