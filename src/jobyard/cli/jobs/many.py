"""One verb for every job that filters mean: counted first, agreed to, then done with a bar that moves."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from msgspec.structs import asdict

from jobyard.cli import showing
from jobyard.cli.codes import Code, Trouble
from jobyard.cli.jobs.listing import Filters
from jobyard.cli.reach import Where, house

if TYPE_CHECKING:
    from jobyard.client import Jobyard
    from jobyard.client.bulk import BulkVerb
    from jobyard.client.jobs import Changes
    from jobyard.client.shapes import Bulk

_DONE: dict[BulkVerb, str] = {"cancel": "cancelled", "retry": "retried", "delete": "deleted", "edit": "edited"}


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Many:
    """Whether all are meant that filters find, and how sure one is."""

    every: Annotated[bool, Parameter(name="--all", negative=())] = False
    """Every job that the filters mean, instead of jobs by name."""
    dry_run: Annotated[bool, Parameter(negative=())] = False
    """Only count them."""
    yes: Annotated[bool, Parameter(name=["--yes", "-y"], negative=())] = False
    """Do not ask back; needed away from a terminal."""


ONE = Many()
ALL = Filters()


def by_name(jobs: tuple[str, ...], filters: Filters, many: Many) -> bool:
    """Tell whether jobs are meant by name, not by filters. Raises Trouble where it is neither, or both."""
    if many.every:
        if jobs:
            raise Trouble("say either which jobs, or --all with filters.", Code.USAGE)
        return False
    if filters != ALL or many.dry_run:
        raise Trouble("filters and --dry-run go with --all.", Code.USAGE)
    if not jobs:
        raise Trouble("say which jobs, or --all with filters.", Code.USAGE)
    return True


def for_many(verb: BulkVerb, filters: Filters, many: Many, where: Where, edits: Changes | None = None) -> int:
    """Ask a verb of all jobs that the filters mean; 3 when some of them refused."""
    wanted: dict[str, Any] = {name: value for name, value in vars(filters).items() if value}
    with house(where, indoors=True) as client:
        found = client.bulk(verb, edits=edits, dry_run=True, **wanted)
        if not many.dry_run and found.matched:
            if not (many.yes or _agreed(verb, found, edits)):
                raise Trouble("nothing was done.", Code.INTERRUPTED)
            found = _done(client, verb, edits, wanted, found)
    if where.json:
        showing.print_json({"verb": verb, "dry_run": many.dry_run, **asdict(found)})
    else:
        print(_told(verb, found, dry_run=many.dry_run))
        for one in found.refused:
            showing.say(f"{_jobs(one.count)} stayed as {'it is' if one.count == 1 else 'they are'}: {one.reason}")
    return Code.REFUSED if found.refused else Code.OK


def _agreed(verb: BulkVerb, found: Bulk, edits: Changes | None) -> bool:
    what = f"{verb} {_counted(found)}"
    if edits:
        what += f" ({', '.join(f'{name} {value}' for name, value in edits.items())})"
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Trouble(f"say --yes to {what}.", Code.USAGE)
    print(showing.safe(f"{what[0].upper()}{what[1:]}? [y/N] ").plain, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _done(client: Jobyard, verb: BulkVerb, edits: Changes | None, wanted: dict[str, Any], found: Bulk) -> Bulk:
    with showing.bars() as progress:
        bar = progress.add_task(verb, total=found.matched, told="")

        def moved(bulk: Bulk) -> None:
            stayed = f", {bulk.looked_at - bulk.done:,} refused" if bulk.refused else ""
            progress.update(bar, completed=bulk.looked_at, told=f"{bulk.looked_at:,} of {found.matched:,}{stayed}")

        return client.bulk(verb, edits=edits, on_news=moved, **wanted)


def _told(verb: BulkVerb, found: Bulk, *, dry_run: bool) -> str:
    if dry_run:
        return f"{_counted(found)} would be {_DONE[verb]}"
    return f"{_jobs(found.done)} {_DONE[verb]}"


def _counted(found: Bulk) -> str:
    return _jobs(found.matched or 0) if found.matched_exact else f"{found.matched:,} or more jobs"


def _jobs(count: int) -> str:
    return f"{count:,} {'job' if count == 1 else 'jobs'}"
