from __future__ import annotations

import math
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.workflows.fields.columns import convert, stored
from jobyard.workflows.fields.inference import inferred
from jobyard.workflows.fields.record import TEXTS, FieldType, declared, field
from jobyard.workflows.fields.values import converted
from jobyard.workflows.refusals import WorkflowRefused

BYTE, INT16, INT32, INT64 = FieldType.BYTE, FieldType.INT16, FieldType.INT32, FieldType.INT64
DOUBLE, BOOL, DECIMAL = FieldType.DOUBLE, FieldType.BOOL, FieldType.FIXED_DECIMAL
STRING, WIDE = FieldType.STRING, FieldType.WIDE_STRING


@pytest.mark.parametrize(
    ("value", "type_", "size", "scale", "wanted", "told"),
    [
        (2.5, INT32, 0, 0, 3, ""),
        (-2.5, INT32, 0, 0, -3, ""),
        (0.4, BYTE, 0, 0, 0, ""),
        (300, BYTE, 0, 0, None, "300 does not fit in the type Byte"),
        (-1, BYTE, 0, 0, None, "-1 does not fit in the type Byte"),
        (40_000.0, INT16, 0, 0, None, "40000 does not fit in the type Int16"),
        (2**31, INT32, 0, 0, None, "2147483648 does not fit in the type Int32"),
        ("12", INT16, 0, 0, 12, ""),
        ("12.7", INT16, 0, 0, 12, "12.7 was not fully converted"),
        ("1,000", INT32, 0, 0, 1, "1,000 stopped converting at a comma. It might be invalid."),
        ("abc", INT32, 0, 0, None, "abc is not a number."),
        ("", INT32, 0, 0, None, ""),
        ("99999999999999999999", INT64, 0, 0, None, "99999999999999999999 does not fit in the type Int64"),
        ("1.5e3", DOUBLE, 0, 0, 1500.0, ""),
        ("1.5x", DOUBLE, 0, 0, 1.5, "1.5x lost information in translation"),
        ("x", DOUBLE, 0, 0, None, "x is not a valid number."),
        (2**53 + 1, DOUBLE, 0, 0, 9007199254740992.0, "9007199254740993 does not fit in the type Double"),
        ("True", BOOL, 0, 0, True, ""),
        ("t", BOOL, 0, 0, True, ""),
        ("7", BOOL, 0, 0, True, ""),
        ("0", BOOL, 0, 0, False, ""),
        ("yes", BOOL, 0, 0, False, ""),
        (0.1, BOOL, 0, 0, True, ""),
        (True, INT32, 0, 0, 1, ""),
        (True, STRING, 10, 0, "True", ""),
        (1234.5, DECIMAL, 7, 2, Decimal("1234.50"), ""),
        (12345.5, DECIMAL, 7, 2, None, '"12345.5" does not fit in Fixed Decimal 7.2'),
        ("1.005", DECIMAL, 7, 2, Decimal("1.01"), '"1.005" has too many digits after the decimal and was truncated.'),
        (
            "1e5",
            DECIMAL,
            19,
            6,
            None,
            '"1e5" is not a valid FixedDecimal. FixedDecimal values must be of the form: -nnn.nn',
        ),
        ("Hello", STRING, 3, 0, "Hel", '"Hello" was truncated'),
        ("naïve", STRING, 9, 0, "naïve", ""),
        ("5€", STRING, 9, 0, "5?", '"5€" could not be fully converted from a WString to a String.'),
        ("5€", WIDE, 9, 0, "5€", ""),
        (0.1 + 0.2, WIDE, 30, 0, "0.3", ""),
        (1e-7, WIDE, 30, 0, "1e-07", ""),
        (5.0, WIDE, 30, 0, "5", ""),
        ("2024-02-29", FieldType.DATE, 0, 0, date(2024, 2, 29), ""),
        ("2024-02-29 11:12:13", FieldType.DATE, 0, 0, date(2024, 2, 29), ""),
        ("2023-02-29", FieldType.DATE, 0, 0, None, '"2023-02-29" is not a valid Date'),
        ("1399-12-31", FieldType.DATE, 0, 0, None, '"1399-12-31" is not a valid Date'),
        ("2024-02-29", FieldType.DATE_TIME, 0, 0, datetime(2024, 2, 29), ""),
        ("2024-02-29 11:12:13", FieldType.TIME, 0, 0, time(11, 12, 13), ""),
        ("11:12:13", FieldType.TIME, 0, 0, time(11, 12, 13), ""),
        (5, FieldType.DATE, 0, 0, None, '"5" is not a valid Date'),
        (datetime(2024, 2, 29, 1, 2, 3), STRING, 30, 0, "2024-02-29 01:02:03", ""),
        (None, INT32, 0, 0, None, ""),
    ],
)
def test_a_value_becomes_what_the_original_makes_of_it(
    value: Any, type_: FieldType, size: int, scale: int, wanted: Any, told: str
) -> None:
    target = field("x", type_, size, scale)
    assert converted(value, target) == (wanted, told)
    column, losses = convert(pl.Series([value]), target)
    assert column.to_list() == [wanted]
    assert column.dtype == stored(target)
    assert losses.told == ((told,) if told else ())


