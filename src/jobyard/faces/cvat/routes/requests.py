"""Requests: the background work one has asked for. List, look at one, cancel."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from litestar import Response, get, post
from litestar.params import FromPath
from msgspec.structs import replace

from jobyard.engine.strips import Sieve
from jobyard.faces.cvat import about, called, logic, paging, people
from jobyard.faces.cvat.about import About
from jobyard.faces.cvat.marks import marks_of
from jobyard.faces.cvat.space import Where
from jobyard.faces.cvat.surroundings import REPORTS, Ask
from jobyard.faces.cvat.wire import PageOut, RequestOut
from jobyard.faces.cvat.words import requests as words
from jobyard.job.clock import SECOND
from jobyard.job.errors import Invalid, NotFound, Refused, WrongState
from jobyard.job.filters import Facet, Filter, Order
from jobyard.job.ids import is_id
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.job.waiting import Waiting
from jobyard.people.record import HOUSE

_YOUNG = 2 * SECOND
"""So long after it was asked for, a look at a request waits for its end: clients look again only after seconds."""
_LOOK = 0.5
_REPORT = "quality.calculate"
_SORTS = frozenset({"created_date", "status", "action"})


@get("/requests")
async def list_requests(request: Ask) -> PageOut:
    """Return one page of your own requests, newest first unless asked otherwise."""
    which, asked = paging.wanted(request.asked), request.asked
    field, backward = paging.sorting(asked, _SORTS, "-created_date")[0]
    plain = words.simple(asked)
    demanded = {**(_demanded(asked["filter"]) if asked.get("filter") else {}), **plain}
    sieve = _sieve(asked, plain, await about.asked_for(request, plain))
    groups = words.groups(demanded)
    if request.space.where is not Where.ANYWHERE:
        groups, sieve = await _inside(request, groups, sieve or Sieve())
    order = Order.NEWEST
    if field == "created_date":
        order = Order.NEWEST if backward else Order.OLDEST
    else:
        groups = words.sorted_groups(groups, field, backward=backward)
    leaf = await request.engine.leafing.own(request.user, groups, order, which.offset, which.size, sieve)
    shown = await requests_out(request, leaf.jobs, leaf.waiting)
    return paging.page(request.link("requests"), asked, which, list(shown), leaf.total)


@get("/requests/{rq_id:str}")
async def get_request(request: Ask, rq_id: FromPath[str]) -> RequestOut:
    """Return a request; while it is young, wait a moment for its end. Names of older clients mean the newest one."""
    rq_id = await _named(request, rq_id)
    job = await _owned(request, rq_id, _awaited)
    waiting = None
    if not job.final:
        job, waiting = await request.engine.listing.waiting(request.user, rq_id)
    _require_shown(job)
    return (await requests_out(request, [job], {} if waiting is None else {job.id: waiting}))[0]


@post("/requests/{rq_id:str}/cancel", status_code=200)
async def cancel_request(request: Ask, rq_id: FromPath[str]) -> Response[bytes]:
    """Cancel a request, waiting or running; afterwards it is gone for these clients."""
    job = await _owned(request, rq_id, found)
    if job.final:
        raise Invalid(reason=f"The request is {words.status(job)} already; it cannot be cancelled.")
    try:
        await request.engine.jobs.cancel(request.user, rq_id)
    except WrongState:
        raise Invalid(reason="The request has just ended; it cannot be cancelled.") from None
    return Response(b"", status_code=200)


async def _named(request: Ask, rq_id: str) -> str:
    """Return the id of the request that an older name means, or what was said where it is none."""
    said = None if is_id(rq_id) else called.meant(rq_id)
    if said is None:
        return rq_id
    sieve = _sieve({}, said, await about.asked_for(request, said))
    leaf = await request.engine.leafing.own(request.user, words.groups(said), Order.NEWEST, 0, 1, sieve)
    return leaf.jobs[0].id if leaf.jobs else rq_id


async def found(request: Ask, rq_id: str) -> Job:
    """Return the job of a request that the sender may see. Raises NotFound."""
    if not is_id(rq_id):
        raise NotFound(what="request", name=rq_id[:200])
    job = await request.engine.listing.job(request.user, rq_id)
    _require_shown(job)
    return job


async def _owned(request: Ask, rq_id: str, find: Callable[[Ask, str], Awaitable[Job]]) -> Job:
    """Return the job of a request. Raises Refused where it is somebody else's, NotFound where there is none."""
    try:
        return await find(request, rq_id)
    except NotFound:
        if is_id(rq_id):
            # The protocol tells the two apart; nobody guesses such an id, so who knows it knows that it is one.
            _require_shown(await request.engine.listing.job(HOUSE, rq_id))
            raise Refused(verb="see the requests of others") from None
        raise


