"""Quotes in delimited texts: around values, within them, and where nothing parts a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jobyard.workflows.refusals import ToolFailed
from tests.workflows.files.test_files import reading


@pytest.mark.parametrize(
    ("data", "options", "rows"),
    [
        (b'a,b\n5" pipe,1\n6" pipe,2\n', "", [('5" pipe', "1"), ('6" pipe', "2")]),
        (b'a,b\nx,"q, ""r"""\n5",\n\n', "", [("x", 'q, "r"'), ('5"', None)]),
        (b'a,b\nsay "q" twice\n', "", [('say "q" twice', None)]),
        (b"a;b\n5' x;'1;2'\n", "<Delimeter>;</Delimeter><IgnoreQuotes>SingleQuotes</IgnoreQuotes>", [("5' x", "1;2")]),
        (b'junk "\na,a\n5" x,1\n', "<ImportLine>2</ImportLine>", [('5" x', "1")]),
        (b'a,b\n5" x,1,more\n', "<IgnoreErrors>True</IgnoreErrors>", [('5" x', "1")]),
    ],
)
def test_a_quote_within_a_value_is_a_letter_of_it(tmp_path: Path, data: bytes, options: str, rows: list[Any]) -> None:
    assert reading(tmp_path, "d.csv", data, options, "0").frame.rows() == rows


def test_lines_that_nothing_parts_are_taken_as_they_are(tmp_path: Path) -> None:
    data = b'# A "quoted" word\r\n\r\n"a","b, c"\r\n- [x](y), "z\r\nlast "'
    options = "<Delimeter>\\0</Delimeter><HeaderRow>False</HeaderRow><IgnoreQuotes>DoubleQuotes</IgnoreQuotes>"
    lines = [row[0] for row in reading(tmp_path, "ReadMe.md", data, options, "0").frame.rows()]
    assert lines == ['# A "quoted" word', None, '"a","b, c"', '- [x](y), "z', 'last "']


def test_the_record_limit_holds_where_quotes_lie_within_values(tmp_path: Path) -> None:
    data = b'5" a,1\n6" b,2\n7" c,3\n'
    table = reading(tmp_path, "d.csv", data, "<HeaderRow>False</HeaderRow>", "0", limit=2)
    assert (table.frame.columns, table.frame.rows()) == (["Field_1", "Field_2"], [('5" a', "1"), ('6" b', "2")])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'a,b\n"x"y,1\n', "line 2: ',' expected after"),
        (b'a,b\n5" x,1,more\n', "a line has 3 values, and 2 are wanted"),
        (b'a,b\n5" x,"1\n', "line 2: unexpected end of data"),
    ],
)
def test_quotes_that_nobody_can_read_are_told_with_their_line(tmp_path: Path, data: bytes, said: str) -> None:
    with pytest.raises(ToolFailed, match=said):
        reading(tmp_path, "d.csv", data, "", "0")