VALUES = st.one_of(
    st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)).map(lambda values: pl.Series(values, dtype=pl.Int64)),
    st.lists(st.none() | st.floats()).map(lambda values: pl.Series(values, dtype=pl.Float64)),
    st.lists(st.none() | st.booleans()).map(lambda values: pl.Series(values, dtype=pl.Boolean)),
    st.lists(st.none() | st.dates(date(1400, 1, 1))).map(lambda values: pl.Series(values, dtype=pl.Date)),
    st.lists(st.none() | st.datetimes(datetime(1400, 1, 1))).map(lambda v: pl.Series(v, dtype=pl.Datetime("us"))),
    st.lists(
        st.none()
        | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
        | st.from_regex(r"[ +-]?[0-9]{0,4}[.,]?[0-9]{0,3}(e[0-9])?", fullmatch=True)
        | st.dates().map(str)
        | st.datetimes().map(lambda moment: str(moment)[:19])
    ).map(lambda values: pl.Series(values, dtype=pl.String)),
)


@pytest.mark.property
@given(VALUES, st.sampled_from(FieldType), st.integers(0, 12), st.integers(0, 3))
def test_columns_and_single_values_follow_the_same_rules(
    series: pl.Series, type_: FieldType, size: int, scale: int
) -> None:
    target = field("x", type_, size, scale)
    column, losses = convert(series, target)
    wanted = [converted(value, target) for value in series.to_list()]
    assert column.to_list() == pl.Series([value for value, _ in wanted], dtype=stored(target), strict=False).to_list()
    assert losses.count == sum(1 for _, told in wanted if told)
    assert list(losses.told) == [told for _, told in wanted if told][:100]


@pytest.mark.property
@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(sorted(TEXTS)))
def test_a_number_as_a_text_is_read_back_to_fifteen_digits(value: float, type_: FieldType) -> None:
    text = converted(value, field("x", type_))[0]
    back = converted(text, field("x", DOUBLE))[0]
    if back is not None:  # the largest ones are rounded beyond what a double holds
        assert math.isclose(back, value, rel_tol=1e-14, abs_tol=5e-324)


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (["1", "255"], "Byte"),
        (["1", "256", None], "Int16"),
        (["-1"], "Int16"),
        (["40000"], "Int32"),
        (["3000000000"], "Int64"),
        (["99999999999999999999"], "Double"),
        (["1.5", "2"], "Double"),
        ([".5", "1e3"], "Double"),
        (["007", "12"], "String"),
        (["2024-01-31"], "Date"),
        (["2024-01-31 01:02:03"], "DateTime"),
        (["2024-02-30"], "String"),
        (["a", "1"], "String"),
        (["5€"], "WString"),
        ([None, ""], "String"),
        (["-", "+"], "String"),
        (["."], "String"),
        (["e5"], "String"),
    ],
)
def test_what_a_column_of_texts_holds_is_inferred(values: list[str | None], wanted: str) -> None:
    assert str(inferred("x", pl.Series(values, dtype=pl.String)).type) == wanted


def test_sizes_come_from_the_configuration_or_the_type() -> None:
    assert declared("x", "FixedDecimal", "19.6").scale == 6
    assert declared("x", "V_String", "254").size == 254
    assert declared("x", "Int32", "99").size == 4
    with pytest.raises(WorkflowRefused, match="SpatialObj"):
        declared("x", "SpatialObj", "")
