"""Query parameters and cursors: what a request asks for, as our filters and queries."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

from jobyard.engine.projects import Projects
from jobyard.faces.native.wire import BulkFilter, JobsAsked, ProjectRef
from jobyard.faces.native.wire.asked import JobsMeant
from jobyard.faces.native.words.telling import misfit
from jobyard.faces.native.words.times import some_micros
from jobyard.job.errors import Invalid, WrongCursor
from jobyard.job.filters import Cursor, Filter, Order, Query
from jobyard.job.states import State

_MOST_PARAMETERS = 1000
_INT64 = 2**63
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")

T = TypeVar("T")
Q = TypeVar("Q", bound=Struct)


def asked(query: bytes, shape: type[Q]) -> Q:
    """Return the query part of an address as `shape`.

    Raises Invalid for an unknown parameter, one that does not fit, one given twice where only one counts, and bytes
    that are no UTF-8.
    """
    found: dict[str, Any] = {}
    several = _lists(shape)
    for name, value in _pairs(query):
        if name in several:
            found.setdefault(name, []).append(value)
        elif name in found:
            raise Invalid(reason=f"{name} is given twice.", fields=[{"path": name, "message": "Given twice"}])
        else:
            found[name] = value
    try:
        return msgspec.convert(found, shape, strict=False)
    except msgspec.ValidationError as error:
        misfit(error)


def job_query(wanted: JobsAsked, names: Mapping[str, str]) -> Query:
    """Return what a list of jobs asks for. `names` are the names of projects by id. Raises Invalid or WrongCursor."""
    order = Order(wanted.order)
    after = None if wanted.cursor is None else job_cursor(wanted.cursor, order.value)
    return Query(filter=job_filter(wanted, names), order=order, limit=wanted.limit, after=after)


def job_filter(wanted: JobsMeant, names: Mapping[str, str]) -> Filter:
    """Return which jobs are meant. `names` are the names of projects by id. Raises Invalid for a time out of range."""
    ids = {name: id_ for id_, name in names.items()}
    return Filter(
        states=frozenset(State(word) for word in wanted.state),
        kinds=frozenset(wanted.kind),
        owners=frozenset(wanted.owner),
        projects=frozenset(one if one in names else ids.get(one, one) for one in wanted.project),
        queues=frozenset(wanted.queue),
        faces=frozenset(wanted.face),
        workers=frozenset(wanted.worker),
        ids=frozenset(wanted.ids) if isinstance(wanted, BulkFilter) else frozenset(),
        parent=wanted.parent,
        schedule=wanted.schedule,
        origin=wanted.origin,
        after=wanted.after,
        resource_type=wanted.resource_type,
        resource_id=wanted.resource_id,
        labels=frozenset(_label(text) for text in wanted.label),
        created_from=some_micros(wanted.created_from, "created_from"),
        created_to=some_micros(wanted.created_to, "created_to"),
        finished_from=some_micros(wanted.finished_from, "finished_from"),
        finished_to=some_micros(wanted.finished_to, "finished_to"),
        text=wanted.text,
    )


def cursor_text(cursor: Cursor | None, list_: str) -> str | None:
    """Return where a page of jobs ended as text that only the same list (its order) takes back."""
    return None if cursor is None else row_text(list_, [cursor.value, cursor.number])


def job_cursor(text: str, list_: str) -> Cursor:
    """Return the place that `cursor_text` wrote for the same list. Raises WrongCursor."""
    value, number = row_cursor(text, list_, tuple[int, int])
    if not (-_INT64 <= value < _INT64 and -_INT64 <= number < _INT64):
        raise WrongCursor
    return Cursor(value=value, number=number)


def row_text(list_: str, place: Any) -> str:
    """Return a place in a list as opaque text, bound to the list's name."""
    return urlsafe_b64encode(msgspec.msgpack.encode([list_, place])).rstrip(b"=").decode("ascii")


def row_cursor(text: str, list_: str, shape: type[T]) -> T:
    """Return the place that `row_text` wrote for the same list. Raises WrongCursor."""
    if not _LETTERS.issuperset(text):  # the decoder would pass over others
        raise WrongCursor
    try:
        packed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        name, place = msgspec.msgpack.decode(packed, type=tuple[str, shape])  # type: ignore[valid-type]
    except (msgspec.MsgspecError, ValueError):
        raise WrongCursor from None
    if name != list_:
        raise WrongCursor
    return place


class Names:
    """Names of projects by id. Projects are never renamed, so what is known once stays good."""

    def __init__(self, projects: Projects) -> None:
        self._projects = projects
        self._known: dict[str, str] = {}

    async def all(self) -> Mapping[str, str]:
        """Return the names of all projects as they are now."""
        self._known = await self._projects.names()
        return self._known

    async def of(self, ids: Iterable[str | None]) -> Mapping[str, str]:
        """Return names that cover these ids; asks the store only for ids never seen before."""
        if all(id_ is None or id_ in self._known for id_ in ids):
            return self._known
        return await self.all()


def project_ref(id_: str | None, names: Mapping[str, str]) -> ProjectRef | None:
    """Return a project by id and name."""
    return None if id_ is None else ProjectRef(id=id_, name=names.get(id_, id_))


def _pairs(query: bytes) -> list[tuple[str, str]]:
    try:
        text = query.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise Invalid(reason="The query is no UTF-8 or has too many parameters.") from None
    if any("\0" in name or "\0" in value for name, value in pairs):
        raise Invalid(reason="Text must not contain the NUL character.")
    return pairs


@cache
def _lists(shape: type[Struct]) -> frozenset[str]:
    """Return the parameters that count more than once. Looking into a shape takes longer than all else of a request."""
    return frozenset(field.encode_name for field in msgspec.structs.fields(shape) if _is_list(field.type))


def _is_list(type_: Any) -> bool:
    return isinstance(msgspec.inspect.type_info(type_), msgspec.inspect.ListType)


def _label(text: str) -> tuple[str, str | None]:
    name, equals, value = text.partition("=")
    return name, value if equals else None
