from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.datasets.annotations import Position, Shape, ShapeKind, Source, Tag
from jobyard.datasets.formats import markup
from jobyard.datasets.formats.cvat import reading
from jobyard.datasets.formats.cvat.boxes import plain
from jobyard.datasets.formats.cvat.reading import read as read_cvat
from jobyard.datasets.formats.cvat.writing import write as write_cvat
from jobyard.datasets.formats.facts import Item
from jobyard.datasets.formats.frames import Frame
from jobyard.datasets.tracks import shape_at
from jobyard.job.errors import Fault, FileBroken, UnknownFrame, UnknownLabel
from tests.datasets.formats import drawn, zips
from tests.datasets.formats.drawn import BIRD, CAR, PERSON, rectangle
from tests.trials import at_most

FRAMES = [Frame(number=7, name="a.png", width=64, height=48), Frame(number=8, name="b/c.png", width=64, height=48)]


def document(folder: Path, inside: str) -> Path:
    path = folder / "annotations.xml"
    path.write_text(f"<?xml version='1.0'?><annotations><version>1.1</version>{inside}</annotations>")
    return path


@pytest.mark.property
@at_most(1_000)
@given(drawn.items())
def test_nothing_is_lost(tmp_path_factory: pytest.TempPathFactory, items: list[Item]) -> None:
    folder = tmp_path_factory.mktemp("cvat")
    archive, export = drawn.write(write_cvat, folder, items)
    assert export.left_out == {}
    assert list(drawn.facts(drawn.read(read_cvat, archive))) == list(drawn.facts(items))


def test_a_document_and_its_pictures_stand_where_cvat_has_them(tmp_path: Path) -> None:
    items = [drawn.item(0, "a.png", rectangle()), drawn.item(1, "b/c.png", subset="train")]
    archive, _ = drawn.write(write_cvat, tmp_path, items, pictures=True, name="Street")
    with zipfile.ZipFile(archive) as zipped:
        assert zipped.testzip() is None
        assert sorted(zipped.namelist()) == ["annotations.xml", "images/a.png", "images/train/b/c.png"]
        text = zipped.read("annotations.xml").decode()
        assert zipped.read("images/a.png") == drawn.png()
    assert "<name>Street</name>" in text
    assert '<box label="car" source="manual" occluded="0" xtl="1" ytl="2" xbr="11" ybr="22" z_order="0"></box>' in text
    assert "<type>skeleton</type>" in text and "<parent>person</parent>" in text
    assert drawn.pictures(read_cvat, archive) == dict.fromkeys(["a.png", "b/c.png"], drawn.png())


def test_numbers_are_those_of_the_frames_here(tmp_path: Path) -> None:
    shape = '<image id="99" name="{}"><box label="car" xtl="1" ytl="2" xbr="3" ybr="4.5" occluded="1"/></image>'
    path = document(tmp_path, shape.format("a.png") + shape.format("c.png"))
    first, second = drawn.read(read_cvat, path, FRAMES)
    assert first.annotations.shapes == (rectangle(7, CAR, 1, 2, 3, 4.5, occluded=True),)
    assert second.frame == FRAMES[1], "the folder before a name may be left out"


def test_what_other_programs_leave_out_has_its_usual_value(tmp_path: Path) -> None:
    path = document(
        tmp_path,
        '<meta><job/></meta><image name="a.png"><tag label="car"/>'
        '<ellipse label="car" cx="5" cy="6" rx="2" ry="1"/>'
        '<mask label="car" rle="1, 3" left="2" top="3" width="2" height="2"/>'
        '<box label="car" xtl="1" ytl="1" xbr="2" ybr="2" source="robot"><attribute name="price">1</attribute></box>'
        "</image>",
    )
    (found,) = drawn.read(read_cvat, path, FRAMES)
    assert found.annotations.tags == (Tag(frame=7, label=CAR.number),)
    ellipse, mask, box = found.annotations.shapes
    assert [ellipse.points, mask.points] == [(5, 6, 7, 5), (1, 3, 2, 3, 3, 4)]
    assert (box.source, box.attributes) == (Source.MANUAL, {})


def test_an_ellipse_that_somebody_moved_is_read_as_it_was_moved(tmp_path: Path) -> None:
    ellipse = '<ellipse label="car" cx="5" cy="6" rx="2" ry="1" right="9" top="5"/>'
    (found,) = drawn.read(read_cvat, document(tmp_path, f'<image name="a.png">{ellipse}</image>'), FRAMES)
    assert found.annotations.shapes[0].points == (5, 6, 7, 5)


TRACK = """<image name="a.png"/><track id="0" label="car" source="auto" group_id="2">
<box frame="7" keyframe="1" outside="0" occluded="0" xtl="0" ytl="0" xbr="10" ybr="10" z_order="1">
<attribute name="colour">red</attribute><attribute name="speed">5</attribute></box>
<box frame="8" keyframe="{}" outside="1" occluded="0" xtl="2" ytl="0" xbr="12" ybr="10"/></track>"""


