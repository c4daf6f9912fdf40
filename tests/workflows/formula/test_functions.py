"""Each function against documented cases, in both ways of computing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from jobyard.workflows.formula.functions.catalog import FUNCTIONS, functions
from jobyard.workflows.formula.functions.patterns import template
from tests.workflows.drawing import NOW
from tests.workflows.formula.computing import told, value, values

CASES: list[tuple[str, Any]] = [
    # texts
    ('Contains("123ABC", "ABC")', True),
    ('Contains("123ABC", "abc")', True),
    ('Contains("123ABC", "abc", 0)', False),
    ('Contains(Null(), "abc")', False),
    ('StartsWith("ROAD", "ro")', True),
    ('StartsWith("ROAD", "ro", 0)', False),
    ('EndsWith("123ABC", "abc")', True),
    ('EndsWith("123ABC", "abc", 0)', False),
    ('CountWords("Basic Variables Households")', 3),
    ('FindString("John Smith", "Smith")', 5),
    ('FindString("John Smith", "Jane")', -1),
    ('GetWord("Basic Variables Households", 0)', "Basic"),
    ('GetWord("Basic Variables Households", 1)', "Variables"),
    ('GetWord("Basic", 7)', ""),
    ('GetLeft("a-b_c", "_-")', "a"),
    ('GetRight("a-b_c", "_-")', "b_c"),
    ('Left("92688", 3)', "926"),
    ('Left("92688", 9)', "92688"),
    ('Left("92688", -1)', ""),
    ('Right("92688", 3)', "688"),
    ('Right("92688", 0)', ""),
    ('Length("92688")', 5),
    ('Length("größe")', 5),
    ('LowerCase("M1P 1G6")', "m1p 1g6"),
    ('UpperCase("John Smith")', "JOHN SMITH"),
    ('TitleCase("john smith")', "John Smith"),
    ('TitleCase("JOHN o\'neil")', "John O'neil"),
    ('PadLeft("M", 4, "x")', "xxxM"),
    ('PadRight("M", 4, "x")', "Mxxx"),
    ('PadLeft("Major", 3, "x")', "Major"),
    ('Replace("Good judgment comes from experience", "experience", "mistakes")', "Good judgment comes from mistakes"),
    ('Replace("a.b.c", ".", "")', "abc"),
    ('Replace("abc", "", "x")', "abc"),
    ('Replace("aAa", "A", "b")', "aba"),
    ('ReplaceChar("abcdefb", "b", "_")', "a_cdef_"),
    ('ReplaceChar("@a#b%c", "@,#,%", "_")', "_a_b_c"),
    ('ReplaceFirst("abcdefb", "b", "_")', "a_cdefb"),
    ('ReverseString("abcdefb")', "bfedcba"),
    ('STRCSPN("Bob\'s Amaco", "~!@#$%^&*\'()")', 3),
    ('STRCSPN("Bob", "~!")', 3),
    ('STRSPN("3034408896x105", "0123456789")', 10),
    ('STRSPN("", "0123456789")', 0),
    ('StripQuotes("""x""")', None),
    ("StripQuotes('\"Hello\"')", "Hello"),
    ('Substring("949-222-4356", 4, 8)', "222-4356"),
    ('Substring("949-222-4356", 4, 3)', "222"),
    ('Substring("949-222-4356", 4)', "222-4356"),
    ('Trim("!see instructions!!!", "!")', "see instructions"),
    ('Trim("  Test123  ")', "Test123"),
    ('TrimLeft("**special invitation ", " *")', "special invitation "),
    ('TrimRight("John Smith   ")', "John Smith"),
    ('TrimRight("John Smith**", "*")', "John Smith"),
    ('MD5_ASCII("a")', "0cc175b9c0f1b6a831c399e269772661"),
    ('IsUpperCase("ABC")', True),
    ('IsUpperCase("ABC1")', False),
    ('IsLowerCase("abc")', True),
    (r'FileAddPaths("C:\Temp", "file.txt")', r"C:\Temp\file.txt"),
    (r'FileAddPaths("C:\Temp\", "\some\file.txt")', r"C:\Temp\some\file.txt"),
    (r'FileGetExt("C:\my.data\sales.2024.csv")', ".csv"),
    (r'FileGetExt("C:\my.data\sales")', ""),
    (r'FileGetFileName("C:\my.data\sales.2024.csv")', "sales.2024"),
    (r'FileGetFileName("C:\my.data\sales")', "sales"),
    ('FileGetFileName("//host/share/a b.yxdb")', "a b"),
    ('FileGetFileName("C:a.txt")', "a"),
    ("FileGetFileName(Null())", None),
    ('EscapeXMLMetacharacters("a<b")', "a&lt;b"),
    # patterns
    (r'REGEX_Match("123-45-6789", "\d{3}-\d{2}-\d{4}")', True),
    (r'REGEX_Match("x123", "\d+")', False),
    ('REGEX_Match("ABC", "abc")', True),
    ('REGEX_Match("ABC", "abc", 0)', False),
    (r'REGEX_CountMatches("12 3 45", "\d+")', 3),
    (r'REGEX_Replace("Don Johnson", "(\w+) (\w+)", "$2, $1")', "Johnson, Don"),
    (r'REGEX_Replace("generic", "GEN(eric)", "$1")', "eric"),
    ('REGEX_Replace("aaa", "b", "x")', "aaa"),
    (r'REGEX_Replace("records.12.City", "records.\d+.", Null())', "City"),
    ('REGEX_Replace(Null(), "b", "x")', None),
    ('REGEX_Replace("abc", Null(), "x")', None),
    # numbers
    ("Abs(-32)", 32.0),
    ("Ceil(9.567)", 10.0),
    ("Floor(4.1534)", 4.0),
    ("Round(55.34, 2)", 56.0),
    ("Round(39.88, 10)", 40.0),
    ("Round(41.1, 10)", 40.0),
    ("Round(1.25, 0.1)", 1.3),
    ("Round(1.227, 0.01)", 1.23),
    ("Round(-2.5, 1)", -3.0),
    ("Round(2.5, 1)", 3.0),
    ("Round(5, 0)", None),
    ("Sqrt(100)", 10.0),
    ("Sqrt(-1)", None),
    ("Log(1)", 0.0),
    ("Log(0)", None),
    ("Log10(100)", 2.0),
    ("Pow(2, 3)", 8.0),
    ("Pow(0, -1)", None),
    ("Exp(0)", 1.0),
    ("Exp(1000)", None),
    ("Mod(6, 4)", 2),
    ("Mod(-6, 4)", -2),
    ("Mod(6, 0)", None),
    ("Average(20, 30, 55)", 35.0),
    ("Average(20, Null())", 10.0),
    ("AverageNonNull(20, Null())", 20.0),
    ("Median(5, 4, 3, Null())", 4.0),
    ("Min(5, 2, 9)", 2),
    ("Max(5, 2, 9)", 9),
    ('Max("b", "a")', "b"),
    ("MaxIDX(6, 4, 2, 8, 5)", 3),
    ("TOPNIDX(0, 6, 4, 2, 8, 5)", 3),
    ("TOPNIDX(1, 6, 4, 2, 8, 5)", 0),
    ("TOPNIDX(4, 6, 4, 2, 8, 5)", 2),
    ("TOPNIDX(1, 7, 7, 3)", 1),
    ("TOPNIDX(5, 6, 4, 2, 8, 5)", -1),
    ("TOPNIDX(-1, 6, 4)", -1),
    ("GetVal(0, 6, 4.5)", 6.0),
    ('GetVal(1, "a", "b", "c")', "b"),
    ('GetVal(1, Null(), "b")', "b"),
    ('GetVal(0, Null(), "b")', None),
    ('GetVal(2, "a", "b")', None),
    ('GetVal(-1, "a", "b")', None),
    ("ToDegrees(PI())", 180.0),
    ("ToRadians(45)", 0.7853981633974483),
    ("MinIDX(6, 4, 2, 8, 5)", 2),
    ("Bound(6, 2, 5)", 5.0),
    ("Between(5, 1, 5)", True),
    ("Factorial(5)", 120.0),
    ("BinaryAnd(6, 5)", 4),
    ("BinaryOr(6, 5)", 7),
    ("BinaryXOr(6, 5)", 3),
    ("BinaryNot(6)", -7),
    ("ShiftLeft(6, 1)", 12),
    ("ShiftRight(6, 1)", 3),
    # between numbers and texts
    ('ToNumber("878")', 878.0),
    ('ToNumber("4.256411411E9")', 4256411411.0),
    ('ToNumber("Number", 1)', 0.0),
    ('ToNumber("Number", 1, 1)', None),
    ('ToNumber("1.123,45", 1, 1, ",")', 1123.45),
    ("ToNumber(True)", 1.0),
    ("ToString(10)", "10"),
    ("ToString(10, 2)", "10.00"),
    ("ToString(1234567, 2, 1)", "1,234,567.00"),
    ("ToString(0.1 + 0.2)", "0.3"),
    ("ToString(True)", "True"),
    ("CharFromInt(66)", "B"),
    ('CharToInt("B")', 66),
    ('BinToInt("101")', 5),
    ("IntToBin(5)", "101"),
    ('HexToNumber("dd")', 221),
    ("IntToHex(221)", "DD"),
    ("Coalesce(Null(), Null(), 3)", 3),
    # tests
    ('IsEmpty("")', True),
    ("IsEmpty(Null())", True),
    ('IsEmpty(" ")', False),
    ("IsNull(Null())", True),
    ('IsNull("")', False),
    ('IsInteger("1")', True),
    ('IsInteger("1.23")', False),
    ('IsInteger("b")', False),
    ("IsNumber(1)", True),
    ('IsNumber("1")', False),
    ('IsString("1")', True),
    ("CompareEpsilon(1.0001, 1.0002, 0.001)", True),
    ('CompareDictionary("apples", "bananas")', -1),
    ('CompareDictionary("APPLES", "bananas")', -1),
    ('CompareDictionary("apples", "BANANAS")', -1),
    ('CompareDictionary("Cherries", "Bananas")', 1),
    ('CompareDictionary("Bananas", "bananas")', 0),
    ('CompareDictionary("2", "10")', -1),
    ('CompareDictionary("minus -2", "minus -10")', 1),
    ('CompareDictionary("minus-2", "minus-10")', -1),
    ('CompareDictionary("pi 3.14", "pi 6.28e-1")', 1),
    ('CompareDictionary("12.00", "12.0")', 1),
    ('CompareDictionary("a", "À")', -1),
    ('CompareDictionary("n", "ñ")', -1),
    ('CompareDictionary("o", "ñ")', -1),
    # dates
    ('DateTimeAdd("2016-01-30", 1, "month")', date(2016, 2, 29)),
    ('DateTimeAdd("2016-03-30", -1, "month")', date(2016, 2, 29)),
    ('DateTimeAdd("2016-02-29", 1, "years")', date(2017, 2, 28)),
    ('DateTimeAdd("2016-01-30 10:00:00", 90, "minutes")', datetime(2016, 1, 30, 11, 30)),
    ('DateTimeAdd("2016-01-30", 1, "fortnight")', None),
    ('DateTimeAdd("1400-01-01", -1, "day")', None),
    ('DateTimeAdd(DateTimeToday(), -1, "days")', date(2026, 11, 27)),
    ('DateTimeDiff("2016-02-15 13:32:00", "2016-02-14 13:32:00", "days")', 1),
    ('DateTimeDiff("2016-02-15 13:31:59", "2016-02-14 13:32:00", "days")', 0),
    ('DateTimeDiff("2016-02-14", "2016-02-15", "hours")', -24),
    ('DateTimeDiff("2016-03-31", "2016-01-31", "months")', 2),
    ('DateTimeDiff("2016-03-30", "2016-01-31", "months")', 1),
    ('DateTimeDiff("2016-02-29", "2016-01-31", "months")', 1),
    ('DateTimeDiff("2017-02-28", "2016-02-29", "years")', 1),
    ('DateTimeDiff("2017-02-27", "2016-02-29", "years")', 0),
    ('DateTimeFormat("2008-04-22", "%d-%m-%Y")', "22-04-2008"),
    ('DateTimeFormat("2008-04-22", "%d-%b-%y")', "22-Apr-08"),
    ('DateTimeFormat("2008-04-22", "%A,%d %B,%Y")', "Tuesday,22 April,2008"),
    ('DateTimeFormat("2008-04-22 15:05:09", "%I:%M:%S %p")', "03:05:09 PM"),
    ('DateTimeParse("2016/28-03", "%Y/%d-%m")', date(2016, 3, 28)),
    ('DateTimeParse("Sept. 3, 99", "%b %d, %y")', date(1999, 9, 3)),
    ('DateTimeParse("3 sep 2016 1:05 pm", "%d %b %Y %I:%M %p")', datetime(2016, 9, 3, 13, 5)),
    ('DateTimeTrim("2016-12-07 16:03:00", "hour")', datetime(2016, 12, 7, 16)),
    ('DateTimeTrim("2016-12-07 16:03:00", "year")', datetime(2016, 1, 1)),
    ('DateTimeTrim("2016-12-07 16:03:00", "lastofmonth")', datetime(2016, 12, 31, 23, 59, 59)),
    ('DateTimeYear("2016-12-07")', 2016),
    ('DateTimeMonth("2016-12-07")', 12),
    ('DateTimeDay("2016-12-07")', 7),
    ('DateTimeHour("2016-12-07 16:03:09")', 16),
    ('DateTimeMinutes("2016-12-07 16:03:09")', 3),
    ('DateTimeSeconds("2016-12-07 16:03:09")', 9),
    ('DateTimeQuarter("2016-12-07")', 4),
    ("DateTimeNow()", NOW),
    ("DateTimeToday()", date(2026, 11, 28)),
    ("DateTimeFirstOfMonth()", datetime(2026, 11, 1)),
    ("DateTimeLastOfMonth()", datetime(2026, 11, 30, 23, 59, 59)),
    ("ToDate(43861)", date(2020, 1, 31)),
    ("ToDateTime(43861.5)", datetime(2020, 1, 31, 12)),
    ('ToDate("2020-01-31 10:00:00")', date(2020, 1, 31)),
    # choices
    ('IIF(2 > 1, "yes", "no")', "yes"),
    ('Switch("b", "none", "a", "A", "b", "B")', "B"),
    ('Switch("z", "none", "a", "A", "b", "B")', "none"),
]


@pytest.mark.parametrize(("formula", "wanted"), [case for case in CASES if '"""' not in case[0]])
def test_a_documented_case(formula: str, wanted: Any) -> None:
    found = value(formula)
    assert found == (pytest.approx(wanted) if isinstance(wanted, float) else wanted)
    assert isinstance(found, bool) == isinstance(wanted, bool)


