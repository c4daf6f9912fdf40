"""How lists of jobs are asked for: as the protocol's documents have it, and as a client in use does."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from msgspec import Struct

from jobyard.engine.leafing import Leaves
from jobyard.faces.alteryx import taking
from jobyard.faces.alteryx.wire.jobs import PaginationOut
from jobyard.faces.alteryx.words import jobs as words
from jobyard.faces.alteryx.words.jobs import ASKED, GONE, PRIORITIES, SHOWN, Asked, Code, Priority
from jobyard.faces.alteryx.words.times import moment
from jobyard.job.filters import Filter, Order
from jobyard.job.record import Job
from jobyard.job.states import State

RESOURCE = "workflow"
USUAL, MOST = 100, 1_000
SORTED_BY = ("sortField", "direction", "offset", "limit", "status", "resultCode")
"""The parameters of the list of a workflow's jobs."""
LISTED_BY = (
    *("sortField", "direction", "offset", "limit", "priorities", "statuses", "users", "allUsers", "workflowNames"),
    *("completedBefore", "completedAfter", "workflowId", "status", "page", "pageSize"),
)
"""The parameters of the list of all jobs; the last four are a client's own."""
_DEEPEST = 1_000_000
_SORTS: Mapping[str, tuple[Order, Order | None]] = MappingProxyType(
    {
        "createdate": (Order.OLDEST, Order.NEWEST),
        "createdatetime": (Order.OLDEST, Order.NEWEST),
        "creationtime": (Order.OLDEST, Order.NEWEST),
        "queuetime": (Order.OLDEST, Order.NEWEST),
        "starttime": (Order.OLDEST, Order.NEWEST),
        "priority": (Order.PRIORITY, Order.PRIORITY),
        "completiontime": (Order.ENDED, Order.ENDED),
        "completiondate": (Order.ENDED, Order.ENDED),
    }
)
"""What lists are sorted by: ascending, then descending. The last two know one direction only."""
_CODES: Mapping[Code, frozenset[State]] = MappingProxyType(
    {
        Code.SUCCESS: frozenset({State.SUCCEEDED}),
        Code.WARNING: frozenset({State.SUCCEEDED}),
        Code.ERROR: frozenset({State.FAILED}),
    }
)


class ListAsked(Struct, frozen=True, kw_only=True):
    """A list that was asked for."""

    leaves: Leaves
    users: frozenset[str]
    """Ids of users whose jobs are meant; empty for everybody's."""
    own: bool
    """Whether only the asker's own are meant."""


def list_asked(asked: Mapping[str, str], repeated: Mapping[str, Sequence[str]], workflow: str = "") -> ListAsked:
    """Return which page of which jobs is asked for. Raises Invalid naming the parameter."""
    states = _states(repeated)
    wanted = _code(asked)
    if wanted is not None:
        states &= _CODES[wanted]
    names = frozenset(name.casefold() for name in _several(repeated, "workflownames"))
    priorities = frozenset(
        PRIORITIES[taking.picked("priorities", one, Priority)] for one in _several(repeated, "priorities")
    )
    offset, limit = _place(asked)
    keep = _keeping(wanted, names, priorities)
    return ListAsked(
        leaves=Leaves(
            filter=Filter(
                states=states or frozenset({State.DRAFT}),  # nothing fits: no draft belongs to a workflow
                resource_type=RESOURCE,
                resource_id=workflow or asked.get("workflowid", "").strip() or None,
                finished_from=_ended(asked, "completedAfter"),
                finished_to=_ended(asked, "completedBefore"),
            ),
            order=_order(asked),
            offset=offset,
            limit=limit,
            doubtful=SHOWN if names or priorities or wanted is not None else GONE,
            keep=keep,
        ),
        users=frozenset(_several(repeated, "users")),
        own=asked.get("allusers", "").strip().lower() == "false",
    )


def pagination(offset: int, size: int, total: int) -> PaginationOut:
    """Return where a page stands in its list."""
    return PaginationOut(
        current_page=offset // size + 1,
        page_size=size,
        total_items=total,
        total_pages=math.ceil(total / size),
        has_next_page=offset + size < total,
        has_previous_page=offset > 0,
    )


def _keeping(wanted: Code | None, names: frozenset[str], priorities: frozenset[int]) -> Callable[[Job], bool]:
    def keep(job: Job) -> bool:
        if words.gone(job) or (wanted is not None and words.code(job) is not wanted):
            return False
        if priorities and PRIORITIES[words.priority(job.priority)] not in priorities:
            return False
        return not names or (job.resource is not None and job.resource.name.casefold() in names)

    return keep


def _states(repeated: Mapping[str, Sequence[str]]) -> frozenset[State]:
    said = [("statuses", one) for one in _several(repeated, "statuses")]
    said += [("status", one) for one in _several(repeated, "status")]
    if not said:
        return SHOWN
    return frozenset().union(*(ASKED[taking.picked(name, one, Asked)] for name, one in said))


def _code(asked: Mapping[str, str]) -> Code | None:
    return taking.chosen(asked, "resultCode", Code)


def _order(asked: Mapping[str, str]) -> Order:
    field, direction = asked.get("sortfield", "").strip().lower(), asked.get("direction", "").strip().lower()
    if direction and not direction.startswith(("asc", "desc")):
        raise taking.wrong("direction", f"The value {direction[:50]!r} is neither Ascending nor Descending.")
    if not field:
        return Order.OLDEST if direction.startswith("asc") else Order.NEWEST
    if field not in _SORTS:
        raise taking.wrong(
            "sortField", f"Jobs are sorted by createDate, priority or completionTime, not {field[:20]!r}."
        )
    rising, falling = _SORTS[field]
    return rising if not direction.startswith("desc") or falling is None else falling


def _place(asked: Mapping[str, str]) -> tuple[int, int]:
    """Return from which row on, and how many: as rows, or as pages that count from 1."""
    limit = taking.whole(asked, "limit", taking.whole(asked, "pageSize", USUAL, 1, MOST), 1, MOST)
    page = taking.whole(asked, "page", 1, 1, _DEEPEST)
    return taking.whole(asked, "offset", (page - 1) * limit, 0, _DEEPEST), limit


def _ended(asked: Mapping[str, str], name: str) -> int | None:
    text = asked.get(name.lower(), "")
    return moment(name, text, 0) if text.strip() else None


def _several(repeated: Mapping[str, Sequence[str]], name: str) -> list[str]:
    """Return what was said of a parameter, which may come several times or with commas."""
    return [one.strip() for text in repeated.get(name, ()) for one in text.split(",") if one.strip()]
