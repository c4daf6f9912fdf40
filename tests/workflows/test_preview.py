from __future__ import annotations

import zipfile
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from jobyard.workflows.preview import Preview, preview, readers
from jobyard.workflows.refusals import FileUnreadable

FRAME = pl.DataFrame({"name": ["Ada", "Emmy", None], "age": [36, 53, 9]})
FIRST = Preview(columns=("name", "age"), rows=(("Ada", "36"), ("Emmy", "53")), more=True)


def test_every_form_shows_its_first_records(tmp_path: Path) -> None:
    FRAME.write_csv(tmp_path / "a.csv")
    FRAME.write_csv(tmp_path / "a.tsv", separator="\t")
    FRAME.write_json(tmp_path / "a.json")
    FRAME.write_parquet(tmp_path / "a.parquet")
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        page = book.add_worksheet()
        for row, values in enumerate([FRAME.columns, *FRAME.rows()]):
            for column, value in enumerate(values):
                page.write(row, column, value)
    for name in ("a.csv", "a.tsv", "a.json", "a.parquet", "a.xlsx"):
        assert preview(tmp_path / name, name, 2) == FIRST, name
    whole = preview(tmp_path / "a.csv", "A.CSV", 3)
    assert (whole.rows[2], whole.more) == ((None, "9"), False)


def test_numbers_are_told_as_their_tables_tell_them(tmp_path: Path) -> None:
    numbers = pl.DataFrame({"n": [6.0, 6.5, -0.25, 0.1 + 0.2, 1e20, float("inf"), None]})
    numbers.write_parquet(tmp_path / "n.parquet")
    (tmp_path / "n.json").write_text('[{"n": 6.0}, {"n": 12345678901234567}, {"n": true}]')
    told = [row[0] for row in preview(tmp_path / "n.parquet", "n.parquet", 9).rows]
    assert told == ["6", "6.5", "-0.25", "0.3", "1e+20", "inf", None]
    assert [row[0] for row in preview(tmp_path / "n.json", "n.json", 9).rows] == ["6", "12345678901234567", "True"]


def test_a_long_text_is_read_only_at_its_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "_FIRST", 20)
    (tmp_path / "a.csv").write_text("n\n" + "1234567\n" * 100)
    assert preview(tmp_path / "a.csv", "a.csv", 50) == Preview(columns=("n",), rows=(("1234567",),) * 2, more=True)
    (tmp_path / "empty.csv").touch()
    assert preview(tmp_path / "empty.csv", "empty.csv", 5) == Preview(columns=(), rows=(), more=False)


def test_what_is_no_table_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.pdf", "a.json", "a.parquet", "a.xlsx", "gone.csv"):
        if not name.startswith("gone"):
            (tmp_path / name).write_bytes(b'{"no": "table"}')
        with pytest.raises(FileUnreadable):
            preview(tmp_path / name, name, 5)
    monkeypatch.setattr(readers, "_MOST_UNPACKED", 10)
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 1000)
    with pytest.raises(FileUnreadable, match="unpacks"):
        readers.read(tmp_path / "bomb.xlsx", "bomb.xlsx", 5)


def test_a_file_that_ends_its_reader_ends_nobody_else() -> None:
    with pytest.raises(FileUnreadable, match="damaged"):
        preview(Path(__file__).with_name("damaged.parquet"), "damaged.parquet", 5)


def test_a_file_that_grows_beyond_all_bounds_is_given_up(tmp_path: Path) -> None:
    wide = "[{" + ",".join(f'"{number}":0' for number in range(500_000)) + "}]"
    (tmp_path / "wide.json").write_text(f"[{','.join([wide[1:-1]] * 1)}]")
    found = preview(tmp_path / "wide.json", "wide.json", 5)
    assert len(found.columns) == 200 and found.more
