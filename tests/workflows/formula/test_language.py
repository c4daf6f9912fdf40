from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.workflows.formula.parser import parsed
from jobyard.workflows.refusals import FormulaWrong
from tests.trials import at_most
from tests.workflows.formula.computing import ROWS, value, values


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 3 - 2", 5),
        ("2 * -3", -6),
        ("-(2 + 3)", -5),
        ("7 / 2", 3.5),
        ("7 / 0", None),
        ("7 % 4", 3),
        ("1 = 1 AND 2 = 3 OR 1 = 1", True),
        ("NOT 1 = 2", True),
        ("!False && True", True),
        ("1 < 2 || 1 / 0 = 1", True),
        ("1 <> 2", True),
        ("1 == 1", True),
        ("'it' + \" is\"", "it is"),
        ("1 IN (1, 2)", True),
        ("3 NOT IN (1, 2)", True),
        ("Null() IN (1, Null())", True),
        ("/* before */ 1 // behind", 1),
        ("IF False THEN 1 ELSEIF True THEN 2 ELSE 3 ENDIF", 2),
        ("if 1=1 then 'a' else 'b' endif", "a"),
        ("IF Null() THEN 1 ELSE 2 ENDIF", 2),
        ("1.5e3", 1500.0),
        (".5", 0.5),
        ("9223372036854775807", 9223372036854775807.0),
        ('"a" < "b"', True),
        ('"a" = "A"', False),
        ('"x" + 1', "x1"),
        ("1.50 + 'x'", "1.5x"),
        ("True + 1", 2),
    ],
)
def test_the_language(formula: str, wanted: Any) -> None:
    assert value(formula) == wanted


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        # the original's table of nulls
        ("[n] > Null()", [False] * 4),
        ("[n] < Null()", [False] * 4),
        ("[n] = Null()", [False, False, True, False]),
        ("[n] != Null()", [True, True, False, True]),
        ("[n] >= Null()", [False, False, True, False]),
        ("[s] = Null()", [False, False, True, False]),
        ("[s] != 'x'", [True] * 4),
        ("[n] + 1", [2, 3, None, -6]),
        ("[s] + Null()", ["Hello World", "", None, "12a"]),
        ("Null() + 'x'", ["x"] * 4),
        ("[n] + [x]", [2.5, None, None, -9.25]),
        ("IF [b] THEN 1 ELSE 0 ENDIF", [1, 0, 0, 1]),
        ("NOT [b]", [False, True, True, False]),
        ("[b] AND [n] > 0", [True, False, False, False]),
        ("IsNull([x])", [False, True, False, False]),
    ],
)
def test_nulls(formula: str, wanted: list[Any]) -> None:
    assert values(formula) == wanted


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("[d] > '2020-01-01'", [True, False, False, True]),
        ("[d] = '2020-01-31'", [True, False, False, False]),
        ("[d] < '2020-01-31 00:00:01'", [True, False, True, False]),
        ("[t] >= '2020-01-31'", [True, False, False, True]),
        ("[d] < [t]", [True, False, False, True]),
        ("[d] IN ('2024-02-29', '1999-12-31')", [False, False, True, True]),
        ("Left([d], 4)", ["2020", None, "1999", "2024"]),
        ("[d] + '!'", ["2020-01-31!", "!", "1999-12-31!", "2024-02-29!"]),
        ("IIF([b], [d], Null())", [date(2020, 1, 31), None, None, date(2024, 2, 29)]),
    ],
)
def test_dates_and_texts(formula: str, wanted: list[Any]) -> None:
    assert values(formula) == wanted


def test_columns_are_found_whatever_their_case_and_without_brackets() -> None:
    assert values("[N] + n") == [2, 4, None, -14]


