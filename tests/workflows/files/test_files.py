"""Files into tables and tables into files, in every form that is read or written here."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from jobyard.workflows.refusals import ToolFailed, WorkflowRefused
from jobyard.workflows.table import Table
from tests.workflows.drawing import Canvas, ran, told

OPTIONS = "<FormatSpecificOptions>{}</FormatSpecificOptions>"


def reading(
    folder: Path, name: str, data: bytes, options: str = "", number: str = "", path: str = "", **more: Any
) -> Table:
    """Return what an Input Data makes of a file."""
    canvas = Canvas()
    file = f'<File FileFormat="{number}" RecordLimit="{more.pop("limit", "")}">{path or name}</File>'
    canvas.show(canvas.tool("DbFileInput", file + OPTIONS.format(options)))
    outcome = ran(canvas.saved(folder, {name: data}), folder, **more)
    return outcome.browsed[2]


def writing(
    folder: Path, name: str, *rows: Sequence[Any], options: str = "", number: str = "", path: str = ""
) -> bytes:
    """Return what an Output Data makes of a table."""
    canvas = Canvas()
    file = f'<File FileFormat="{number}">{path or name}</File>'
    canvas.tool("DbFileOutput", file + OPTIONS.format(options), Input=canvas.text(*rows))
    ran(canvas.saved(folder / "in"), folder)
    return (folder / name).read_bytes()


def kinds(table: Table) -> list[str]:
    return [f"{field.name}:{field.type}:{field.size}" for field in table.fields]


@pytest.mark.parametrize(
    ("data", "options", "rows"),
    [
        (b"a,b\n1,x\n2,\n", "", [("1", "x"), ("2", None)]),
        (b'a,b\r\n"1,5","say ""hi"""\r\n', "", [("1,5", 'say "hi"')]),
        ("a,b\n1,ß\n".encode("latin-1"), "<CodePage>28591</CodePage>", [("1", "ß")]),
        ("a,b\n1,€\n".encode(), "<CodePage>65001</CodePage>", [("1", "€")]),
        ("\ufeffa,b\n1,€\n".encode(), "", [("1", "€")]),
        ("a,b\n1,€\n".encode("cp1252"), "<CodePage>1252</CodePage>", [("1", "?")]),
        ("a,b\n1,x\n".encode("utf-16"), "<CodePage>1200</CodePage>", [("1", "x")]),
        (b"a;b\n1;x\n", "<Delimeter>;</Delimeter>", [("1", "x")]),
        (b"a\tb\n1\tx\n", r"<Delimeter>\t</Delimeter>", [("1", "x")]),
        (b"a,b\n'1,5',x\n", "<IgnoreQuotes>SingleQuotes</IgnoreQuotes>", [("1,5", "x")]),
        (b"junk\njunk\na,b\n1,x\n", "<ImportLine>3</ImportLine>", [("1", "x")]),
    ],
)
def test_delimited_texts_are_read_as_texts(tmp_path: Path, data: bytes, options: str, rows: list[Any]) -> None:
    table = reading(tmp_path, "data.csv", data, options, "0")
    assert table.frame.columns == ["a", "b"]
    assert table.frame.rows() == rows


def test_delimited_texts_have_bounded_fields(tmp_path: Path) -> None:
    table = reading(tmp_path, "d.csv", b"a\nabcdef\n", "<FieldLen>3</FieldLen>", "0")
    assert kinds(table) == ["a:V_String:3"]
    assert table.frame.rows() == [("abc",)]
    table = reading(tmp_path, "d.csv", b"1,2\n3,4\n", "<HeaderRow>False</HeaderRow>", "0", limit=1)
    assert table.frame.columns == ["Field_1", "Field_2"]
    assert table.frame.rows() == [("1", "2")]
    assert reading(tmp_path, "d.csv", b"", "", "0").fields == ()


