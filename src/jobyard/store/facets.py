"""What jobs have in common, as it is kept with them and counted in blocks of their numbers."""

from __future__ import annotations

from string import ascii_letters, digits
from typing import Any

from jobyard.job.filters import ASSIGNMENT, BLOCK, UNTOLD, Facet, Outline, lowered
from jobyard.job.record import Job
from jobyard.store.text import storable

Block = tuple[str, int, str, str, str, str]
"""Owner, block, kind, state, format, names of what is given."""
_NAMES, _LONGEST = 24, 200
_EXACT = 10**15
"""Beyond it numbers are no names of anything."""
_PLAIN = f"{ascii_letters}{digits}-_.,"
"""What names are made of that stand in lists."""


def facet(job: Job | Outline) -> Facet:
    """Return what a job has in common with others."""
    return Facet(kind=job.kind, state=job.state, format=format_of(job.parameters) or "", given=given(job.parameters))


def block(job: Job) -> Block:
    """Return where a job is counted."""
    parameters = job.parameters
    return (
        job.owner,
        job.number // BLOCK,
        job.kind,
        job.state.value,
        format_of(parameters) or "",
        given(parameters),
    )


def format_of(parameters: dict[str, Any]) -> str | None:
    """Return what jobs are found by as their format; a text that is too long for an index is none."""
    said = parameters.get("format")
    return lowered(said) if isinstance(said, str) and len(said) <= _LONGEST and storable(said) else None


def numbers(job: Job) -> set[tuple[str, int]]:
    """Return the numbers that a job is found by: whole ones that faces marked it with, and that of its assignment."""
    told = [
        (f"{face}.{name}", number)
        for face, said in job.marks.items()
        if isinstance(said, dict)
        for name, number in said.items()
    ]
    told.append((ASSIGNMENT, job.parameters.get(ASSIGNMENT)))
    return {(name, number) for name, number in told if _exact(number) and len(name) <= _LONGEST and storable(name)}


def given(parameters: dict[str, Any]) -> str:
    """Return the names of the parameters that say something: not null, not false, not empty."""
    if len(parameters) > _NAMES:
        return UNTOLD
    found = ",".join(sorted(name for name, value in parameters.items() if _says(value)))
    return found if len(found) <= _LONGEST and not found.strip(_PLAIN) else UNTOLD


def _exact(number: Any) -> bool:
    return type(number) is int and -_EXACT < number < _EXACT


def _says(value: Any) -> bool:
    return value is not None and value is not False and value != ""