@pytest.mark.parametrize(
    ("formula", "reason", "at"),
    [
        ("", "ends too early", 1),
        ("1 +", "ends too early", 4),
        ("(1", r"\) was expected", 3),
        ("1 2", "not expected", 3),
        ('"abc', "not closed", 1),
        ("[abc", "not closed", 1),
        ("/* abc", "not closed", 1),
        ("1 ? 2", "no meaning", 3),
        ("1..2", "no number", 1),
        ("IF 1 THEN 2", "ENDIF was expected", 12),
        ("IF 1 ELSE 2 ENDIF", "THEN was expected", 6),
        ("Foo(1)", "no function FOO", 1),
        ("[nope]", r"no column \[nope\]", 1),
        ("[Row-1:n]", "Only a Multi-Row", 1),
        ("[Row-9999:n]", "names no row", 1),
        ("Left('a')", "takes 2 arguments, not 1", 1),
        ("IIF(1, 2)", "IIF takes 3", 1),
        ("Switch(1, 2, 3)", "pairs of cases", 1),
        ("[s] - 1", "argument 1 is text", 5),
        ("[n] = 'a'", "do not go together", 5),
        ("IF True THEN 1 ELSE 'a' ENDIF", "different kinds", 1),
        ("IF [s] THEN 1 ELSE 2 ENDIF", "condition is wanted", 1),
        (r"REGEX_Match([s], '(?<!a)b')", "not one that is run here", 1),
        ("REGEX_Match([s], '(')", "not one that is run here", 1),
        ("DateTimeFormat([d], '%Q')", "holds %Q", 1),
        ("(" * 500 + "1" + ")" * 500, "nested too deeply", 121),
        ("+".join(["1"] * 5_000), "nested too deeply", 244),
        ("1" * 100_001, "at most", 100_000),
    ],
)
def test_what_is_wrong_is_said_with_its_place(formula: str, reason: str, at: int) -> None:
    with pytest.raises(FormulaWrong, match=reason) as caught:
        values(formula)
    assert caught.value.data["at"] == at


def test_a_pattern_that_would_never_end_elsewhere_ends_at_once() -> None:
    rows = [(1, None, "a" * 5_000 + "!", None, None, None)]
    assert values("REGEX_Match([s], '(a+)+$')", rows) == [False]


@pytest.mark.property
@given(st.text(st.sampled_from("[]()'\"+-*/<>=!&|%,. aInN01fTHEN\n"), max_size=40))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        parsed(text)
    except FormulaWrong as wrong:
        assert 0 <= wrong.data["at"] <= len(text) + 1


NUMBERS = st.sampled_from(["[n]", "[x]", "1", "0", "2.5", "-3", "Null()"])
TEXTS = st.sampled_from(["[s]", "'a'", "''", "'12'", "ToString([x])", "ToString([n])", "Null()"])


@st.composite
def expressions(draw: st.DrawFn) -> str:
    """Draw a formula whose kinds go together."""
    number = st.recursive(
        NUMBERS,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from("+-*/%"), inner).map(lambda parts: f"({' '.join(parts)})"),
            st.tuples(inner, inner).map(lambda parts: f"IIF({parts[0]} > 1, {parts[1]}, {parts[0]})"),
            inner.map(lambda one: f"Round({one}, 0.5)"),
            inner.map(lambda one: f"Abs({one})"),
            inner.map(lambda one: f"ToNumber(ToString({one}))"),
        ),
        max_leaves=6,
    )
    text = st.recursive(
        TEXTS,
        lambda inner: st.one_of(
            st.tuples(inner, inner).map(lambda parts: f"({parts[0]} + {parts[1]})"),
            inner.map(lambda one: f"Left({one}, 2)"),
            inner.map(lambda one: f"Replace({one}, 'l', 'LL')"),
            inner.map(lambda one: f"PadLeft({one}, 4, '0')"),
            inner.map(lambda one: f"Trim({one}, '1')"),
        ),
        max_leaves=6,
    )
    sign = draw(st.sampled_from(["=", "!=", "<", "<=", ">", ">="]))
    one = draw(st.sampled_from([number, text]))
    kind = draw(st.integers(0, 2))
    if kind == 0:
        return draw(one)
    condition = f"({draw(one)} {sign} {draw(one)})"
    return condition if kind == 1 else f"(NOT {condition} AND [b]) OR Contains({draw(text)}, {draw(text)})"


CELLS = st.tuples(
    st.none() | st.integers(-(2**31), 2**31 - 1),
    st.none() | st.floats(-1e6, 1e6),
    st.none() | st.text(st.sampled_from("alL 1.x"), max_size=5),
    st.none() | st.dates(date(1400, 1, 1)),
    st.none(),
    st.none() | st.booleans(),
)


@pytest.mark.property
@at_most(2_000)
@given(expressions(), st.lists(CELLS, max_size=6))
def test_columns_and_rows_compute_the_same(formula: str, rows: list[tuple[Any, ...]]) -> None:
    values(formula, [*ROWS, *rows])
