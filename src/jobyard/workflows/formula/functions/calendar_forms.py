"""The specifiers by which dates are written and read: `%Y`, `%b` and so on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from functools import lru_cache

_MONTHS: tuple[str, ...] = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
)
_MONTHS += ("november", "december")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT = 3
_WRITTEN: dict[str, Callable[[datetime], str]] = {
    "a": lambda day: _DAYS[day.weekday()][:_SHORT].title(),
    "A": lambda day: _DAYS[day.weekday()].title(),
    "b": lambda day: _MONTHS[day.month - 1][:_SHORT].title(),
    "h": lambda day: _MONTHS[day.month - 1][:_SHORT].title(),
    "B": lambda day: _MONTHS[day.month - 1].title(),
    "C": lambda day: f"{day.year // 100:02d}",
    "d": lambda day: f"{day.day:02d}",
    "D": lambda day: f"{day.month:02d}/{day.day:02d}/{day.year % 100:02d}",
    "e": lambda day: f"{day.day:2d}",
    "H": lambda day: f"{day.hour:02d}",
    "I": lambda day: f"{(day.hour % 12) or 12:02d}",
    "j": lambda day: f"{day.timetuple().tm_yday:03d}",
    "k": lambda day: f"{day.hour:2d}",
    "l": lambda day: f"{(day.hour % 12) or 12:2d}",
    "m": lambda day: f"{day.month:02d}",
    "M": lambda day: f"{day.minute:02d}",
    "p": lambda day: "AM" if day.hour < 12 else "PM",
    "P": lambda day: "am" if day.hour < 12 else "pm",
    "R": lambda day: f"{day.hour:02d}:{day.minute:02d}",
    "S": lambda day: f"{day.second:02d}",
    "T": lambda day: f"{day.hour:02d}:{day.minute:02d}:{day.second:02d}",
    "X": lambda day: f"{day.hour:02d}:{day.minute:02d}:{day.second:02d}",
    "u": lambda day: str(day.isoweekday()),
    "U": lambda day: day.strftime("%U"),
    "w": lambda day: str(day.isoweekday() % 7),
    "W": lambda day: day.strftime("%W"),
    "x": lambda day: f"{day.month:02d}/{day.day:02d}/{day.year % 100:02d}",
    "y": lambda day: f"{day.year % 100:02d}",
    "Y": lambda day: f"{day.year:04d}",
    "%": lambda day: "%",
}
_READ = {"d": (2, 1, 31), "e": (2, 1, 31), "m": (2, 1, 12), "H": (2, 0, 23), "k": (2, 0, 23), "I": (2, 1, 12)}
_READ |= {"l": (2, 1, 12), "M": (2, 0, 59), "S": (2, 0, 59), "Y": (4, 0, 9999), "y": (4, 0, 9999), "j": (3, 1, 366)}
_WHOLE = {"D": "%m/%d/%y", "T": "%H:%M:%S", "R": "%H:%M", "X": "%H:%M:%S", "x": "%m/%d/%y"}
_CLOCK = frozenset("HkIlMSpPTRX")
_BACK = 66
"""Years of two digits begin so many before this year, and end 33 behind it."""
_EARLIEST = 1400


@lru_cache(maxsize=256)
def pieces(form: str) -> tuple[tuple[str, bool], ...]:
    """Return a form in pieces: letters that stand for something (True), and texts. Raises ValueError."""
    found, at = list[tuple[str, bool]](), 0
    while at < len(form):
        if form[at] != "%":
            found.append((form[at], False))
            at += 1
            continue
        letter = form[at + 1 : at + 2]
        if letter not in _WRITTEN or not letter:
            raise ValueError(f"the form {form[:60]!r} holds %{letter}, which is not known here")
        found.append((letter, True))
        at += 2
    return tuple(found)


def has_clock(form: str) -> bool:
    """Tell whether a form holds a time of day."""
    return any(is_letter and piece in _CLOCK for piece, is_letter in pieces(form))


def written(moment: datetime, form: str) -> str:
    """Return a moment in a form."""
    return "".join(_WRITTEN[piece](moment) if is_letter else piece for piece, is_letter in pieces(form))


def read(text: str, form: str, this_year: int) -> datetime | None:
    """Return the moment that a text is, written in a form; None when it is not."""
    expanded = form
    for letter, meaning in _WHOLE.items():
        expanded = expanded.replace(f"%{letter}", meaning)
    found: dict[str, int] = {}
    at = 0
    for piece, is_letter in pieces(expanded):
        if not is_letter:
            if piece.isspace():
                while text[at : at + 1].isspace():
                    at += 1
                continue
            if text[at : at + 1] != piece:
                return None
            at += 1
            continue
        after = _taken(text, at, piece, found)
        if after is None:
            return None
        at = after
    return _made(found, this_year) if not text[at:].strip() else None


def _taken(text: str, at: int, letter: str, found: dict[str, int]) -> int | None:
    if letter in "aA":
        return _named(text, at, _DAYS, found, "weekday")
    if letter in "bBh":
        return _named(text, at, _MONTHS, found, "m")
    if letter in "pP":
        half = text[at : at + 2].lower()
        found["p"] = 12 if half == "pm" else 0
        return at + 2 if half in {"am", "pm"} else None
    if letter == "%":
        return at + 1 if text[at : at + 1] == "%" else None
    if letter not in _READ:
        return None
    width, least, most = _READ[letter]
    while text[at : at + 1] == " ":
        at += 1
    end = at
    while end < len(text) and end < at + width and text[end] in "0123456789":
        end += 1
    if end == at or not least <= int(text[at:end]) <= most:
        return None
    found[{"e": "d", "k": "H", "l": "I", "y": "Y"}.get(letter, letter)] = int(text[at:end])
    return end


def _named(text: str, at: int, names: tuple[str, ...], found: dict[str, int], key: str) -> int | None:
    """Take a name or the beginning of one, of three letters or more, with or without a point."""
    end = at
    while end < len(text) and text[end].isalpha():
        end += 1
    said = text[at:end].lower()
    places = [place for place, name in enumerate(names, start=1) if name.startswith(said)]
    if said == "sept":
        places = [9]
    if len(said) < _SHORT or len(places) != 1:
        return None
    found[key] = places[0]
    return end + 1 if text[end : end + 1] == "." else end


def _made(found: dict[str, int], this_year: int) -> datetime | None:
    year = found.get("Y", _EARLIEST)
    if year < 100:
        year += (this_year - _BACK) // 100 * 100
        year += 100 if year < this_year - _BACK else 0
    if year < _EARLIEST:
        return None
    hour = found.get("H", 0)
    if "I" in found:
        hour = found["I"] % 12 + found.get("p", 0)
    try:
        day = date(year, found.get("m", 1), found.get("d", 1))
        if "j" in found and "m" not in found:
            day = date.fromordinal(date(year, 1, 1).toordinal() + found["j"] - 1)
        return datetime.combine(day, time(hour, found.get("M", 0), found.get("S", 0)))
    except ValueError:
        return None
