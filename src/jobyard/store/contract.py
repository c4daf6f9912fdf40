"""What every store promises. One conformance suite (`tests/store/conformance/`) holds all of them to it.

A store runs functions: `write(work)` runs `work(transaction)` alone against the truth, `read(work)` runs `work(view)`
against one consistent moment. Both return futures, because a write is only done when it is on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from jobyard.job.events import Change, Event
from jobyard.job.filters import Faceted, Filter, Outline, Query, Scope, Tallied
from jobyard.job.record import Attempt, Job, LogLine, ResultFile
from jobyard.people.record import Key, Membership, Project, User
from jobyard.store.rows import (
    LAST,
    Aged,
    Card,
    Ends,
    Page,
    QueueRow,
    Reused,
    Row,
    Running,
    Sizes,
    Tally,
    WorkerRow,
)

__all__ = [
    "Aged",
    "Card",
    "Ends",
    "Page",
    "QueueRow",
    "Reused",
    "Row",
    "Running",
    "Sizes",
    "Statement",
    "Store",
    "Tally",
    "Transaction",
    "View",
    "WorkerRow",
]

T = TypeVar("T")


class Statement(Protocol):
    """A named SQL statement with its text for each dialect (see `store.queries`)."""

    @property
    def name(self) -> str:
        """How it is called in its file."""

    def text(self, dialect: str) -> str:
        """Return the statement in `sqlite` or `postgres`; parameters are named, `:name` in the file."""


class View(Protocol):
    """Reading. Everything seen through one view is of one moment."""

    def job(self, id_: str) -> Job | None:
        """Return a job. In a write on PostgreSQL the row is locked for the rest of the transaction."""

    def jobs(self, ids: Sequence[str]) -> list[Job]:
        """Return those of the jobs that exist, in the order of `ids`."""

    def find(self, query: Query) -> Page:
        """Return one page by keyset: no job twice and none left out among those that do not change meanwhile."""

    def count(self, filter_: Filter, scope: Scope, limit: int) -> int:
        """Count the jobs a list would show, but stop at `limit`."""

    def outlines(self, query: Query) -> list[Outline]:
        """Return up to OUTLINE_LIMIT jobs of a list by number in outline, behind the query's cursor."""

    def blocks(self, owner: str) -> list[Tallied]:
        """Return how many jobs of one owner's there are of each facet, block by block. Scans no jobs on SQLite."""

    def block(self, owner: str, block: int) -> list[Faceted]:
        """Return the jobs of one owner's that stand in one block, by number."""

    def tallies(self, scope: Scope) -> list[Tally]:
        """Return the kept counters inside the scope, zeros left out, sorted by queue and state. Never scans jobs."""

    def running(self) -> list[Running]:
        """Return how many jobs our workers run, by owner, queue and kind."""

    def ahead(self, job: Job, limit: int) -> dict[str, int]:
        """Return how many jobs of each kind stand before a waiting job in its queue, counting up to `limit` of them.

        Before it stands what has a higher priority, or the same and an earlier turn. Jobs that are not due, wait for
        others or are external do not count.
        """

    def unique(self, key: str) -> Job | None:
        """Return the queued or running job with a unique key."""

    def stored(self, owner: str | None) -> int:
        """Return the bytes of all result files of an owner's jobs; of everybody's for None."""

    def oldest(self, queues: Sequence[str]) -> dict[str, int]:
        """Return since when the job that waits longest in each of the queues is in line; empty ones are left out.

        Jobs that are not due, wait for others or are external do not count.
        """

    def finishes(self, since: int, limit: int) -> dict[str, int]:
        """Return how many jobs ended at `since` or later, by queue, looking at the newest `limit` of them only."""

    def ends(self, since: int, step: int, limit: int) -> list[Ends]:
        """Return how many jobs ended in each `step` of time from `since` on, looking at the newest `limit` only.

        By queue, worker, state and step; where none ended there is no entry.
        """

    def card(self, drawer: str, id_: str) -> Card | None:
        """Return a card. In a write on PostgreSQL it is locked for the rest of the transaction."""

    def cards(
        self, drawer: str, *, prefix: str = "", after: str = "", limit: int = 1_000, newest: bool = False
    ) -> list[Card]:
        """Return a drawer's cards whose id begins with `prefix`, behind the id `after`, ascending.

        With `newest` descending. An empty `after` is the beginning of the walk.
        """

    def next_card(self, drawer: str) -> int | None:
        """Return the earliest time at which a card of the drawer is due."""

    def events(self, after: int, limit: int) -> list[Event]:
        """Return events numbered above `after`, ascending. A number once passed by is never filled later."""

    def history(self, job: str, after: int, limit: int) -> list[Event]:
        """Return one job's events numbered above `after`, ascending."""

    def last_event(self) -> int:
        """Return the number of the newest event that `events` would show; 0 when there is none."""

    def attempts(self, job: str) -> list[Attempt]:
        """Return a job's attempts, first one first."""

    def log(self, job: str, attempt: int, after: int, limit: int) -> list[LogLine]:
        """Return the lines of one attempt numbered above `after`, ascending."""

    def last_line(self, job: str, attempt: int) -> int:
        """Return the number of an attempt's newest line; 0 when it has none."""

    def files(self, job: str) -> list[ResultFile]:
        """Return a job's result files, by attempt and name."""

    def aged(self, before: int, after: tuple[int, int], limit: int, project: str | None = None) -> list[Aged]:
        """Return final jobs that ended before a time, oldest first, behind the place `after` (of one project only).

        A place is a time of ending and a job's number.
        """

    def files_size(self, jobs: Sequence[str]) -> int:
        """Return the bytes of these jobs' result files."""

    def known_blobs(self, blobs: Sequence[str]) -> set[str]:
        """Return those of the blobs that some result file still points to."""

    def files_after(self, blob: str, limit: int) -> list[ResultFile]:
        """Return result files of all jobs whose blob sorts after `blob`, ascending by blob."""

    def queues(self) -> list[QueueRow]:
        """Return the queues that were ever set up or used, by name."""

    def workers(self) -> list[WorkerRow]:
        """Return every known worker, by name."""

    def reused(self, owner: str, key: str) -> Reused | None:
        """Return what an owner's idempotency key stands for."""

    def user(self, name: str) -> User | None:
        """Return a user by name."""

    def users(self) -> list[User]:
        """Return all users, by name."""

    def key(self, access: str) -> Key | None:
        """Return a key by its `access` field."""

    def keys(self, user: str) -> list[Key]:
        """Return a user's keys, newest first."""

    def project(self, id_or_name: str) -> Project | None:
        """Return a project by id, else by name."""

    def projects(self) -> list[Project]:
        """Return all projects, by name."""

    def memberships(self, *, user: str | None = None, project: str | None = None) -> list[Membership]:
        """Return the memberships of one user or of one project."""

    def setting(self, name: str) -> str | None:
        """Return a value the house keeps for itself, such as the allowed commands."""

    def rows(self, query: Statement, parameters: Mapping[str, Any]) -> list[Row]:
        """Run a capability's own statement on its own tables. The memory store refuses."""


