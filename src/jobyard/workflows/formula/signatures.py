"""What functions want: ready-made answers to "do these kinds fit, and what comes of them?"."""

from __future__ import annotations

from collections.abc import Sequence

from jobyard.workflows.formula.bound import Signature
from jobyard.workflows.formula.kinds import DATED, NUMERIC, Kind


def fixed(*takes: Kind, gives: Kind, least: int | None = None, more: bool = False) -> Signature:
    """Return a signature of so many parameters; those behind `least` may be missing, `more` repeats the last one."""
    fewest = len(takes) if least is None else least

    def fits(given: Sequence[Kind]) -> tuple[list[Kind], Kind]:
        _count(given, fewest, None if more else len(takes))
        wanted = [takes[min(place, len(takes) - 1)] for place in range(len(given))]
        for number, (one, other) in enumerate(zip(given, wanted, strict=True), start=1):
            if not can_become(one, other):
                raise ValueError(f"its argument {number} is {one}, and {other} is wanted")
        return wanted, gives

    return fits


def alike(gives: Kind | None, least: int, most: int | None = None) -> Signature:
    """Return a signature whose arguments are all of one kind; without `gives` that is the result's kind too."""

    def fits(given: Sequence[Kind]) -> tuple[list[Kind], Kind]:
        _count(given, least, most)
        kind = united(given)
        return [kind] * len(given), gives or kind

    return fits


def anything(gives: Kind, least: int = 1, most: int = 1) -> Signature:
    """Return a signature that takes any kinds as they are."""

    def fits(given: Sequence[Kind]) -> tuple[list[Kind], Kind]:
        _count(given, least, most)
        return list(given), gives

    return fits


def can_become(given: Kind, wanted: Kind) -> bool:
    """Tell whether a value of one kind may stand where another is wanted."""
    if given in {wanted, Kind.NOTHING}:
        return True
    if wanted in NUMERIC:
        return given in NUMERIC
    if wanted is Kind.TEXT:
        return given in DATED
    if wanted is Kind.MOMENT:
        return given in {Kind.DATE, Kind.TEXT}
    return wanted in DATED and given in {Kind.TEXT, Kind.MOMENT}


def united(kinds: Sequence[Kind]) -> Kind:
    """Return the kind that values of these kinds have in common. Raises ValueError."""
    found = {kind for kind in kinds if kind is not Kind.NOTHING}
    if len(found) <= 1:
        return next(iter(found), Kind.NOTHING)
    if found <= {Kind.INTEGER, Kind.BOOL}:
        return Kind.INTEGER
    if found <= NUMERIC:
        return Kind.NUMBER
    if found == {Kind.DATE, Kind.MOMENT}:
        return Kind.MOMENT
    if found <= DATED | {Kind.TEXT}:
        return Kind.TEXT
    raise ValueError(f"{' and '.join(sorted(found))} do not go together")


def _count(given: Sequence[Kind], least: int, most: int | None) -> None:
    if len(given) < least or (most is not None and len(given) > most):
        wanted = f"{least}" if least == most else f"{least} or more" if most is None else f"{least} to {most}"
        raise ValueError(f"it takes {wanted} arguments, not {len(given)}")
