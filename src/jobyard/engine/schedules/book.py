"""Where schedules are written down: each on a card that is due when its next run is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from jobyard.engine import audit
from jobyard.engine.standing import present
from jobyard.engine.submission import Submission
from jobyard.job import timetable
from jobyard.job.errors import OwnerGone
from jobyard.job.schedule import Schedule
from jobyard.people.record import Actor
from jobyard.store.contract import Card, Transaction, View

DRAWER = "schedule"
SCHEDULED_FOR = "scheduled_for"
"""The label that says for which time a job was made."""
_PAGE = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read(view: View, id_: str) -> Schedule | None:
    """Return a schedule; in a write on PostgreSQL it is locked."""
    card = view.card(DRAWER, id_)
    return None if card is None else opened(card)


def opened(card: Card) -> Schedule:
    """Return the schedule on a card. Raises msgspec.ValidationError for what is none."""
    return msgspec.json.decode(card.body, type=Schedule)


def newest(view: View, before: str = "") -> Iterator[Schedule]:
    """Give out all schedules made before the one with this id, newest first."""
    while True:
        cards = view.cards(DRAWER, after=before, limit=_PAGE, newest=True)
        yield from map(opened, cards)
        if len(cards) < _PAGE:
            return
        before = cards[-1].id


def write(transaction: Transaction, schedule: Schedule, look_at: int | None = None) -> Schedule:
    """Write a schedule down, due at its next run or at `look_at`; return it."""
    due_at = None if schedule.paused else (look_at or schedule.next_at)
    body = msgspec.json.encode(schedule).decode()
    transaction.put_card(Card(drawer=DRAWER, id=schedule.id, body=body, due_at=due_at))
    return schedule


def drop(transaction: Transaction, id_: str) -> None:
    """Take a schedule out; the jobs it made stay."""
    transaction.drop_card(DRAWER, id_)


def tell(transaction: Transaction, now: int, actor: str, verb: str, schedule: Schedule, **details: Any) -> None:
    """Let the house's history say what somebody did to a schedule."""
    told = {"id": schedule.id, "owner": schedule.owner, **details}
    audit.tell(transaction, now, actor, verb, f"schedule {schedule.name}", told)


def submission(schedule: Schedule, time: int) -> Submission:
    """Return the job that a schedule wants for one of its times."""
    moment = (_EPOCH + timedelta(microseconds=time)).astimezone(timetable.zone_of(schedule.zone))
    return Submission(
        kind=schedule.kind,
        parameters=schedule.parameters,
        name=schedule.job_name or schedule.name,
        queue=schedule.queue,
        priority=schedule.priority,
        project=schedule.project,
        labels={**schedule.labels, SCHEDULED_FOR: moment.isoformat(timespec="seconds")},
        schedule=schedule.id,
        tries=schedule.tries,
        time_limit=schedule.time_limit,
        memory_limit=schedule.memory_limit,
    )


def owner(view: View, schedule: Schedule) -> Actor:
    """Return its owner with the rights of this moment. Raises OwnerGone where they may not even sign in."""
    found = present(view, schedule.owner)
    if found is None:
        how = "is no user of this house" if view.user(schedule.owner) is None else "is disabled"
        raise OwnerGone(owner=schedule.owner, how=how)
    return found
