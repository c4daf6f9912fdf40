"""Functions on texts."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from typing import Any
from xml.sax.saxutils import escape

import polars as pl

from jobyard.workflows.formula.bound import VARIES, Chooser, Function
from jobyard.workflows.formula.kinds import Kind
from jobyard.workflows.formula.signatures import fixed

_Given = Sequence[pl.Expr]
_Known = Sequence[Any]
_TEXT, _NUMBER, _BOOL, _WHOLE = Kind.TEXT, Kind.NUMBER, Kind.BOOL, Kind.INTEGER
_LONGEST = 100_000_000
"""Characters that padding may make of one value."""


def _text(*more: Kind, gives: Kind = _TEXT, least: int | None = None) -> Any:
    return fixed(_TEXT, *more, gives=gives, least=least)


def _compare(test: Callable[[str, str], bool]) -> Callable[..., bool]:
    def row(text: str | None, part: str | None, ignores_case: float | None = 1) -> bool:
        if text is None or part is None:
            return False
        return test(text.lower(), part.lower()) if ignores_case else test(text, part)

    return row


def _compare_column(name: str) -> Callable[[_Given, _Known], pl.Expr | None]:
    def column(given: _Given, known: _Known) -> pl.Expr | None:
        ignores_case = known[2] if len(known) > 2 else 1
        if ignores_case is VARIES or ignores_case is None:
            return None
        text, part = (one.str.to_lowercase() if ignores_case else one for one in given[:2])
        found: pl.Expr = text.str.contains(part, literal=True) if name == "contains" else getattr(text.str, name)(part)
        return found.fill_null(value=False)

    return column


def _count(value: float) -> int:
    return max(0, int(value))


def _right(text: str, count: float) -> str:
    return text[-_count(count) :] if _count(count) else ""


def _part(text: str, start: float, length: float | None = None) -> str:
    first = _count(start)
    return text[first:] if length is None else text[first : first + _count(length)]


def _part_column(given: _Given, known: _Known) -> pl.Expr:
    counts = [one.cast(pl.Int64, strict=False).clip(lower_bound=0) for one in given[1:]]
    return given[0].str.slice(*counts)


def _padded(text: str, length: float, pad: str = " ") -> str:
    return text.rjust(min(_count(length), _LONGEST), pad[:1] or " ")


def _padded_right(text: str, length: float, pad: str = " ") -> str:
    return text.ljust(min(_count(length), _LONGEST), pad[:1] or " ")


def _pad_column(method: str) -> Callable[[_Given, _Known], pl.Expr | None]:
    def column(given: _Given, known: _Known) -> pl.Expr | None:
        pad = known[2] if len(known) > 2 else " "
        if known[1] is VARIES or not isinstance(pad, str) or known[1] is None:
            return None
        padded: pl.Expr = getattr(given[0].str, method)(min(_count(known[1]), _LONGEST), pad[:1] or " ")
        return padded

    return column


def _replace(text: str, old: str, new: str) -> str:
    return text.replace(old, new) if old else text


def _replace_column(given: _Given, known: _Known) -> pl.Expr | None:
    if not isinstance(known[1], str) or not known[1]:
        return None
    return given[0].str.replace_all(known[1], given[2], literal=True)


def _replace_letters(text: str, letters: str, new: str) -> str:
    return text.translate({ord(letter): new[:1] for letter in letters})


def _strip_column(method: str) -> Callable[[_Given, _Known], pl.Expr | None]:
    def column(given: _Given, known: _Known) -> pl.Expr | None:
        if len(known) == 1:
            return None
        if not isinstance(known[1], str):
            return None
        return getattr(given[0].str, method)(known[1]) if known[1] else given[0]

    return column


def title(text: str) -> str:
    """Return a text with a capital behind every blank, and small letters elsewhere."""
    found, fresh = list[str](), True
    for letter in text:
        found.append(letter.upper() if fresh else letter.lower())
        fresh = letter.isspace()
    return "".join(found)


def _word(text: str, number: float) -> str:
    words = text.split()
    return words[int(number)] if 0 <= int(number) < len(words) else ""


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def _first_of(text: str, delimiters: str) -> int:
    places = [text.find(letter) for letter in delimiters]
    return min((place for place in places if place >= 0), default=-1)


def _left_of(text: str, delimiters: str) -> str:
    at = _first_of(text, delimiters)
    return text if at < 0 else text[:at]


def _right_of(text: str, delimiters: str) -> str:
    at = _first_of(text, delimiters)
    return "" if at < 0 else text[at + 1 :]


def _digest(text: str, encoding: str) -> str:
    return hashlib.md5(text.encode(encoding, "replace"), usedforsecurity=False).hexdigest()


def _unique() -> str:
    digits = secrets.token_hex(16)
    digits = f"{digits[:12]}4{digits[13:16]}{'89ab'[int(digits[16], 16) % 4]}{digits[17:]}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _same_case(lower: bool) -> Callable[[str | None], bool]:  # noqa: FBT001 - one of two tests
    def row(text: str | None) -> bool:
        return text is not None and text.isalpha() and (text.islower() if lower else text.isupper())

    return row


def _beginning(inside: bool) -> Callable[[str, str], int]:  # noqa: FBT001 - one of two functions
    """Return what counts the letters at a text's beginning that are among others, or that are not."""

    def row(text: str, letters: str) -> int:
        return next((at for at, letter in enumerate(text) if (letter in letters) is not inside), len(text))

    return row