def test_tracks_of_films_come_after_the_pictures(tmp_path: Path) -> None:
    _, found = drawn.read(read_cvat, document(tmp_path, TRACK.format(1)), FRAMES)
    (track,) = found.annotations.tracks
    assert (track.frame, track.label, track.group, track.source) == (7, CAR.number, 2, Source.AUTO)
    assert track.attributes == {101: "red"}
    assert [one.frame for one in track.positions] == [7, 8]
    assert track.positions[0].attributes == {102: "5"}
    assert track.positions[1].outside
    _, found = drawn.read(read_cvat, document(tmp_path, TRACK.format(0)), FRAMES)
    assert [one.frame for one in found.annotations.tracks[0].positions] == [7]
    shape = shape_at(found.annotations.tracks[0], 9)
    assert shape is not None
    assert shape.attributes == {101: "red", 102: "5"}


def test_a_skeletons_track_has_a_track_for_each_part(tmp_path: Path) -> None:
    point = '<points label="{}" outside="{}" occluded="0" points="{}"/>'
    inside = "".join(
        f'<skeleton frame="{frame}" keyframe="1">{point.format("head", 0, f"{frame},1")}'
        f"{point.format('foot', frame - 7, '2,2')}</skeleton>"
        for frame in (7, 8)
    )
    (found,) = drawn.read(read_cvat, document(tmp_path, f'<track label="person">{inside}</track>'), FRAMES)
    (track,) = found.annotations.tracks
    assert [part.label for part in track.parts] == [part.number for part in PERSON.parts]
    assert track.parts[0].positions == tuple(
        Position(frame=frame, kind=ShapeKind.POINTS, points=(float(frame), 1.0)) for frame in (7, 8)
    )
    assert [one.outside for one in track.parts[1].positions] == [False, True]


BOX = '<box label="{}" xtl="{}" ytl="0" xbr="1" ybr="1" occluded="{}"/>'
WRONG = [
    (f'<image name="a.png">{BOX.format("dog", 0, 0)}</image>', UnknownLabel, "dog"),
    (f'<image name="x.png">{BOX.format("car", 0, 0)}</image>', UnknownFrame, "x.png"),
    (f'<image name="a.png">{BOX.format("car", "NaN", 0)}</image>', FileBroken, "NaN"),
    (f'<image name="a.png">{BOX.format("car", "1e999", 0)}</image>', FileBroken, "1e999"),
    (f'<image name="a.png">{BOX.format("car", "1e300", 0)}</image>', FileBroken, "beyond any picture"),
    (f'<image name="a.png">{BOX.format("car", 0, 2)}</image>', FileBroken, "neither 0 nor 1"),
    ('<image name="a.png"/><image name="a.png"/>', FileBroken, "twice"),
    ('<image id="0"/>', FileBroken, "no name"),
    ('<image name="a.png"><blob label="car"/></image>', FileBroken, "blob"),
    ('<image name="a.png"><box label="car" xtl="0"/></image>', FileBroken, "ytl"),
    ('<image name="a.png"><polygon label="car" points="1,2;3,4"/></image>', FileBroken, "polygon"),
    ('<image name="a.png"><points label="car" points="1,2;3"/></image>', FileBroken, "points"),
    (
        '<image name="a.png"><mask label="car" rle="1,2" left="0" top="0" width="9" height="9"/></image>',
        FileBroken,
        "mask",
    ),
    (
        '<image name="a.png"><skeleton label="person"><points label="nose" points="1,1"/></skeleton></image>',
        UnknownLabel,
        "nose",
    ),
    ('<track label="car"/>', FileBroken, "missing or out of order"),
    ('<track label="car"><box frame="50" xtl="0" ytl="0" xbr="1" ybr="1"/></track>', UnknownFrame, "frame 50"),
    ('<image name="a.png">', FileBroken, "no whole XML"),
    ("<a>" * 100 + "</a>" * 100, FileBroken, "nested"),
]


@pytest.mark.parametrize(("inside", "fault", "named"), WRONG, ids=range(len(WRONG)))
def test_the_offender_is_named(tmp_path: Path, inside: str, fault: type[Fault], named: str) -> None:
    with pytest.raises(fault, match=r".") as caught:
        drawn.read(read_cvat, document(tmp_path, inside), FRAMES)
    assert named in caught.value.sentence
    assert "annotations.xml" in caught.value.sentence


VALUES = st.sampled_from(
    [
        "0",
        "1",
        "2.5",
        "-1e3",
        "1e9",
        "2e9",
        "nan",
        "inf",
        "",
        " 1",
        "007",
        "true",
        "1.0",
        "manual",
        "file",
        "robot",
        "-0.5",
    ]
)
NAMES = ("xtl", "ytl", "xbr", "ybr", "occluded", "z_order", "group_id", "source", "score", "rotation", "other")


