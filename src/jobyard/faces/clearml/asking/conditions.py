"""Conditions on the fields of a document: lists with operators, times, ranges, patterns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import Any

from jobyard.faces.clearml import times
from jobyard.faces.clearml.asking.paths import dig, require_known, unescaped
from jobyard.faces.clearml.asking.patterns import literal, pattern
from jobyard.faces.clearml.wire import Json
from jobyard.faces.clearml.wire.parts import MultiFieldPattern
from jobyard.job.errors import Invalid

Condition = Callable[[Json], bool]


class BadValue(Invalid):
    """Invalid value for fields ({reason}): value={value}, field={field}"""


class Form(StrEnum):
    """How a field is asked for."""

    LIST = "list"
    PATTERN = "pattern"
    TIMES = "times"
    RANGE = "range"
    PLAIN = "plain"


_JOINS = {"__$all": "all", "__$and": "all", "__$any": "any", "__$or": "any"}
_NOT, _NOP = "__$not", "__$nop"
_SIGNS = (">=", "<=", ">", "<")


class Among:
    """What a list with operators asks of the values of a field."""

    def __init__(self, field: str, said: Sequence[Any]) -> None:
        """Read the list. Raises BadValue for an operator that is not known and for what is no text."""
        self.any: list[str] = []
        self.all: list[str] = []
        self.none: list[str] = []
        self.empty = False
        operators = any(isinstance(one, str) and one.startswith("__$") for one in said)
        join, negated = "any", False
        for one in said:
            if one is None:
                self.empty = True
            elif not isinstance(one, str):
                raise BadValue(reason="text is expected", value=one, field=field)
            elif one in _JOINS:
                join = _JOINS[one]
            elif one == _NOT:
                negated = True
            elif one == _NOP:
                join, negated = "any", False
            elif one.startswith("__$"):
                raise BadValue(reason="unsupported operator", value=one, field=field)
            elif not operators and one.startswith("-"):
                if one == "-":
                    raise BadValue(reason="nothing is excluded", value=one, field=field)
                self.none.append(one[1:])
            else:
                (self.none if negated else self.all if join == "all" else self.any).append(one)
                negated = False

    @property
    def plain(self) -> list[str] | None:
        """The values of which one is wanted, where nothing else is asked."""
        return self.any if self.any and not (self.all or self.none or self.empty) else None

    def fits(self, values: Iterable[str]) -> bool:
        """Tell whether these values are what is asked."""
        there = set(values)
        if there.intersection(self.none):
            return False
        if not there.issuperset(self.all):
            return False
        if self.any or self.empty:
            return bool(there.intersection(self.any)) or (self.empty and not there)
        return True


def conditions(body: Json, forms: Mapping[str, Form], done: Iterable[str] = ()) -> list[Condition]:
    """Return the conditions that a body asks for on known fields; `done` are those that are seen to elsewhere."""
    found: list[Condition] = []
    for key, said in body.items():
        name = unescaped(key)
        form = forms.get(name.partition(".")[0])
        if form is None or said is None or said == [] or name in done:
            continue
        if "." in name and form is not Form.RANGE:
            form = Form.LIST if isinstance(said, list) else Form.PLAIN
        found.append(_condition(name, said, form))
    return found


def multiple(said: MultiFieldPattern | None, known: frozenset[str], *, every: bool) -> Condition | None:
    """Return the condition that one of several fields, or all, fit a pattern or a time. Raises Invalid."""
    if said is None or not said.fields:
        return None
    require_known(said.fields, known)
    names, join = said.fields, all if every else any
    if said.pattern is not None:
        fits = pattern(said.pattern, folded=True)
        return lambda one: join(any(map(fits, texts(dig(one, name)))) for name in names)
    if said.datetime is not None:
        within = _within("datetime", said.datetime)
        return lambda one: join(within(dig(one, name)) for name in names)
    return None


def searched(text: str | None, names: Sequence[str] = ("id", "name", "comment")) -> Condition | None:
    """Return the condition that a text is found in one of some fields, whatever its case."""
    if not text:
        return None
    wanted = text.casefold()
    return lambda one: any(wanted in value.casefold() for name in names for value in texts(dig(one, name)))


def filtered(said: Mapping[str, Json] | None, known: frozenset[str]) -> list[Condition]:
    """Return the conditions of the newer form: by field, `any` and `all`, each with `include` and `exclude`."""
    if not said:
        return []
    require_known(said, known)
    return [_filter(name, rule) for name, rule in said.items()]


def exact_name(said: str | None) -> str | None:
    """Return the one name that a pattern fits; None where it is a real pattern, or none at all."""
    return None if said is None else literal(said)


def texts(value: Any) -> list[str]:
    """Return the texts of a field: its own, or those of a list."""
    if isinstance(value, list):
        return [one for one in value if isinstance(one, str)]
    if isinstance(value, str):
        return [value] if value else []
    if value is None or isinstance(value, dict):
        return []
    return [str(value)]


def _condition(name: str, said: Any, form: Form) -> Condition:
    match form:
        case Form.PATTERN:
            if not isinstance(said, str):
                raise Invalid(reason=f"error for field '{name}'. text is expected")
            fits = pattern(said)
            return lambda one: any(map(fits, texts(dig(one, name)) or [""]))
        case Form.TIMES:
            within = _within(name, said)
            return lambda one: within(dig(one, name))
        case Form.RANGE:
            return _range(name, said)
        case Form.PLAIN:
            return lambda one: dig(one, name) == said
        case Form.LIST:
            among = Among(name, said if isinstance(said, list) else [said])
            return lambda one: among.fits(texts(dig(one, name)))


def _within(name: str, said: str | list[Any]) -> Callable[[Any], bool]:
    """Return whether a time lies within bounds: each with a sign, or two without that are both ends."""
    bounds: list[tuple[str, int]] = []
    given = said if isinstance(said, list) else [said]
    for place, one in enumerate(given):
        if one is None:
            continue
        if not isinstance(one, str):
            raise Invalid(reason=f"error for field '{name}'. a time is expected")
        sign = next((sign for sign in _SIGNS if one.startswith(sign)), "")
        at = times.read(one.removeprefix(sign))
        if at is None:
            raise Invalid(reason=f"error for field '{name}'. {one[:60]!r} is no time")
        plain = (">=" if place == 0 else "<=") if len(given) == 2 else "=="
        bounds.append((sign or plain, at))

    def within(value: Any) -> bool:
        at = times.read(value) if isinstance(value, str) else None
        return all(_compared(at, sign, bound) for sign, bound in bounds)

    return within


def _compared(at: int | None, sign: str, bound: int) -> bool:
    if at is None:
        return False
    match sign:
        case ">=":
            return at >= bound
        case ">":
            return at > bound
        case "<=":
            return at <= bound
        case "<":
            return at < bound
        case _:
            return at == bound


def _range(name: str, said: Any) -> Condition:
    if not isinstance(said, list) or len(said) != 2 or said == [None, None]:
        raise Invalid(reason=f"error for field '{name}'. a range of two is expected, of which one may be null")
    low, high = (_number(name, one) for one in said)

    def fits(one: Json) -> bool:
        value = dig(one, name)
        if value is None:
            return low is None
        number = _number(name, value)
        if number is None:
            return low is None
        return (low is None or number >= low) and (high is None or number <= high)

    return fits


def _number(name: str, value: Any) -> float | None:
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return float(value)
    at = times.read(value) if isinstance(value, str) else None
    if at is None:
        raise Invalid(reason=f"error for field '{name}'. a number or a time is expected")
    return float(at)


def _filter(name: str, rule: Json) -> Condition:
    parts: list[Callable[[set[str]], bool]] = []
    if unknown := set(rule) - {"any", "all", "op"}:
        raise Invalid(reason=f"error for field 'filters.{name}.{min(unknown)[:60]}'. it is not known")
    for side in ("any", "all"):
        said = rule.get(side)
        if said is None:
            continue
        if not isinstance(said, dict):
            raise Invalid(reason=f"error for field 'filters.{name}.{side}'. an object is expected")
        include, exclude = (_values(name, said.get(key)) for key in ("include", "exclude"))
        fits_side = _any_of if side == "any" else _all_of
        if include or exclude:
            parts.append(partial(fits_side, include, exclude))
    if rule.get("op", "and") not in ("and", "or"):
        raise Invalid(reason=f"error for field 'filters.{name}.op'. `and` or `or` is expected")
    join = any if rule.get("op") == "or" and parts else all

    def fits(one: Json) -> bool:
        there: set[str] = set(texts(dig(one, name))) or {""}
        return join(part(there) for part in parts)

    return fits


def _any_of(include: set[str], exclude: set[str], there: set[str]) -> bool:
    """Tell whether one of the wanted values is there, or one of the unwanted ones is not."""
    return bool(there & include) or not there >= (exclude or there)


def _all_of(include: set[str], exclude: set[str], there: set[str]) -> bool:
    return there >= include and not there & exclude


def _values(name: str, said: Any) -> set[str]:
    if said is None:
        return set()
    if not isinstance(said, list):
        raise Invalid(reason=f"error for field 'filters.{name}'. a list is expected")
    return {"" if one is None else str(one) for one in said}
