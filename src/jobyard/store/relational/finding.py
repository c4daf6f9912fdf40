"""How a question becomes SQL: a few branches, each walking one index in the order of the list, merged by the reader.

Only statements of our `.sql` files are put together here; values are always bound, never written into the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from jobyard.job.filters import PAGE_LIMIT, WORD_LIMIT, Cursor, Filter, Order, Outline, Query, Scope, lowered, words
from jobyard.job.states import State
from jobyard.store.queries import Queries
from jobyard.store.relational.database import Database
from jobyard.store.relational.rows import FINISHED_AT, NUMBER, RANK
from jobyard.store.text import storable

PARTS = Queries("jobyard.store.relational")
"""The parts that questions are put together from."""
BRANCH_LIMIT = 128
"""Beyond so many branches (a user of very many projects) one walk over all jobs is the better way."""
_LARGEST = 2**63 - 1
_SETS = ("kinds", "owners", "projects", "queues", "faces", "workers", "ids")
_SCALARS = ("parent", "schedule", "origin", "after", "resource_type", "resource_id", "format")
_LEADING = {
    "ids": "from_id",
    "marked": "from_mark",
    "parent": "from_parent",
    "origin": "from_origin",
    "after": "from_need",
    "resource_id": "from_resource",
    "schedule": "from_schedule",
    "format": "from_format",
}
"""What narrows a lot, the best first, and the walk it leads."""
_DRIVERS = {"marked": "where_mark_driver", "after": "where_need"}
"""What binds a walk through a table of its own to the jobs."""
_KEYS = {"from_label": "label.job", "from_mark": "mark.job", "from_need": "need.job"}
"""The column that leads such a walk."""
_TIMES = ("created_from", "created_to", "finished_from", "finished_to")
_COUNTED = frozenset({"states", "owners", "projects", "queues", "kinds"})
"""Fields that the kept counters can answer for."""
_NAMES = {Order.NEWEST: "newest", Order.OLDEST: "oldest", Order.PRIORITY: "priority", Order.ENDED: "ended"}

_STATES = {state.value: state for state in State}


class _Parameters(Struct, frozen=True):
    parameters: dict[str, Any] = {}


class _Marks(Struct, frozen=True):
    marks: dict[str, Any] = {}


_parameters = msgspec.json.Decoder(_Parameters).decode
_marks = msgspec.json.Decoder(_Marks).decode

Asked = list[tuple[str, Mapping[str, Any]]]


class Branch(NamedTuple):
    """One walk: which statement names the table, which conditions hold, with which values."""

    source: str
    conditions: tuple[str, ...]
    values: Mapping[str, Any]


class Search(Struct, frozen=True):
    """A filter and a scope, made ready for one database."""

    database: Database
    filter: Filter
    scope: Scope

    def impossible(self) -> bool:
        """Tell whether the filter names only things that no store can hold."""
        texts = [getattr(self.filter, name) for name in _SCALARS]
        pairs = [text for pair in self.filter.labels for text in pair]
        if not all(text is None or storable(text) for text in texts + pairs):
            return True
        sets = [getattr(self.filter, name) for name in _SETS]
        return any(among and not any(storable(text) for text in among) for among in sets)

    def counted(self) -> bool:
        """Tell whether the kept counters know the answer to how many."""
        empty = Filter()
        if "" in self.filter.projects:
            # The counters say "" where there is no project.
            return False
        if self.scope.schedules:
            return False
        fields = (name for name in Filter.__struct_fields__ if name not in _COUNTED)
        return all(getattr(self.filter, name) == getattr(empty, name) for name in fields)

    def page(self, query: Query, limit: int, begin: str = "select_jobs") -> Asked:
        """Return the texts that find up to `limit` jobs of each branch behind the query's cursor.

        `begin` names what is told of each.
        """
        order = _NAMES[query.order]
        values = self._values() | {"limit": limit}
        conditions = [*self._conditions(), *(["where_ended"] if query.order is Order.ENDED else [])]
        if query.after is not None:
            conditions.append(f"after_{order}")
            values |= _place(query.after, query.order)
        asked: Asked = []
        for branch in self._branches(query.order):
            where = self._where([*branch.conditions, *conditions])
            parts = [begin, branch.source, where, f"order_{order}", "up_to_limit"]
            asked.append((self._keyed(self._joined(parts), branch.source), {**values, **branch.values}))
        return asked

    def total(self, limit: int) -> Asked:
        """Return the texts that count up to `limit` jobs of each branch."""
        values = self._values() | {"limit": limit}
        asked: Asked = []
        for branch in self._branches(Order.NEWEST):
            where = self._where([*branch.conditions, *self._conditions()])
            parts = ["count_jobs", branch.source, where, "up_to_limit", "end_count"]
            asked.append((self._joined(parts), {**values, **branch.values}))
        return asked

    def kept(self) -> tuple[str, Mapping[str, Any]]:
        """Return the text that adds up kept counters; valid where `counted`."""
        conditions = [f"where_{name}" for name in sorted(_COUNTED) if self._named(name)]
        if not self.scope.everything:
            conditions.append("where_scope")
        return self._joined(["sum_kept", self._where(conditions)]), self._values()

    def _branches(self, order: Order) -> list[Branch]:
        led = self._led()
        if led is not None:
            return [led]
        branches = {
            Order.NEWEST: self._by_number,
            Order.OLDEST: self._by_number,
            Order.PRIORITY: self._by_rank,
            Order.ENDED: self._by_end,
        }[order]()
        if len(branches) <= BRANCH_LIMIT:
            return branches
        return [Branch("from_end" if order is Order.ENDED else "from_number", self._inside(), {})]

    def _led(self) -> Branch | None:
        """Return the one branch led by something that narrows a lot, if the filter has it."""
        inside = self._inside()
        leader = self._leader()
        if leader is not None:
            driver = _DRIVERS.get(leader)
            return Branch(_LEADING[leader], inside if driver is None else (driver, *inside), {})
        if self._words():
            return Branch("from_text", ("where_text", *inside), {})
        pairs = self._pairs()
        if pairs:
            name, value = pairs[0]
            return Branch("from_label", ("where_label_driver", *inside), {"label_name": name, "label_value": value})
        return None

    def _by_number(self) -> list[Branch]:
        walks = self._walks()
        if walks == [Branch("", (), {})]:
            return self._by_state_or_kind()
        return [
            Branch(f"from_{walk.source}", (*walk.conditions, "where_state"), {**walk.values, "branch_state": state})
            for walk in walks
            for state in self._states()
        ]

    def _by_state_or_kind(self) -> list[Branch]:
        """Return walks over everyone's jobs. Most jobs have ended well, so any other state narrows more than a kind."""
        if not self.filter.states or State.SUCCEEDED in self.filter.states:
            for name, among in (("kind", self.filter.kinds), ("queue", self.filter.queues)):
                if among:
                    wanted = sorted(filter(storable, among))
                    return [Branch(f"from_{name}", (f"where_{name}",), {f"branch_{name}": one}) for one in wanted]
        if not self.filter.states:
            return [Branch("from_number", (), {})]
        return [Branch("from_state", ("where_state",), {"branch_state": state}) for state in self._states()]

    def _by_rank(self) -> list[Branch]:
        conditions = ("where_state", *self._inside())
        return [Branch("from_rank", conditions, {"branch_state": state}) for state in self._states()]

    def _by_end(self) -> list[Branch]:
        if self.scope.schedules and not self.scope.everything:  # no walk of theirs leads along the ends
            return [Branch("from_end", self._inside(), {})]
        return [
            walk._replace(source=f"from_{walk.source}_end" if walk.source else "from_end") for walk in self._walks()
        ]

    def _walks(self) -> list[Branch]:
        """Return whose jobs to walk: everyone's, or owner by owner and project by project."""
        if not self.scope.everything:
            mine = [Branch("owner", ("where_owner",), {"branch_owner": self.scope.owner})] if self.scope.owner else []
            but = ("where_not_owner",) if self.scope.owner else ()
            shared = sorted(self.scope.projects)
            mine += [Branch("project", ("where_project", *but), {"branch_project": id_}) for id_ in shared]
            but = (*but, "where_not_projects")
            lent = sorted(filter(storable, self.scope.schedules))
            return mine + [Branch("schedule", ("where_lent", *but), {"branch_schedule": id_}) for id_ in lent]
        for name, among in (("owner", self.filter.owners), ("project", self.filter.projects)):
            if among:
                wanted = sorted(filter(storable, among))
                return [Branch(name, (f"where_{name}",), {f"branch_{name}": one}) for one in wanted]
        return [Branch("", (), {})]

    def _inside(self) -> tuple[str, ...]:
        if self.scope.everything:
            return ()
        return ("where_scope_and_schedules",) if self.scope.schedules else ("where_scope",)

    def _states(self) -> list[str]:
        return sorted(state.value for state in (self.filter.states or State))

    def _conditions(self) -> list[str]:
        found = [f"where_{name}" for name in ("states", *_SETS) if self._named(name)]
        found += [f"where_{name}" for name in (*_SCALARS, *_TIMES) if getattr(self.filter, name) is not None]
        if self._leader() == "after":
            found.remove("where_after")  # the walk itself sees to it
        if self._leader() == "ids" and self.filter.marked is not None:
            found.append("where_marked")
        if self._words() and self._leader() is not None:
            found.append("where_text_too")
        if self._pairs():
            found.append("where_label_pairs")
        if self._label_names():
            found.append("where_label_names")
        return found

    def _leader(self) -> str | None:
        """Return the field that leads the one walk there is then."""
        return next((name for name in _LEADING if getattr(self.filter, name) not in (None, frozenset())), None)

    def _values(self) -> dict[str, Any]:
        """Return every value a condition may ask for; those not asked for do no harm."""
        filter_, array = self.filter, self.database.array
        values: dict[str, Any] = {name: array(filter(storable, getattr(filter_, name))) for name in _SETS}
        values |= {name: getattr(filter_, name) for name in _SCALARS}
        values |= {name: _bounded(getattr(filter_, name)) for name in _TIMES}
        pairs, names = self._pairs(), self._label_names()
        return values | {
            "states": array(self._states()),
            "format": None if filter_.format is None else lowered(filter_.format),
            "mark_name": filter_.marked[0] if filter_.marked else None,
            "mark_number": _bounded(filter_.marked[1]) if filter_.marked else None,
            "text": self._text_query(),
            "label_pairs": msgspec.json.encode(pairs).decode(),
            "label_pair_count": len(pairs),
            "label_names": array(names),
            "label_name_count": len(names),
            "scope_owner": self.scope.owner,
            "scope_projects": array(sorted(self.scope.projects)),
            "scope_schedules": array(sorted(filter(storable, self.scope.schedules))),
        }

    def _named(self, name: str) -> bool:
        return bool(getattr(self.filter, name))

    def _pairs(self) -> list[tuple[str, str]]:
        return sorted((name, value) for name, value in self.filter.labels if value is not None)

    def _label_names(self) -> list[str]:
        return sorted({name for name, value in self.filter.labels if value is None})

    def _words(self) -> list[str]:
        return words(self.filter.text)[:WORD_LIMIT]

    def _text_query(self) -> str:
        # A word holds nothing but letters, digits and marks, so the quotes cannot be closed from inside.
        if self.database.dialect == "sqlite":
            return " ".join(f'"{word}"*' for word in self._words())
        return " & ".join(f"'{word}':*" for word in self._words())

    def _where(self, conditions: Iterable[str]) -> str:
        texts = [self._text(name) for name in conditions]
        return "WHERE " + " AND ".join(texts) if texts else ""

    def _keyed(self, text: str, source: str) -> str:
        """Sort and page by the column that leads the walk, so that the database need not sort."""
        key = self._text("key_text") if source == "from_text" else _KEYS.get(source)
        if key is None:
            return text
        head, where, rest = text.partition(" ORDER BY ")
        keyed = head.replace("jobs.number <", f"{key} <").replace("jobs.number >", f"{key} >")
        return keyed + where + rest.replace("jobs.number", key)

    def _joined(self, parts: Iterable[str]) -> str:
        """Return named statements and ready texts as one text."""
        return " ".join(self._text(part) if part.isidentifier() else part for part in parts if part)

    def _text(self, name: str) -> str:
        return PARTS[name].text(self.database.dialect)