@pytest.mark.parametrize(
    ("data", "options", "reason"),
    [
        (b"a,b\n1,2,3\n", "", "found more fields"),
        (b"a\n\xff\n", "<CodePage>65001</CodePage>", "byte 2 is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, data: bytes, options: str, reason: str) -> None:
    with pytest.raises(ToolFailed, match=reason):
        reading(tmp_path, "data.csv", data, options, "0")


def test_code_pages_that_are_not_known_are_refused_beforehand(tmp_path: Path) -> None:
    with pytest.raises(WorkflowRefused, match="the code page 932 is not done here"):
        reading(tmp_path, "data.csv", b"", "<CodePage>932</CodePage>", "0")


ROWS = (
    ["n", "x", "s", "d", "t"],
    [1, "1.5", "=1+1", "2024-02-29", "2024-02-29 01:02:03"],
    [None, "2", 'q"', None, None],
)
PLAIN = [(1, 1.5, "=1+1", date(2024, 2, 29), datetime(2024, 2, 29, 1, 2, 3)), (None, 2.0, 'q"', None, None)]


def test_delimited_texts_are_written(tmp_path: Path) -> None:
    data = writing(tmp_path, "out.csv", *ROWS, options="<CodePage>65001</CodePage><LineEndStyle>LF</LineEndStyle>")
    assert data.decode() == 'n,x,s,d,t\n1,1.5,=1+1,2024-02-29,2024-02-29 01:02:03\n,2,"q""",,\n'
    options = (
        "<CodePage>1252</CodePage><Delimeter>|</Delimeter><ForceQuotes>True</ForceQuotes><HeaderRow>False</HeaderRow>"
    )
    data = writing(tmp_path, "o.txt", ["s", "n"], ["€", 1], options=options, number="0")
    assert data == b'"\x80"|"1"\r\n'
    data = writing(tmp_path, "b.csv", ["s"], ["x"], options="<CodePage>65001</CodePage><WriteBOM>True</WriteBOM>")
    assert data == b"\xef\xbb\xbfs\r\nx\r\n"


def test_workbooks_go_out_and_come_in(tmp_path: Path) -> None:
    data = writing(tmp_path, "out.xlsx", *ROWS, number="25", path="C:\\x\\out.xlsx|||Data")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    table = reading(tmp_path / "b", "out.xlsx", data, number="25", path="out.xlsx|||`Data$`")
    assert kinds(table)[:3] == ["n:Double:8", "x:Double:8", "s:V_WString:1073741823"]
    found = [(row[0], row[1], row[2], row[3] and row[3].date(), row[4]) for row in table.frame.rows()]
    assert found == PLAIN
    with pytest.raises(ToolFailed, match="Gone"):
        reading(tmp_path / "c", "out.xlsx", data, number="25", path="out.xlsx|||Gone$")
    table = reading(tmp_path / "d", "out.xlsx", data, "<FirstRowData>True</FirstRowData>", "25")
    assert table.frame.columns[0] == "F1"
    assert table.height == 3


def test_sheets_of_several_tools_share_a_workbook(tmp_path: Path) -> None:
    canvas = Canvas()
    for name in ("One", "Two"):
        canvas.tool("DbFileOutput", f'<File FileFormat="25">o.xlsx|||{name}</File>', Input=canvas.text([name], [1]))
    outcome = ran(canvas.saved(tmp_path), tmp_path)
    assert [(one.name, one.tools, one.records) for one in outcome.written] == [("o.xlsx", (2, 4), 2)]
    data = (tmp_path / "o.xlsx").read_bytes()
    assert reading(tmp_path / "b", "o.xlsx", data, number="25", path="o.xlsx|||Two$").frame.columns == ["Two"]


def test_parquet_goes_out_and_comes_in(tmp_path: Path) -> None:
    data = writing(tmp_path, "out.parquet", *ROWS)
    table = reading(tmp_path / "b", "out.parquet", data)
    assert [str(field.type) for field in table.fields] == ["Byte", "Double", "V_WString", "Date", "DateTime"]
    assert table.frame.rows() == PLAIN
    nested = io.BytesIO()
    pl.DataFrame({"a": [[1, 2]]}).write_parquet(nested)
    with pytest.raises(ToolFailed, match="not plain values"):
        reading(tmp_path / "c", "n.parquet", nested.getvalue())
    with pytest.raises(ToolFailed, match=r"x\.parquet"):
        reading(tmp_path / "d", "x.parquet", b"PAR1 and no more")


def test_json_goes_out_and_comes_in(tmp_path: Path) -> None:
    data = writing(tmp_path, "out.json", *ROWS)
    table = reading(tmp_path / "b", "out.json", data)
    assert table.frame.rows()[0] == (1, 1.5, "=1+1", "2024-02-29", "2024-02-29 01:02:03")
    for wrong, reason in (
        (b'{"a": 1}', "no list of records"),
        (b'[{"a": [1]}]', "not plain values"),
        (b"[", "x.json cannot be read: Syntax"),
    ):
        with pytest.raises(ToolFailed, match=reason):
            reading(tmp_path / "c", "x.json", wrong)


def yxdb(fields: str, records: Sequence[bytes], *, meta: str = "") -> bytes:
    """Return a .yxdb whose one block is not packed."""
    described = (meta or f"<RecordInfo>{fields}</RecordInfo>") + "\n\0"
    head = bytearray(512)
    head[:21] = b"Alteryx Database File"
    head[80:84] = struct.pack("<I", len(described))
    head[104:108] = struct.pack("<I", len(records))
    body = b"".join(records)
    return bytes(head) + described.encode("utf-16-le") + struct.pack("<I", len(body) | 0x80000000) + body


FIELDS = (
    '<Field name="n" type="Int32"/><Field name="x" type="Double"/><Field name="s" type="String" size="5"/>'
    '<Field name="d" type="Date"/><Field name="f" type="FixedDecimal" size="7" scale="2"/><Field name="b" type="Bool"/>'
)


def record(n: int, x: float, s: bytes, d: bytes, f: bytes, b: int) -> bytes:
    texts = s.ljust(5, b"\0") + b"\0" + d + b"\0" + f.ljust(7, b"\0") + b"\0"
    return struct.pack("<i", n) + b"\0" + struct.pack("<d", x) + b"\0" + texts + bytes([b])


def test_yxdb_comes_in_with_its_own_types(tmp_path: Path) -> None:
    null = b"\0" * 4 + b"\1" + b"\0" * 8 + b"\1" + b"\0" * 5 + b"\1" + b"\0" * 10 + b"\1" + b"\0" * 7 + b"\1" + b"\2"
    data = yxdb(FIELDS, [record(7, 1.5, b"abc", b"2024-02-29", b"12.50", 1), null])
    table = reading(tmp_path, "d.yxdb", data, number="19")
    assert kinds(table) == ["n:Int32:4", "x:Double:8", "s:String:5", "d:Date:10", "f:FixedDecimal:7", "b:Bool:1"]
    first, second = table.frame.rows()
    assert (first[0], first[1], first[2], first[3], str(first[4]), first[5]) == (
        7,
        1.5,
        "abc",
        date(2024, 2, 29),
        "12.50",
        True,
    )
    assert second == (None,) * 6
    assert reading(tmp_path, "d.yxdb", data, number="19", limit=1).height == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"Alteryx e2 Database file" + b"\0" * 600, "no .yxdb of a form"),
        (b"Alteryx Database File", "no .yxdb of a form"),
        (yxdb('<Field name="g" type="SpatialObj"/>', []), "SpatialObj"),
        (yxdb("", [], meta='<!DOCTYPE x [<!ENTITY a "b">]><RecordInfo/>'), "entities"),
        (yxdb("", [], meta="<RecordInfo>"), "valid YXDB"),
        (yxdb(FIELDS, [record(1, 1, b"a", b"2024-01-01", b"1.00", 1)[:-9]]), "breaks off"),
    ],
)
def test_a_yxdb_that_cannot_be_read_is_refused_in_words(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(ToolFailed, match=reason):
        reading(tmp_path, "d.yxdb", data, number="19")


@pytest.mark.parametrize("path", ["%temp%out.parquet", "%Temp%\\out.parquet", "C:\\done\\out.parquet"])
def test_of_a_path_only_the_files_own_name_counts(tmp_path: Path, path: str) -> None:
    canvas = Canvas()
    canvas.tool("DbFileOutput", f"<File>{path}</File><FormatSpecificOptions/>", Input=canvas.text(["a"], [1]))
    assert [one.name for one in ran(canvas.saved(tmp_path), tmp_path / "out").written] == ["out.parquet"]


def test_files_outside_of_the_package_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    for path in (str(tmp_path / "secret.csv"), "..\\secret.csv", "/etc/passwd"):
        canvas = Canvas()
        canvas.tool("DbFileInput", f'<File FileFormat="0">{path}</File>')
        with pytest.raises(WorkflowRefused, match="is not in the package"):
            ran(canvas.saved(tmp_path / "in", {}), tmp_path / "out")


def test_what_was_read_is_told(tmp_path: Path) -> None:
    handed: Mapping[str, Path] = {"d.csv": tmp_path / "given"}
    (tmp_path / "given").write_bytes(b"a\n1\n2\n")
    canvas = Canvas()
    tool = canvas.tool("DbFileInput", '<File FileFormat="0">C:\\x\\d.csv</File>')
    outcome = ran(canvas.saved(tmp_path / "in"), tmp_path / "out", files=handed)
    assert told(outcome, 8) == [(8, "2 records were read from 'd.csv'.", tool)]


TEMPLATE = (
    '<InputConfiguration><Configuration><File FileFormat="{}">C:\\x\\drawn.csv</File></Configuration></InputConfiguration>'
    "<Mode>{}</Mode><ReadList_Field>path</ReadList_Field><ReadList_Type>{}</ReadList_Type>"
    "<ErrorBehaviour>Warning</ErrorBehaviour>"
)
NAMED = {"one.csv": b"a,b\n1,x\n2,y\n", "in/two.csv": b"a,b\n3,z\n", "other.csv": b"a,c\n4,z\n"}


def named(
    folder: Path,
    paths: Sequence[str | None],
    *,
    number: str = "0",
    mode: str = "ReadList",
    type_: str = "Path",
    members: Mapping[str, bytes] = NAMED,
    **more: Any,
) -> Table:
    """Return what a Dynamic Input makes of the files that records name."""
    canvas = Canvas()
    source = canvas.text(["path", "n"], *[[path, turn] for turn, path in enumerate(paths)])
    canvas.show(canvas.tool("DynamicInput", TEMPLATE.format(number, mode, type_), Input=source))
    return ran(canvas.saved(folder, members), folder, **more).browsed[3]


def test_files_that_records_name_are_read_one_after_the_other(tmp_path: Path) -> None:
    found = named(tmp_path, ["one.csv", "in\\two.csv", "ONE.csv"])
    assert kinds(found) == ["a:V_String:254", "b:V_String:254"]
    assert found.frame.rows() == [("1", "x"), ("2", "y"), ("3", "z"), ("1", "x"), ("2", "y")]
    (tmp_path / "given").write_bytes(b"a,b\n5,w\n")
    handed = {"two.csv": tmp_path / "given"}
    assert named(tmp_path / "handed", ["C:\\y\\two.csv"], files=handed).frame.rows() == [("5", "w")]


def test_records_name_sheets_too(tmp_path: Path) -> None:
    canvas = Canvas()
    for sheet, value in (("first", 1), ("second", 2)):
        file = f'<File FileFormat="25">book.xlsx|||{sheet}</File>'
        canvas.tool("DbFileOutput", file + OPTIONS.format(""), Input=canvas.text(["a"], [value]))
    ran(canvas.saved(tmp_path / "in"), tmp_path)
    book = {"book.xlsx": (tmp_path / "book.xlsx").read_bytes()}
    paths = ["book.xlsx|||second", "book.xlsx|||first"]
    assert named(tmp_path / "out", paths, number="25", members=book).frame.rows() == [(2.0,), (1.0,)]


@pytest.mark.parametrize(
    ("paths", "said"),
    [
        (["one.csv", "other.csv"], "'other.csv' has other fields than 'one.csv'"),
        (["one.csv", "gone.csv"], "the file 'gone.csv' is not in the package"),
        (["..\\..\\etc\\passwd"], "is not in the package"),
        (["one.csv", None], "record 2 names no file"),
        ([], "no record names a file"),
    ],
)
def test_files_that_are_not_alike_or_not_there_end_the_run(
    tmp_path: Path, paths: Sequence[str | None], said: str
) -> None:
    with pytest.raises(ToolFailed, match=rf"Dynamic Input \(2\): .*{said}"):
        named(tmp_path, paths)


@pytest.mark.parametrize(
    ("number", "mode", "type_", "said"),
    [
        ("0", "ModifySQL", "Path", "reading by 'ModifySQL'"),
        ("0", "ReadList", "Suffix", "changing 'Suffix' of a path"),
        ("8", "ReadList", "Path", "reading xls"),
    ],
)
def test_what_a_dynamic_input_does_not_do_is_named(
    tmp_path: Path, number: str, mode: str, type_: str, said: str
) -> None:
    with pytest.raises(WorkflowRefused, match=said):
        named(tmp_path, ["one.csv"], number=number, mode=mode, type_=type_)
