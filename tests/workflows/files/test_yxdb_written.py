"""Tables into .yxdb, and back; and a packed one that another program wrote."""

from __future__ import annotations

import base64
import io
import struct
import tempfile
import zlib
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.workflows.conversion import tables
from jobyard.workflows.fields.columns import stored
from jobyard.workflows.fields.record import TEXTS, Field, FieldType, field
from jobyard.workflows.files import yxdb_file, yxdb_writing
from jobyard.workflows.refusals import FileUnreadable, WorkflowRefused
from jobyard.workflows.table import Table, made
from tests.trials import at_most
from tests.workflows.drawing import Canvas, ran, told

OTHERS = """
c-nK!DM>A=tWa=CEJ;jCEKXH$%gjk-ARe$VxiFlT<IaZhpP<Qyu|Q}WD4&sG6bvR{!w|%f%8<;E&rrmW!r;k}$B+hO+X2Ph7&3t}IY3bbplBjPE|6!-paf(
q0Yyp}Dj5o(A|PEQ48{ybV3}f|zAC7U30OoQuX)87=7llDGlVk)1I3Dfdh!_3G0Zh$Fau&kp!vkuP=aAY2v8+R7TsJ6B1}udFwF_5DjzD2UvCPAUKgNj36P
D;MTQKPNapI}h%E+&E>PZL2P$OHRA6Q|Ftjo-vNAAM;NoFmFfuSQ(KRsAHL_HAz#z`Rt{~3Jn+SAnvH}MaP}2iu6Gld51;GbgK$=HEoSXL#(A?JyoQzD&ED
kOY{^vdX@6%NN=)czE|K%!OPyUCh8a@4Q3_%JEFSyEH{9pZ&Y2WkzaS+7F%mT{gCzv5A3;+dme?t
"""
"""Sixty records, packed, written by openyxdb 1.5.0, which is built on the library of the form's makers."""


def table(*columns: tuple[Field, list[Any]]) -> Table:
    series = [pl.Series(one.name, values, dtype=stored(one), strict=False) for one, values in columns]
    return made([one for one, _ in columns], series)


