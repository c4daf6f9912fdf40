"""What is read many words at once says what the parser says, whatever is written in whatever way."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest

from jobyard.datasets.annotations import Shape
from jobyard.datasets.formats.cvat.plainly import Plainly
from jobyard.datasets.formats.cvat.reading import read as read_cvat
from jobyard.datasets.formats.facts import Item
from jobyard.job.errors import Fault
from tests.datasets.formats import drawn

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n'
END = "</annotations>\n"
CVAT = (
    '  <image id="{0}" name="{0}.png" width="64" height="48">\n'
    '    <box label="car" source="manual" occluded="0" xtl="1.50" ytl="2.00" xbr="30" ybr="4.25" z_order="0">'
    "\n    </box>\n"
    '    <box label="car" source="file" occluded="1" xtl="-1" ytl="2e1" xbr="3.0" ybr="4.0" z_order="-3">'
    "\n    </box>\n"
    "  </image>\n"
)
OURS = (
    '<image id="{0}" name="{0}.png" subset="a">\n'
    '<box label="car" source="manual" occluded="0" xtl="1.5" ytl="2.0" xbr="3.0" ybr="4.0" z_order="0"></box>'
    "\n</image>\n"
)
SHORT = f"""<image name="{{0}}.png">{'<box xtl="1" label="car" ytl="2" xbr="3" ybr="4"/>' * 2}</image>"""
BARE = '<image name="{0}.png" width="64"></image>'
SEVERAL = (
    '<image name="{0}.png"><box label="car" xtl="1" ytl="2" xbr="3" ybr="4" rotation="9"></box>'
    '<polygon label="car" points="1,2;3,4;5,6"/><tag label="car"/></image>'
)
NOISE = [
    '"',
    "'",
    "<",
    ">",
    "/",
    "=",
    " ",
    "\n",
    "\t",
    "&amp;",
    "&",
    "]",
    "[",
    ",",
    "é",
    "\x01",
    "9",
    "_",
    "box",
    "image",
    "<!--",
    "-->",
]


def told(folder: Path, text: str) -> list[Item] | str:
    """Return what is read of a document, or what is said of it; the parser's columns left out."""
    path = folder / "annotations.xml"
    path.write_text(text, encoding="utf-8")
    try:
        return drawn.read(read_cvat, path)
    except Fault as fault:
        return f"{type(fault).__name__} {fault.sentence.partition(', column')[0]}"


def parsed(folder: Path, text: str) -> list[Item] | str:
    """Return what only the parser reads."""
    return told(folder, text.replace("<annotations>", "<annotations><!---->", 1))


@pytest.mark.parametrize("form", [CVAT, OURS, SHORT, BARE])
def test_what_most_programs_write_is_read_at_once(form: str, tmp_path: Path) -> None:
    text = HEAD + "".join(map(form.format, range(300))) + END
    plainly = Plainly(io.BytesIO(text.encode()), drawn.LABELS)
    passed = b"".join(iter(lambda: plainly.read(1_000), b""))
    assert passed.count(b"plain=") == 300
    assert b"xtl" not in passed
    assert passed.count(b"\n") == text.count("\n")
    found = told(tmp_path, text)
    assert found == parsed(tmp_path, text)
    assert len(found) == 300


def test_whatever_is_written_otherwise_means_the_same(tmp_path: Path) -> None:
    seed = random.randrange(1 << 30)
    print("seed", seed)
    dice = random.Random(seed)
    for _ in range(250):
        pieces = [dice.choice((CVAT, OURS, SHORT, BARE, SEVERAL)).format(number) for number in range(dice.randrange(5))]
        text = "".join(pieces)
        for _ in range(dice.randrange(4)):
            place = dice.randrange(len(text) + 1)
            text = text[:place] + dice.choice(NOISE) + text[place + dice.randrange(3) :]
        whole = HEAD + text + END
        at_once, one_by_one = told(tmp_path, whole), parsed(tmp_path, whole)
        # Of several things that are wrong, either way may meet another one first.
        are_broken = isinstance(at_once, str) and isinstance(one_by_one, str)
        assert at_once == one_by_one or are_broken, whole


@pytest.mark.parametrize(
    ("change", "to"),
    [
        ('label="car"', 'label="lorry"'),
        ('label="car"', 'label="c&#97;r"'),
        ('xtl="1.5"', 'xtl="1_0"'),
        ('xtl="1.5"', 'xtl="1,5"'),
        ('xtl="1.5"', 'xtl=""'),
        ('xtl="1.5"', 'xtl="1e10"'),
        ('xtl="1.5"', 'xtl="NaN"'),
        ('xtl="1.5"', 'xtl=" 1.5"'),
        ('xtl="1.5" ', ""),
        ('xtl="1.5"', 'ytl="1.5"'),
        ('occluded="0"', 'occluded="2"'),
        ('source="manual"', 'source="nobody"'),
        ('z_order="0"', 'z_order="0.5"'),
        ('z_order="0"', 'z_order="99999999999"'),
        ("</box>", "x</box>"),
        ("</box>", "</bix>"),
        ('<box label="car" ', '<boxlabel="car" '),
        ('source="manual" ', 'source="manual"'),
        ('name="0.png"', 'name="0\t.png"'),
        ('name="0.png"', 'name=""'),
        ('name="0.png"', 'plain="1"'),
        ('subset="a"', 'name="0.png"'),
    ],
)
def test_what_is_wrong_or_strange_is_left_to_the_parser(change: str, to: str, tmp_path: Path) -> None:
    assert change in OURS.format(0)
    text = HEAD + OURS.format(0).replace(change, to) + OURS.format(1) + END
    assert told(tmp_path, text) == parsed(tmp_path, text)


def test_a_document_that_forges_what_is_left_of_pictures_is_refused(tmp_path: Path) -> None:
    for forged in ('<image plain="1"/>', '<image plain="2"/>'):
        found = told(tmp_path, HEAD + OURS.format(0) + forged + OURS.format(1) + END)
        assert found == "FileBroken annotations.xml cannot be read: an image has no name."


@pytest.mark.parametrize("size", [101, 110, 333, 1_000])
def test_pieces_of_any_length_are_put_together(size: int) -> None:
    text = (HEAD + "".join(map(CVAT.format, range(3))) + END).encode()
    plainly, whole = Plainly(io.BytesIO(text), drawn.LABELS), Plainly(io.BytesIO(text), drawn.LABELS)
    passed = b"".join(iter(lambda: plainly.read(size), b""))
    assert passed == b"".join(iter(lambda: whole.read(len(text)), b""))
    for number in range(1, 4):
        found = plainly.taken({"plain": f"{number}"})
        assert found is not None
        assert found[0]["name"] == f"{number - 1}.png"
        assert len(found[1].labels) == 2


def test_a_picture_without_end_is_not_waited_for() -> None:
    text = HEAD.encode() + b'<image id="0">' + b" " * (3 << 20)
    plainly = Plainly(io.BytesIO(text), drawn.LABELS)
    passed = list(iter(lambda: plainly.read(1 << 18), b""))
    assert b"".join(passed) == text
    assert max(map(len, passed)) < 2 << 20


def test_shapes_are_in_their_order(tmp_path: Path) -> None:
    found = told(tmp_path, HEAD + CVAT.format(0) + END)
    assert isinstance(found, list)
    shapes: tuple[Shape, ...] = found[0].annotations.shapes
    assert [(one.points, one.occluded, one.depth) for one in shapes] == [
        ((1.5, 2.0, 30.0, 4.25), False, 0),
        ((-1.0, 20.0, 3.0, 4.0), True, -3),
    ]
