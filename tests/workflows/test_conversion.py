from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from jobyard.workflows.conversion import converted, making, offered, tables
from jobyard.workflows.refusals import FileUnreadable

FRAME = pl.DataFrame({"name": ["Ada", "Emmy", None], "age": [36, 53, 9], "born": [date(1815, 12, 10), None, None]})


def test_only_what_can_be_made_is_offered() -> None:
    assert offered("a.csv", 1) == ("xlsx", "json", "parquet", "html", "yxdb")
    assert offered("a.TXT", 1) == ("csv", "xlsx", "json", "parquet", "html", "yxdb")
    assert offered("a.yxdb", 1) == ("csv", "xlsx", "json", "parquet", "html")
    assert offered("a.pdf", 1) == offered("csv", 1) == offered("a.csv", making.MOST + 1) == ()


@pytest.mark.parametrize("form", ["parquet", "json"])
def test_types_are_kept_where_both_forms_have_them(tmp_path: Path, form: str) -> None:
    source = tmp_path / f"a.{form}"
    FRAME.write_parquet(source) if form == "parquet" else FRAME.write_json(source)
    tables.make(source, source.name, "xlsx", tmp_path / "a.xlsx")
    sheet = fastexcel.read_excel(tmp_path / "a.xlsx").load_sheet(0).to_polars()
    assert sheet["age"].to_list() == [36.0, 53.0, 9.0]
    assert sheet["name"].to_list() == ["Ada", "Emmy", None]
    tables.make(source, source.name, "csv", tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == b"name,age,born\r\nAda,36,1815-12-10\r\nEmmy,53,\r\n,9,\r\n"
    tables.make(source, source.name, "html", tmp_path / "a.html")
    assert "<tr><td></td><td>9</td><td></td></tr>" in (tmp_path / "a.html").read_text()


@pytest.mark.parametrize(
    "data",
    [
        "näme;zip\nAda;007\n".encode(),
        "näme|zip\nAda|007\n".encode("cp1252"),
        "näme\tzip\nAda\t007\n".encode("utf-16"),
        "\ufeffnäme,zip\nAda,007\n".encode(),
    ],
)
def test_a_text_stays_a_text_whatever_its_letters_and_delimiters(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(data)
    tables.make(tmp_path / "a.csv", "a.csv", "parquet", tmp_path / "made")
    found = pl.read_parquet(tmp_path / "made")
    assert (found.columns, found.rows()) == (["näme", "zip"], [("Ada", "007")])


def test_a_workbook_becomes_a_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\nx\n")
    tables.make(tmp_path / "a.csv", "a.csv", "xlsx", tmp_path / "a.xlsx")
    tables.make(tmp_path / "a.xlsx", "a.xlsx", "csv", tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_bytes() == b"a\r\nx\r\n"


def test_a_table_without_anything_is_made_too(tmp_path: Path) -> None:
    (tmp_path / "a.csv").touch()
    for form in ("xlsx", "json", "parquet", "html", "yxdb"):
        tables.make(tmp_path / "a.csv", "a.csv", form, tmp_path / form)
        assert (tmp_path / form).stat().st_size > 0


def test_what_is_no_table_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.json", "a.parquet", "a.xlsx", "a.yxdb"):
        (tmp_path / name).write_bytes(b'{"no": "table"}')
        with pytest.raises(FileUnreadable):
            tables.make(tmp_path / name, name, "html", tmp_path / "made")
    (tmp_path / "a.csv").write_bytes(b"\xfe\xff\x00a")
    with pytest.raises(FileUnreadable, match="UTF-16"):
        tables.make(tmp_path / "a.csv", "a.csv", "json", tmp_path / "made")
    monkeypatch.setattr(tables, "_MOST_UNPACKED", 10)
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 1000)
    with pytest.raises(FileUnreadable, match="unpacks"):
        tables.make(tmp_path / "bomb.xlsx", "bomb.xlsx", "csv", tmp_path / "made")


def test_a_process_of_its_own_makes_it_or_says_why_not(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\nx\n")
    converted(tmp_path / "a.csv", "a.csv", "json", tmp_path / "made")
    assert (tmp_path / "made").read_text() == '[{"a":"x"}]'
    with pytest.raises(FileUnreadable, match="cannot be written"):
        converted(tmp_path / "a.csv", "a.csv", "json", tmp_path / "no" / "made")
    with pytest.raises(FileUnreadable):
        converted(tmp_path / "gone.csv", "gone.csv", "json", tmp_path / "made")