_ONE, _TWO = _text(), _text(_TEXT)
FUNCTIONS: dict[str, Function | Chooser] = {
    "CONTAINS": Function(
        "Contains",
        _text(_TEXT, _NUMBER, gives=_BOOL, least=2),
        _compare(lambda text, part: part in text),
        _compare_column("contains"),
        sees_null=True,
    ),
    "STARTSWITH": Function(
        "StartsWith",
        _text(_TEXT, _NUMBER, gives=_BOOL, least=2),
        _compare(str.startswith),
        _compare_column("starts_with"),
        sees_null=True,
    ),
    "ENDSWITH": Function(
        "EndsWith",
        _text(_TEXT, _NUMBER, gives=_BOOL, least=2),
        _compare(str.endswith),
        _compare_column("ends_with"),
        sees_null=True,
    ),
    "LEFT": Function(
        "Left",
        _text(_NUMBER),
        lambda text, count: text[: _count(count)],
        lambda given, known: given[0].str.slice(0, given[1].cast(pl.Int64, strict=False).clip(lower_bound=0)),
    ),
    "RIGHT": Function(
        "Right",
        _text(_NUMBER),
        _right,
        lambda given, known: given[0].str.tail(given[1].cast(pl.Int64, strict=False).clip(lower_bound=0)),
    ),
    "SUBSTRING": Function("Substring", _text(_NUMBER, _NUMBER, least=2), _part, _part_column),
    "LENGTH": Function(
        "Length", _text(gives=_WHOLE), len, lambda given, known: given[0].str.len_chars().cast(pl.Int64)
    ),
    "UPPERCASE": Function("Uppercase", _ONE, str.upper, lambda given, known: given[0].str.to_uppercase()),
    "LOWERCASE": Function("Lowercase", _ONE, str.lower, lambda given, known: given[0].str.to_lowercase()),
    "TITLECASE": Function("TitleCase", _ONE, title),
    "TRIM": Function("Trim", _text(_TEXT, least=1), str.strip, _strip_column("strip_chars")),
    "TRIMLEFT": Function("TrimLeft", _text(_TEXT, least=1), str.lstrip, _strip_column("strip_chars_start")),
    "TRIMRIGHT": Function("TrimRight", _text(_TEXT, least=1), str.rstrip, _strip_column("strip_chars_end")),
    "PADLEFT": Function("PadLeft", _text(_NUMBER, _TEXT), _padded, _pad_column("pad_start")),
    "PADRIGHT": Function("PadRight", _text(_NUMBER, _TEXT), _padded_right, _pad_column("pad_end")),
    "REPLACE": Function("Replace", _text(_TEXT, _TEXT), _replace, _replace_column),
    "REPLACEFIRST": Function(
        "ReplaceFirst", _text(_TEXT, _TEXT), lambda text, old, new: text.replace(old, new, 1) if old else text
    ),
    "REPLACECHAR": Function("ReplaceChar", _text(_TEXT, _TEXT), _replace_letters),
    "FINDSTRING": Function("FindString", _text(_TEXT, gives=_WHOLE), str.find),
    "STRSPN": Function("STRSPN", _text(_TEXT, gives=_WHOLE), _beginning(inside=True)),
    "STRCSPN": Function("STRCSPN", _text(_TEXT, gives=_WHOLE), _beginning(inside=False)),
    "REVERSESTRING": Function("ReverseString", _ONE, lambda text: text[::-1]),
    "COUNTWORDS": Function("CountWords", _text(gives=_WHOLE), lambda text: len(text.split())),
    "GETWORD": Function("GetWord", _text(_NUMBER), _word),
    "GETLEFT": Function("GetLeft", _TWO, _left_of),
    "GETRIGHT": Function("GetRight", _TWO, _right_of),
    "STRIPQUOTES": Function("StripQuotes", _ONE, _unquoted),
    "ESCAPEXMLMETACHARACTERS": Function(
        "EscapeXMLMetacharacters", _ONE, lambda text: escape(text, {'"': "&quot;", "'": "&apos;"})
    ),
    "MD5_ASCII": Function("MD5_ASCII", _ONE, lambda text: _digest(text, "ascii")),
    "MD5_UNICODE": Function("MD5_UNICODE", _ONE, lambda text: _digest(text, "utf-16-le")),
    "MD5_UTF8": Function("MD5_UTF8", _ONE, lambda text: _digest(text, "utf-8")),
    "UUIDCREATE": Function("UuidCreate", fixed(gives=_TEXT), _unique, pure=False),
    "ISLOWERCASE": Function("IsLowerCase", _text(gives=_BOOL), _same_case(lower=True), sees_null=True),
    "ISUPPERCASE": Function("IsUpperCase", _text(gives=_BOOL), _same_case(lower=False), sees_null=True),
}