class Transaction(View, Protocol):
    """Reading and writing. All of it happens, or, when the function raises, none of it."""

    @property
    def happened(self) -> Sequence[tuple[Event, Job | None]]:
        """The events that were written so far, each with its job after it; None where it changed no job."""

    def insert(self, change: Change) -> Job:
        """Write a new job with its events, labels and counters; return it with its number.

        Raises NameTaken for a used id, and UniqueTaken where another queued or running job has its unique key.
        """

    def apply(self, change: Change) -> Job:
        """Replace a job whose revision is still the change's guard, with its events, attempt, labels and counters.

        Raises ChangedMeanwhile when it is not: one of two changes of a revision happens; UniqueTaken like `insert`.
        """

    def note(self, event: Event) -> None:
        """Append an event that changes no job."""

    def remove(self, job: str) -> list[str]:
        """Remove a job with its attempts, log, files and keys; return the blobs to drop. Its events stay until pruned.

        This and whatever else is written below a job raises JobNotFound when there is no such job.
        """

    def join(self, now: int) -> None:
        """Let jobs whose time has come join the line: their `due_at` becomes a turn, and no revision is counted."""

    def candidates(
        self,
        queues: Sequence[str],
        kinds: Sequence[str],
        now: int,
        limit: int,
        barred: Collection[str] = (),
        worker: str = "",
    ) -> list[Job]:
        """Return queued jobs that may be claimed now, in the order of the line (see `job/line`); before that, `join`.

        Only jobs of these queues and of these kinds and of no `barred` owner; paused queues, external jobs and jobs
        that wait for others are left out, and a `worker` that drains is given nothing. Nobody else is given the same
        jobs while this transaction lives, so on PostgreSQL ask for few more than are taken.
        """

    def turn(self, queue: str, priority: int, owner: str) -> int:
        """Return the turn of the one job that its owner puts in line now (see `job/line`); it may be left out."""

    def dependents(self, ids: Sequence[str], after: int = 0, upto: int = LAST, limit: int = LAST) -> list[Job]:
        """Return drafts and queued jobs that wait for one of these, above `after` up to `upto`; locked like `job`."""

    def last_dependent(self, ids: Sequence[str]) -> int:
        """Return the number of the newest job that waits for one of these, or did; 0 where none does."""

    def alone(self, word: str) -> None:
        """Wait until no other transaction has said this word, and keep others waiting for the rest of this one."""

    def lapsed(self, now: int, after: str, limit: int) -> list[Job]:
        """Return running jobs whose lease ended before `now`, by id above `after`, locked like `candidates`."""

    def outlived(self, now: int, limit: int) -> list[Job]:
        """Return jobs whose results were to live until before `now`, oldest first."""

    def prunable(self, ids: Sequence[str]) -> list[Job]:
        """Return those of the jobs that are final and not kept, by number, locked like `candidates`."""

    def remember(self, owner: str, key: str, reused: Reused, now: int) -> None:
        """Bind an idempotency key; it lives as long as its job. Raises KeyReused when it is bound already."""

    def add_log(self, job: str, attempt: int, lines: Sequence[LogLine]) -> None:
        """Append lines; a line whose number is there already is left as it is."""

    def add_file(self, job: str, file: ResultFile) -> None:
        """Add a result file; one of the same attempt and name is replaced."""

    def drop_files(self, job: str) -> list[str]:
        """Forget a job's result files; return the blobs to drop."""

    def due_cards(self, drawer: str, now: int, limit: int) -> list[Card]:
        """Return cards of a drawer that are due, earliest first, locked like `candidates`."""

    def put_card(self, card: Card) -> None:
        """Write a card."""

    def drop_card(self, drawer: str, id_: str) -> bool:
        """Remove a card; tell whether it was there."""

    def put_queue(self, queue: QueueRow) -> None:
        """Write a queue."""

    def put_worker(self, worker: WorkerRow) -> None:
        """Write a worker. While its session stays the same, so does whether it drains."""

    def drain(self, name: str, *, draining: bool) -> bool:
        """Let a worker drain, or be given work again; tell whether it is known."""

    def drop_worker(self, name: str) -> None:
        """Forget a worker."""

    def put_user(self, user: User) -> None:
        """Write a user. Raises NameTaken when another one has the name."""

    def put_key(self, key: Key) -> None:
        """Write a key."""

    def drop_key(self, id_: str) -> bool:
        """Remove a key; tell whether it was there."""

    def put_project(self, project: Project) -> None:
        """Write a project. Raises NameTaken when another one has its name."""

    def drop_project(self, id_: str) -> bool:
        """Remove a project with its memberships; tell whether it was there."""

    def put_membership(self, membership: Membership) -> None:
        """Write a membership."""

    def drop_membership(self, project: str, user: str) -> bool:
        """Remove a membership; tell whether it was there."""

    def put_setting(self, name: str, value: str) -> None:
        """Write a value the house keeps for itself."""

    def prune_events(self, before: int, limit: int) -> int:
        """Remove up to `limit` events older than `before` of jobs that are no more; return how many."""

    def run(self, query: Statement, parameters: Mapping[str, Any]) -> int:
        """Run a capability's own writing statement; return the number of rows it touched. The memory store refuses."""

    def run_many(self, query: Statement, parameters: Sequence[Mapping[str, Any]]) -> None:
        """Run it once for each set of parameters."""


