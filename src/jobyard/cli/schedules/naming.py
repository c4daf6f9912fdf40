"""How people name a schedule, and say and read its times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobyard.cli.codes import Code, Trouble
from jobyard.job.ids import is_id

if TYPE_CHECKING:
    from jobyard.client import Jobyard, Schedule

_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def schedule_named(client: Jobyard, reference: str) -> Schedule:
    """Return the schedule called by its id or name. Raises Trouble where there is none, or where several are."""
    if is_id(reference):
        return client.schedules.get(reference)
    found = [one for one in client.schedules.all() if one.name == reference]
    if not found:
        raise Trouble(f"there is no schedule {reference}.", Code.REFUSED)
    if len(found) > 1:
        theirs = ", ".join(f"{one.id} ({one.owner})" for one in found)
        raise Trouble(f"several schedules are called {reference}; say which: {theirs}.", Code.USAGE)
    return found[0]


def seconds_in(text: str) -> int:
    """Return how many seconds `90`, `90s`, `15m`, `6h` or `1d` are. Raises Trouble for anything else."""
    number, unit = text.strip().lower(), 1
    for letter, size in _UNITS:
        if number.endswith(letter):
            number, unit = number[:-1], size
            break
    if not (number.isascii() and number.isdecimal() and len(number) < 12):
        raise Trouble(f"{text!r} is no length of time; say 90, 90s, 15m, 6h or 1d.", Code.USAGE)
    return int(number) * unit


def times_told(schedule: Schedule) -> str:
    """Return when a schedule runs, in few words."""
    if schedule.interval is None:
        return f"{schedule.cron} {schedule.zone}"
    letter, size = next((letter, size) for letter, size in _UNITS if schedule.interval % size == 0)
    return f"every {schedule.interval // size}{letter}"
