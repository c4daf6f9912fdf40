"""Filters as JSON logic, in the few operators that these clients use. Pure: compiled once, then asked of each thing."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Struct

from jobyard.job.errors import Invalid

Facts = Mapping[str, Any]
"""What is known of one thing, by the names that filters use."""
Test = Callable[[Facts], Any]

_DEEPEST = 32
_LONGEST = 16 * 1024
_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = MappingProxyType(
    {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
)


def compiled(text: str, fields: frozenset[str]) -> Test:
    """Return the test that a filter asks for.

    Raises Invalid for what is no JSON, and for a field or an operator that is unknown.
    """
    if len(text) > _LONGEST:
        raise _wrong(f"is longer than {_LONGEST} characters")
    try:
        rule = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise _wrong("is no JSON") from None
    if not isinstance(rule, dict):
        raise _wrong("is a JSON object with one operator")
    return _Reader(fields).read(rule, 0)


def demanded(text: str) -> dict[str, Any]:
    """Return the values that a filter demands of fields for certain: those it compares by `==` and joins by `and`."""
    found: dict[str, Any] = {}

    def walk(rule: Any) -> None:
        if not isinstance(rule, dict) or len(rule) != 1:
            return
        ((name, given),) = rule.items()
        if name == "and" and isinstance(given, list):
            for one in given:
                walk(one)
        if name == "==" and (pair := _field_and_value(given)) is not None and isinstance(pair[1], (str, int)):
            found.setdefault(*pair)

    walk(msgspec.json.decode(text))
    return found


def plain(text: str) -> dict[str, Any] | None:
    """Return the values that a filter demands where it asks for nothing else; None for any other filter."""
    found: dict[str, Any] = {}

    def walk(rule: Any) -> bool:
        if not isinstance(rule, dict) or len(rule) != 1:
            return False
        ((name, given),) = rule.items()
        if name == "and" and isinstance(given, list):
            return all(walk(one) for one in given)
        pair = _field_and_value(given) if name == "==" else None
        if pair is None or not isinstance(pair[1], str) or pair[0] in found:
            return False
        found[pair[0]] = pair[1]
        return True

    return found if walk(msgspec.json.decode(text)) else None


def named(text: str) -> set[str]:
    """Return the fields that a filter looks at."""
    found = set[str]()

    def walk(rule: Any) -> None:
        if isinstance(rule, list):
            for one in rule:
                walk(one)
        elif isinstance(rule, dict):
            for name, given in rule.items():
                if name == "var":
                    found.add(str(given))
                walk(given)

    walk(msgspec.json.decode(text))
    return found


class Compared(Struct, frozen=True):
    """How a filter looks at fields that hold numbers."""

    numbers: Mapping[str, frozenset[int]]
    """The whole numbers that fields are compared with, be it that they are the same, others, or among them."""
    loose: frozenset[str]
    """Fields that are looked at in any other way, too."""


def compared(text: str, fields: frozenset[str]) -> Compared:
    """Return how a filter looks at some fields."""
    found: dict[str, set[int]] = {}
    loose = set[str]()

    def walk(rule: Any) -> None:
        if isinstance(rule, list):
            for one in rule:
                walk(one)
        elif isinstance(rule, dict):
            for name, given in rule.items():
                if name == "var" and given in fields:
                    loose.add(given)
                elif (pair := _pair(name, given, fields)) is not None:
                    found.setdefault(pair[0], set()).update(pair[1])
                else:
                    walk(given)

    walk(msgspec.json.decode(text))
    return Compared({field: frozenset(numbers) for field, numbers in found.items()}, frozenset(loose))


def _pair(name: str, given: Any, fields: frozenset[str]) -> tuple[str, set[int]] | None:
    """Return which of the fields is compared with which numbers, where it is and with nothing else."""
    pair = _field_and_value(given) if name in {"==", "!=", "in"} else None
    if pair is None or pair[0] not in fields:
        return None
    if name == "in" and not (isinstance(given[0], dict) and isinstance(pair[1], list)):
        return None
    values = pair[1] if name == "in" else [pair[1]]
    if any(one is None or isinstance(one, dict) for one in values):
        return None
    whole = (int(one) for one in values if isinstance(one, int) or (isinstance(one, float) and one % 1 == 0))
    return pair[0], set(whole)


def _field_and_value(given: Any) -> tuple[str, Any] | None:
    """Return the field and the constant that are set side by side, in whichever order; None for anything else."""
    if not isinstance(given, list) or len(given) != 2:
        return None
    var, value = given if isinstance(given[0], dict) else given[::-1]
    if not isinstance(var, dict) or list(var) != ["var"] or not isinstance(var["var"], str) or isinstance(value, dict):
        return None
    return var["var"], value


class _Reader:
    """Turns rules into functions."""

    def __init__(self, fields: frozenset[str]) -> None:
        self._fields = fields

    def read(self, rule: Any, depth: int) -> Test:
        if depth > _DEEPEST:
            raise _wrong(f"is nested more than {_DEEPEST} times")
        if not isinstance(rule, dict):
            return _constant(rule)
        if len(rule) != 1:
            raise _wrong("has one operator in each object")
        ((name, given),) = rule.items()
        if name == "var":
            return self._field(given)
        parts = given if isinstance(given, list) else [given]
        tests = [self.read(part, depth + 1) for part in parts]
        return _joined(name, tests)

    def _field(self, given: Any) -> Test:
        if not isinstance(given, str) or given not in self._fields:
            known = ", ".join(sorted(self._fields))
            raise _wrong(f"names the unknown field {str(given)[:100]!r}; known are {known}")
        return lambda facts: facts.get(given)


def _joined(name: str, tests: Sequence[Test]) -> Test:
    if name == "and":
        return lambda facts: all(test(facts) for test in tests)
    if name == "or":
        return lambda facts: any(test(facts) for test in tests)
    if name in {"!", "!!"} and len(tests) == 1:
        wanted = name == "!!"
        return lambda facts: bool(tests[0](facts)) is wanted
    if name in {"==", "!="} and len(tests) == 2:
        same = name == "=="
        return lambda facts: _equal(tests[0](facts), tests[1](facts)) is same
    if name in _ORDERS and len(tests) in {2, 3}:
        return _ordered(_ORDERS[name], tests)
    if name == "in" and len(tests) == 2:
        return lambda facts: _within(tests[0](facts), tests[1](facts))
    raise _wrong(f"has the operator {name[:20]!r} with {len(tests)} values, which is not known")


def _ordered(compare: Callable[[Any, Any], bool], tests: Sequence[Test]) -> Test:
    def test(facts: Facts) -> bool:
        values = [_folded(one(facts)) for one in tests]
        try:
            return all(compare(low, high) for low, high in pairwise(values))
        except TypeError:
            return False

    return test


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _equal(one: Any, other: Any) -> bool:
    return bool(_folded(one) == _folded(other))


def _within(value: Any, among: Any) -> bool:
    if isinstance(among, str):
        return isinstance(value, str) and value.casefold() in among.casefold()
    return isinstance(among, list) and any(_equal(value, one) for one in among)


def _constant(value: Any) -> Test:
    return lambda _facts: value


def _wrong(reason: str) -> Invalid:
    sentence = f"The filter {reason}."
    return Invalid(reason=sentence, fields=[{"path": "filter", "message": sentence}])