class Store(Protocol):
    """A place where jobs rest."""

    @property
    def dialect(self) -> str:
        """`memory`, `sqlite` or `postgres`."""

    def write(self, work: Callable[[Transaction], T]) -> Future[T]:
        """Run `work` in a transaction of its own. The future is done when the result is durable or the work has raised.

        Whatever one work raises, its neighbours are not harmed. Work may run again from the start when the database
        asks for it, so it must not act outside the transaction.
        """

    def read(self, work: Callable[[View], T]) -> Future[T]:
        """Run `work` on a consistent moment that is not older than the newest write already acknowledged here."""

    def listen(self, wake: Callable[[], None]) -> None:
        """Call `wake` (from any thread, with nothing) after events were written, by this process or another one."""

    def people_version(self) -> int | None:
        """Return a number that has grown when an acknowledged write changed a user, a key or a membership.

        What was read while it stood still is true. None where others may change them unseen: then read each time.
        """

    def hold_watch(self) -> bool:
        """Tell whether this process is the one that keeps house now; on PostgreSQL one of several, always on SQLite."""

    def backup(self, target: str, progress: Callable[[int, int], None]) -> None:
        """Write a consistent copy of the database to the file `target` while work goes on.

        `progress(done, total)` is called now and then, in pages or rows. The file appears whole or not at all.
        """

    def sizes(self) -> Sizes:
        """Return how much room the database takes on the disk."""

    def tidy(self) -> int:
        """Give some of the database's free room back to the disk, between two writes; return how many bytes that was.

        Always a little at a time, so that it may be called again and again while work goes on. PostgreSQL looks after
        this itself.
        """

    def compact(self) -> None:
        """Write the database anew without free room in it. Writes wait meanwhile. Raises StoreFull without a trace."""

    def measure(self, told: Callable[[int, float], None]) -> None:
        """Call `told` (from any thread) after each commit with how many works it held and how many seconds it took."""

    def check(self) -> list[str]:
        """Look the database over and return what is wrong with it, one sentence each; empty when it is sound."""

    def close(self) -> None:
        """Finish what was accepted, then let go of the database."""