@pytest.mark.property
@given(
    st.dictionaries(st.sampled_from(NAMES), VALUES),
    st.sets(st.sampled_from(NAMES[:4]), max_size=1),
    st.sampled_from(["car", "dog"]),
)
def test_quick_reading_says_what_careful_reading_says(
    tmp_path_factory: pytest.TempPathFactory, said: dict[str, str], missing: set[str], label: str
) -> None:
    given_ = {"label": label, **dict.fromkeys(NAMES[:4], "1"), **said}
    words = "".join(f' {name}="{value}"' for name, value in given_.items() if name not in missing)
    inside = f'<box{words}><attribute name="colour">red</attribute></box>'
    path = document(tmp_path_factory.mktemp("box"), f'<image name="a.png">{inside}</image>')

    def read() -> object:
        try:
            return list(drawn.facts(drawn.read(read_cvat, path, FRAMES)))
        except Fault as fault:
            return type(fault), fault.sentence

    quickly = read()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "plain", lambda _: None)
        assert quickly == read()


def test_what_most_programs_write_is_read_quickly() -> None:
    written = {"label": "car", "source": "manual", "occluded": "0", "z_order": "0", "group_id": "4"}
    assert plain({**written, "xtl": "1.50", "ytl": "2", "xbr": "3.25", "ybr": "1e2"}) is not None
    assert plain({**written, "xtl": "1.50", "ytl": "2", "xbr": "3.25"}) is None


def test_a_piece_that_never_ends_is_refused_before_all_of_it_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit, inside in (
        ("_TEXT", f'<image name="{"x" * (1 << 20)}"/>'),
        ("_TEXT", f'<image name="a.png">{"x" * (1 << 20)}</image>'),
        ("_BYTES", f'<image name="a.png">{"<tag/>" * (1 << 18)}</image>'),
        ("_NODES", f'<image name="a.png">{"<tag/>" * (1 << 18)}</image>'),
    ):
        monkeypatch.setattr(markup, limit, 1 << 17)
        with pytest.raises(FileBroken, match="too large"):
            drawn.read(read_cvat, document(tmp_path, inside), FRAMES)
        monkeypatch.undo()


HOSTILE = {
    "laughs": '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><annotations>&c;</annotations>',
    "file": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><annotations>&b;</annotations>',
    "fetched": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><annotations/>',
    "other": "<svg/>",
    "empty": "",
    "json": "{}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "annotations.xml"
    path.write_text(HOSTILE[name])
    with pytest.raises(FileBroken, match=r"annotations\.xml"):
        drawn.read(read_cvat, path, FRAMES)


def test_characters_that_xml_cannot_hold_do_not_break_it(tmp_path: Path) -> None:
    shape = rectangle(0, CAR, attributes={103: "a\x00b\x1f\ud800\r\n\tc"})
    archive, _ = drawn.write(write_cvat, tmp_path, [drawn.item(0, "a.png", shape)])
    (found,) = drawn.read(read_cvat, archive)
    assert found.annotations.shapes[0].attributes == {103: "a\ufffdb\ufffd\ufffd\r\n\tc"}


def test_what_was_said_before_a_fault_is_not_the_last_word(tmp_path: Path) -> None:
    inside = '<image name="a.png"/><image name="b/c.png"><tag label="dog"/></image>'
    with pytest.raises(UnknownLabel):
        drawn.read(read_cvat, document(tmp_path, inside), FRAMES)


def test_writing_stops_where_it_is_told_to(tmp_path: Path) -> None:
    class Stop(Exception):
        pass

    def done(number: int) -> None:
        if number == 2:
            raise Stop

    with pytest.raises(Stop):
        drawn.write(write_cvat, tmp_path, [drawn.item(n, f"{n}.png") for n in range(5)], done=done)
    with pytest.raises(Fault):
        drawn.read(read_cvat, tmp_path / "export.zip")


def test_an_archive_may_have_several_documents_but_no_picture_twice(tmp_path: Path) -> None:
    image = '<annotations><image name="{}"/></annotations>'
    members = [("train.xml", image.format("a.png").encode()), ("val.xml", image.format("c.png").encode())]
    found = drawn.read(read_cvat, zips.archive(tmp_path / "a.zip", members), FRAMES)
    assert [one.frame.name for one in found] == ["a.png", "b/c.png"]
    with pytest.raises(FileBroken, match=r"speaks of a.png twice"):
        drawn.read(read_cvat, zips.archive(tmp_path / "a.zip", [*members, ("x.xml", members[0][1])]), FRAMES)
    with pytest.raises(FileBroken, match="no XML document"):
        drawn.read(read_cvat, zips.archive(tmp_path / "a.zip", []), FRAMES)


def test_birds_keep_their_name(tmp_path: Path) -> None:
    shape = Shape(frame=0, label=BIRD.number, kind=ShapeKind.POINTS, points=(1.5, 2.25))
    archive, _ = drawn.write(write_cvat, tmp_path, [drawn.item(0, "a.png", shape)])
    assert drawn.read(read_cvat, archive)[0].annotations.shapes == (shape,)