async def requests_out(request: Ask, jobs: Sequence[Job], waiting: dict[str, Waiting]) -> list[RequestOut]:
    """Return jobs as requests."""
    owners = await people.refs(request, (job.owner for job in jobs))
    marks = await marks_of(request, jobs)
    reports = await request.engine.numbers.of(
        REPORTS, (job.id for job in jobs if job.kind == _REPORT and job.state is State.SUCCEEDED)
    )
    house = request.house.base_url()
    return [
        words.request_out(
            job,
            words.Place(
                mark=marks[job.id],
                owner=owners[job.owner],
                base=f"{house}/api",
                house=house,
                waiting=waiting.get(job.id),
                report=reports.get(job.id),
            ),
        )
        for job in jobs
    ]


async def _inside(request: Ask, groups: list[Filter], sieve: Sieve) -> tuple[list[Filter], Sieve]:
    """Return what a list looks for where only one organization is meant, or only what belongs to none."""
    if request.space.project is not None:
        inside = frozenset({request.space.project})
        return [replace(group, projects=inside) for group in groups], sieve
    shared = frozenset(await request.engine.projects.names())
    apart = (*sieve.apart, Filter(projects=shared)) if shared else sieve.apart
    keep = sieve.keep
    return groups, replace(sieve, apart=apart, keep=lambda job: job.project is None and keep(job))


def _demanded(text: str) -> dict[str, object]:
    logic.compiled(text, words.FIELDS)
    return logic.demanded(text)


def _sieve(asked: Mapping[str, str], plain: Mapping[str, object], meant: About) -> Sieve | None:
    """Return what a list asks beyond what its groups hold, or None where that is all."""
    text = asked.get("filter", "")
    test = logic.compiled(text, words.FIELDS) if text else None
    demanded = logic.plain(text) if text else None
    if demanded is not None and demanded.keys() <= words.SURE and not demanded.keys() & plain.keys():
        test = None
    rest = {name: value for name, value in plain.items() if name not in words.SURE}
    if test is None and not rest:
        return None

    def passes(facts: logic.Facts) -> bool:
        plainly = all(str(facts[name] or "").casefold() == str(value).casefold() for name, value in rest.items())
        return plainly and (test is None or bool(test(facts)))

    looked = rest.keys() | (logic.named(text) if test is not None else set())

    def sure(facet: Facet) -> bool | None:
        if looked & (words.untold(facet) - meant.told):
            return None
        return passes(words.facet_facts(facet) | meant.others)

    return Sieve(sure=sure, keep=lambda job: passes(words.facts(job, meant.mark(job))), apart=meant.ways)


def _require_shown(job: Job) -> None:
    if job.state not in words.SHOWN or job.kind not in words.KINDS:
        raise NotFound(what="request", name=job.id)


async def _awaited(request: Ask, rq_id: str) -> Job:
    # The place in the feed is taken before the first look, so that no news falls between the two.
    reader = request.engine.feed.reader(request.user)
    job = await found(request, rq_id)
    loop = asyncio.get_running_loop()
    until = loop.time() + (job.created_at + _YOUNG - request.engine.ledger.now()) / SECOND
    while not job.final and (left := until - loop.time()) > 0 and request.engine.desk.open:
        await reader.next(min(left, _LOOK))
        job = await request.engine.listing.job(request.user, rq_id)
    return job


HANDLERS = (list_requests, get_request, cancel_request)