def test_every_function_has_a_case() -> None:
    said = " ".join(formula.upper() for formula, _ in CASES) + " ".join(_ELSEWHERE)
    missing = [name for name in functions(NOW) if name.isupper() and name.isidentifier() and f"{name}(" not in said]
    assert missing == []


_ELSEWHERE: tuple[str, ...] = (
    "AND( OR( NOT( IN( NEGATIVE( PI( RAND( RANDINT( UUIDCREATE( MD5_UNICODE( MD5_UTF8( NULL( DATETIMESTART(",
)
_ELSEWHERE += ("SIN( COS( TAN( ASIN( ACOS( ATAN( ATAN2( SINH( COSH( TANH(",)


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("ACOS(0.5)", 1.047198),
        ("ASIN(0.5)", 0.523599),
        ("ATAN(0.8)", 0.674741),
        ("ATAN2(4, -3)", 2.2143),
        ("PI()", 3.141593),
        ("COS(0)", 1.0),
        ("SIN(PI()/2)", 1.0),
        ("TAN(0)", 0.0),
        ("SINH(0)", 0.0),
        ("COSH(0)", 1.0),
        ("TANH(0)", 0.0),
    ],
)
def test_angles(formula: str, wanted: float) -> None:
    assert value(formula) == pytest.approx(wanted, abs=1e-5)