def page_limit(query: Query) -> int:
    """Return how many jobs the page may hold."""
    return min(max(query.limit, 1), PAGE_LIMIT)


def outline(row: tuple[Any, ...]) -> Outline:
    """Return the outline in a row of `select_outlines`."""
    number, id_, kind, state, type_, resource, lively, fixed, project = row
    return Outline(
        number=number,
        id=id_,
        kind=kind,
        state=_STATES[state],
        parameters=_parameters(fixed).parameters,
        marks=_marks(lively).marks,
        resource=None if type_ is None or resource is None else (type_, resource),
        project=project,
    )


def place(row: tuple[Any, ...], order: Order) -> tuple[int, int]:
    """Return a key of a row that ascends along the list."""
    match order:
        case Order.NEWEST:
            return (-row[NUMBER], 0)
        case Order.OLDEST:
            return (row[NUMBER], 0)
        case Order.PRIORITY:
            return (row[RANK], row[NUMBER])
        case Order.ENDED:
            return (-row[FINISHED_AT], -row[NUMBER])


def cursor(row: tuple[Any, ...], order: Order) -> Cursor:
    """Return the cursor that stands on a row."""
    match order:
        case Order.NEWEST | Order.OLDEST:
            return Cursor(value=row[NUMBER], number=row[NUMBER])
        case Order.PRIORITY:
            return Cursor(value=-row[RANK], number=row[NUMBER])
        case Order.ENDED:
            return Cursor(value=row[FINISHED_AT], number=row[NUMBER])


def _place(after: Cursor, order: Order) -> dict[str, int | None]:
    value = -after.value if order is Order.PRIORITY else after.value
    number = after.value if order in {Order.NEWEST, Order.OLDEST} else after.number
    return {"after_value": _bounded(value), "after_number": _bounded(number)}


def _bounded(number: int | None) -> int | None:
    """Return a number the databases can take; beyond it nothing lies anyway."""
    return None if number is None else max(-_LARGEST, min(_LARGEST, number))