def again(given_: Table) -> tuple[bytes, Table]:
    """Return a table's file, and what is read in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.yxdb"
        yxdb_writing.write(given_, path, lambda: None)
        data = path.read_bytes()
    return data, yxdb_file.read(io.BytesIO(data), "x.yxdb", 0, lambda: None)


def rows(given_: Table) -> list[tuple[Any, ...]]:
    return given_.frame.rows()


def test_a_packed_file_of_another_program_is_read() -> None:
    data = zlib.decompress(base64.b85decode(OTHERS.replace("\n", "")))
    found = yxdb_file.read(io.BytesIO(data), "x.yxdb", 0, lambda: None)
    assert [(one.name, one.type.value) for one in found.fields] == [
        ("n", "Int32"),
        ("s", "V_WString"),
        ("t", "Time"),
        ("b", "Blob"),
        ("d", "DateTime"),
    ]
    moment = datetime(2024, 2, 29, 1, 2, 3)
    assert rows(found) == [(7, "abc", time(1, 2, 3), b"", moment), (None, "ünë", None, b"\1\2\3\4", None)] * 30


def test_an_output_is_written_as_it_came(tmp_path: Path) -> None:
    canvas = Canvas()
    source = canvas.text(["n", "s", "d"], [1, "ä€", "2024-02-29"], [None, None, None])
    canvas.tool("DbFileOutput", '<File FileFormat="19">c:\\out\\Some.yxdb</File>', Input=source)
    outcome = ran(canvas.saved(tmp_path / "in"), tmp_path)
    assert (9, "2 records were written to 'Some.yxdb'.", 2) in told(outcome, 9)
    assert [(one.form, one.records) for one in outcome.written] == [("yxdb", 2)]
    with (tmp_path / "Some.yxdb").open("rb") as file:
        assert rows(yxdb_file.read(file, "Some.yxdb", 0, lambda: None)) == [
            (1, "ä€", date(2024, 2, 29)),
            (None, None, None),
        ]


def test_the_file_is_laid_out_as_the_form_asks() -> None:
    number = field('a"<&\t\1', FieldType.INT32, source="File: x")
    data, _ = again(table((number, [5, None]), (field("v", FieldType.VARIABLE_STRING, 300), ["abcd", "é"])))
    assert data[:64] == b"Alteryx Database File".ljust(64, b"\0")
    sort, _, _, _, described, _, _, index, count, version = struct.unpack("<6I3qI", data[64:116])
    assert (sort, count, version) == (0x00440204, 2, 1)
    end = 512 + described * 2
    assert data[512:end].decode("utf-16-le") == (
        '<RecordInfo>\n\t<Field name=\'a"&lt;&amp;&#9;?\' source="File: x" type="Int32"/>\n'
        '\t<Field name="v" type="V_String" size="300"/>\n</RecordInfo>\n\0'
    )
    first = b"\5\0\0\0\0" + struct.pack("<I", 8) + struct.pack("<I", 5) + b"\x09abcd"
    second = b"\0\0\0\0\1" + b"\xe9\0\0\x10" + struct.pack("<I", 0)
    assert data[end:index] == struct.pack("<I", len(first + second) | 0x80000000) + first + second
    assert data[index:] == struct.pack("<Iq", 1, end)


def test_a_block_begins_with_each_entry_of_the_index() -> None:
    count = 2 * 65_536 + 1
    data, found = again(table((field("n", FieldType.INT64), list(range(count)))))
    assert found.frame["n"].to_list() == list(range(count))
    index = int.from_bytes(data[96:104], "little")
    assert int.from_bytes(data[index : index + 4], "little") == 3
    first, second, third = struct.unpack("<3q", data[index + 4 :])
    held = list[int]()
    at = first
    while at < index:
        if at in {second, third}:
            assert sum(held) % (65_536 * 9) == 0
        held.append(int.from_bytes(data[at : at + 4], "little") & 0x7FFFFFFF)
        assert held[-1] <= 262_144
        at += 4 + held[-1]
    assert (sum(held), at) == (count * 9, index)


def test_texts_keep_all_their_letters_whatever_room_their_field_has() -> None:
    wide = field("w", FieldType.WIDE_STRING, 3)
    _, found = again(table((wide, ["😀😀😀", None])))
    assert (found.fields[0].type, found.fields[0].size, rows(found)) == (
        FieldType.WIDE_STRING,
        6,
        [("😀😀😀",), (None,)],
    )
    _, found = again(table((field("s", FieldType.STRING, 9), ["a\0b"]), (field("l", FieldType.STRING), ["x"])))
    assert [one.type for one in found.fields] == [FieldType.VARIABLE_STRING] * 2
    assert rows(found) == [("a\0b", "x")]


def test_what_has_no_room_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    late = table((field("d", FieldType.DATE), [3_000_000]))
    with pytest.raises(WorkflowRefused, match="does not fit into the field 'd'"):
        again(late)
    late.frame.write_parquet(tmp_path / "a.parquet")
    with pytest.raises(FileUnreadable, match="does not fit"):
        tables.make(tmp_path / "a.parquet", "a.parquet", "yxdb", tmp_path / "made")
    monkeypatch.setattr(yxdb_writing, "_LARGEST", 1_000)
    for texts in (["x" * 1_001], ["x" * 600, "y" * 600]):
        with pytest.raises(WorkflowRefused, match="at most"):
            again(table(*[(field(f"f{turn}", FieldType.VARIABLE_STRING), [one]) for turn, one in enumerate(texts)]))


@pytest.mark.parametrize("cell", [b"2024-13-01\0", b"\0" * 11])
def test_a_date_that_is_none_is_no_null(cell: bytes) -> None:
    data, _ = again(table((field("d", FieldType.DATE), [date(2024, 1, 1)])))
    broken = data.replace(b"2024-01-01\0", cell)
    with pytest.raises(FileUnreadable, match="a value of 'd' is no Date"):
        yxdb_file.read(io.BytesIO(broken), "x.yxdb", 0, lambda: None)


def test_a_table_without_records_or_fields_is_a_file() -> None:
    assert again(table((field("n", FieldType.BLOB), [])))[1].fields[0].name == "n"
    assert again(Table((), pl.DataFrame()))[1].fields == ()


MOMENTS = st.datetimes(datetime(1400, 1, 1), datetime(9999, 12, 31)).map(lambda one: one.replace(microsecond=0))
LATIN = st.text(st.characters(max_codepoint=255, exclude_characters="\0"), max_size=9)
WIDE = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
LONG = st.sampled_from([1, 2, 31, 32, 63, 64, 127, 128, 300])
VALUES: dict[FieldType, st.SearchStrategy[Any]] = {
    FieldType.BOOL: st.booleans(),
    FieldType.BYTE: st.integers(0, 255),
    FieldType.INT16: st.integers(-(2**15), 2**15 - 1),
    FieldType.INT32: st.integers(-(2**31), 2**31 - 1),
    FieldType.INT64: st.integers(-(2**63), 2**63 - 1),
    FieldType.FLOAT: st.floats(width=32, allow_nan=False),
    FieldType.DOUBLE: st.floats(allow_nan=False),
    FieldType.FIXED_DECIMAL: st.integers(-(10**16), 10**16).map(lambda one: Decimal(one).scaleb(-6)),
    FieldType.STRING: LATIN,
    FieldType.WIDE_STRING: WIDE,
    FieldType.VARIABLE_STRING: st.builds(lambda text, times: text * times, LATIN, LONG),
    FieldType.VARIABLE_WIDE_STRING: st.builds(lambda text, times: text * times, WIDE, LONG),
    FieldType.DATE: MOMENTS.map(datetime.date),
    FieldType.TIME: MOMENTS.map(datetime.time),
    FieldType.DATE_TIME: MOMENTS,
    FieldType.BLOB: st.builds(lambda data, times: data * times, st.binary(max_size=9), LONG),
}


@st.composite
def any_table(draw: st.DrawFn) -> Table:
    types = draw(st.lists(st.sampled_from(list(FieldType)), min_size=1, max_size=6))
    height = draw(st.integers(0, 4))
    columns = []
    for turn, type_ in enumerate(types):
        values = draw(st.lists(st.none() | VALUES[type_], min_size=height, max_size=height))
        columns.append((field(f"f{turn}", type_, 9 if type_ in TEXTS else 0), values))
    return table(*columns)


@at_most(1_000)
@given(given_=any_table())
def test_whatever_is_written_is_read_again(given_: Table) -> None:
    _, found = again(given_)
    assert [one.name for one in found.fields] == [one.name for one in given_.fields]
    assert rows(found) == rows(given_)


def test_parts_of_seconds_are_cut() -> None:
    moment = datetime(2024, 2, 29, 1, 2, 3, 999_999, tzinfo=UTC).replace(tzinfo=None)
    _, found = again(table((field("d", FieldType.DATE_TIME), [moment])))
    assert rows(found) == [(datetime(2024, 2, 29, 1, 2, 3),)]
