"""Everything else that is kept in rows: attempts, events, files, workers, people. Job has its own file, `rows`."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import asdict

from jobyard.job.events import Event, EventType
from jobyard.job.filters import Facet
from jobyard.job.record import Attempt, Failure, LogLine, ResultFile
from jobyard.job.states import State
from jobyard.people.record import Key, KeyForm, KeyScope, Membership, Project, Right, Role, User
from jobyard.store.contract import Aged, Card, Ends, QueueRow, Row, Running, Tally, WorkerRow
from jobyard.store.relational.rows import to_json

_failure = msgspec.json.Decoder(Failure).decode
_data = msgspec.json.Decoder(dict[str, Any]).decode
_names = msgspec.json.Decoder(tuple[str, ...]).decode


def attempt_row(job: int, attempt: Attempt) -> dict[str, Any]:
    """Return the parameters of `put_attempt`."""
    failure = None if attempt.failure is None else to_json(attempt.failure)
    return asdict(attempt) | {"job": job, "failure": failure}


def to_attempt(row: Row) -> Attempt:
    """Return the attempt in a row of `attempts_of`."""
    number, worker, claimed_at, begun_at, ended_at, outcome, failure = row
    return Attempt(
        number=number,
        worker=worker,
        claimed_at=claimed_at,
        begun_at=begun_at,
        ended_at=ended_at,
        outcome=outcome,
        failure=None if failure is None else _failure(failure),
    )


def event_row(event: Event, *, gone: bool) -> dict[str, Any]:
    """Return the parameters of `insert_event`."""
    return {
        "job": event.job,
        "type": event.type.value,
        "at": event.at,
        "actor": event.actor,
        "state": event.state.value,
        "revision": event.revision,
        "attempt": event.attempt,
        "data": to_json(event.data),
        "gone": int(gone),
    }


def to_event(row: Row) -> Event:
    """Return the event in a row of `events_after`."""
    number, job, type_, at, actor, state, revision, attempt, data = row
    return Event(
        number=number,
        job=job,
        type=EventType(type_),
        at=at,
        actor=actor,
        state=State(state),
        revision=revision,
        attempt=attempt,
        data=_data(data),
    )


def line_row(job: int, attempt: int, line: LogLine) -> dict[str, Any]:
    """Return the parameters of `insert_line`."""
    return {
        "job": job,
        "attempt": attempt,
        "number": line.number,
        "at": line.at,
        "stream": line.stream,
        "line": line.text.encode("utf-8", "surrogatepass"),
    }


def to_line(row: Row) -> LogLine:
    """Return the line in a row of `lines_after`."""
    number, at, stream, line = row
    return LogLine(number=number, at=at, stream=stream, text=bytes(line).decode("utf-8", "surrogatepass"))


def to_file(row: Row) -> ResultFile:
    """Return the result file in a row of `files_of`."""
    name, size, sha256, blob, media_type, attempt = row
    return ResultFile(name=name, size=size, sha256=sha256, blob=blob, media_type=media_type, attempt=attempt)


def to_queue(row: Row) -> QueueRow:
    """Return the queue in a row of `all_queues`."""
    return QueueRow(name=row[0], paused=row[1] == 1, paused_by=row[2], paused_at=row[3])


class Facets(dict[Row, Facet]):
    """Facets by kind, state, format and what is given; each is made once."""

    def __missing__(self, row: Row) -> Facet:
        kind, state, format_, given = row
        return self.setdefault(row, Facet(kind=kind, state=State(state), format=format_, given=given))


def to_tally(row: Row) -> Tally:
    """Return the counter in a row of `tallies`."""
    return Tally(queue=row[0], state=State(row[1]), count=row[2])


def to_aged(row: Row) -> Aged:
    """Return the final job in a row of `aged`."""
    finished_at, number, id_, kind, project, kept = row
    return Aged(finished_at=finished_at, number=number, id=id_, kind=kind, project=project, kept=kept == 1)


def to_running(row: Row) -> Running:
    """Return the count in a row of `running`."""
    return Running(owner=row[0], queue=row[1], kind=row[2], count=row[3])


def to_card(row: Row) -> Card:
    """Return the card in a row of `card`."""
    return Card(drawer=row[0], id=row[1], body=row[2], due_at=row[3])


def to_ends(row: Row) -> Ends:
    """Return the counts in a row of `ends`."""
    queue, worker, state, step, count, first = row
    return Ends(queue=queue, worker=worker, state=State(state), step=step, count=count, first=first)


def worker_row(worker: WorkerRow) -> dict[str, Any]:
    """Return the parameters of `put_worker`."""
    return asdict(worker) | {
        "queues": to_json(worker.queues),
        "kinds": to_json(worker.kinds),
        "draining": int(worker.draining),
    }


def to_worker(row: Row) -> WorkerRow:
    """Return the worker in a row of `all_workers`."""
    name, session, host, pid, queues, kinds, slots, started_at, seen_at, draining = row
    return WorkerRow(
        name=name,
        session=session,
        host=host,
        pid=pid,
        queues=_names(queues),
        kinds=_names(kinds),
        slots=slots,
        started_at=started_at,
        seen_at=seen_at,
        draining=draining == 1,
    )


def user_row(user: User) -> dict[str, Any]:
    """Return the parameters of `put_user`."""
    rights = " ".join(sorted(right.value for right in user.rights))
    return asdict(user) | {"role": user.role.value, "disabled": int(user.disabled), "rights": rights}


def to_user(row: Row) -> User:
    """Return the user in a row of `user_by_name`."""
    id_, name, role, password_hash, disabled, created_at, generation, rights = row
    return User(
        id=id_,
        name=name,
        role=Role(role),
        password_hash=password_hash,
        disabled=disabled == 1,
        created_at=created_at,
        generation=generation,
        rights=frozenset(map(Right, rights.split())),
    )


def key_row(key: Key) -> dict[str, Any]:
    """Return the parameters of `put_key`."""
    return asdict(key) | {"owner": key.user, "form": key.form.value, "scope": key.scope.value}


def to_key(row: Row) -> Key:
    """Return the key in a row of `key_by_access`."""
    id_, user, form, scope, label, face, access, sealed, created_at, expires_at, used_at, generation = row
    return Key(
        id=id_,
        user=user,
        form=KeyForm(form),
        scope=KeyScope(scope),
        label=label,
        face=face,
        access=access,
        sealed=bytes(sealed),
        created_at=created_at,
        expires_at=expires_at,
        used_at=used_at,
        generation=generation,
    )


def to_project(row: Row) -> Project:
    """Return the project in a row of `project_by_id`."""
    return Project(id=row[0], name=row[1], owner=row[2], created_at=row[3])


def to_membership(row: Row) -> Membership:
    """Return the membership in a row of `memberships_of_user`."""
    return Membership(project=row[0], user=row[1], role=Role(row[2]))