def test_what_is_not_the_same_twice_is_within_its_bounds() -> None:
    from jobyard.workflows.formula.binding import Binder
    from jobyard.workflows.formula.compiling import evaluated
    from tests.workflows.formula.computing import FIELDS, frame

    binder = Binder(FIELDS, functions(NOW))
    cases: tuple[tuple[str, Callable[[Any], bool]], ...] = (
        ("Rand()", lambda one: 0 <= one < 1),
        ("RandInt(5)", lambda one: 0 <= one <= 5),
        ("UuidCreate()", lambda one: len(one) == 36 and one[14] == "4"),
    )
    for formula, fits in cases:
        found = evaluated(binder.bound(formula), frame(), lambda: None)[0].to_list()
        assert len(found) == 4
        assert all(fits(one) for one in found)
    assert len(set(evaluated(binder.bound("UuidCreate()"), frame(), lambda: None)[0])) == 4


@pytest.mark.parametrize("name", sorted(name for name in FUNCTIONS if name.isupper() and name.isidentifier()))
def test_a_function_without_arguments_that_it_needs_is_refused_in_words(name: str) -> None:
    from jobyard.workflows.refusals import FormulaWrong

    try:
        values(f"{name}()")
    except FormulaWrong as wrong:
        assert "arguments" in wrong.sentence or "was expected" in wrong.sentence or "not expected" in wrong.sentence
    except AssertionError:
        assert name in {"RAND", "UUIDCREATE"}


def test_what_conversions_lose_is_told_only_where_it_is_used() -> None:
    assert told("ToNumber([s])") == ("Hello World is not a valid number.", "12a is not a valid number.")
    assert told("ToNumber([s], 1)") == ()
    assert told("IF [n] > 1 THEN ToNumber([s]) ELSE 0 ENDIF") == ()
    assert told("IF [n] < 0 THEN ToNumber([s]) ELSE 0 ENDIF") == ("12a is not a valid number.",)
    assert told('DateTimeParse([s], "%Y")') == (
        'DateTimeParse: "Hello World" does not match its form',
        'DateTimeParse: "12a" does not match its form',
    )
    assert told("DateTimeYear([s])") == ('"Hello World" is not a valid DateTime', '"12a" is not a valid DateTime')


def test_replacements_know_their_groups() -> None:
    assert template("a$1b${2}$$$x") == ["a", 1, "b", 2, "$", "$", "x"]
