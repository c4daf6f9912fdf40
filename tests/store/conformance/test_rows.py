"""Lists in outline."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from jobyard.job.filters import EVERYTHING, Cursor, Filter, Order, Query, Scope
from jobyard.job.record import Resource
from jobyard.job.states import State
from tests.store.conformance.test_finding import FILTERS, fill
from tests.store.making import Hand


@pytest.mark.parametrize("order", [Order.NEWEST, Order.OLDEST])
@pytest.mark.parametrize(("filter_", "names"), FILTERS, ids=range(len(FILTERS)))
def test_a_list_is_told_in_outline(hand: Hand, filter_: Filter, names: str, order: Order) -> None:
    fill(hand)
    for scope in (EVERYTHING, Scope(owner="ada", projects=frozenset({"q"})), Scope(owner="ada")):
        query = Query(filter=filter_, scope=scope, order=order)
        whole = hand.names(filter_, scope, order=order)
        outlines = hand.see(lambda view, query=query: view.outlines(query))  # type: ignore[misc]
        numbers = {job.name: job.number for job in hand.find(filter_, scope, limit=99).jobs}
        assert [one.number for one in outlines] == [numbers[name] for name in whole]
        for row, name in enumerate(whole, start=1):
            behind = replace(query, after=Cursor(value=numbers[name], number=numbers[name]))
            assert len(hand.see(lambda view, behind=behind: view.outlines(behind))) == len(whole) - row  # type: ignore[misc]


def test_an_outline_tells_what_filters_cannot_ask(hand: Hand) -> None:
    about = Resource(type="set", id="s1", name="birds")
    said = {"format": "x", "deep": {"a": 1}}
    job = hand.submit(kind="one", parameters=said, marks={"face": {"number": 5}}, resource=about, project="p")
    [outline] = hand.see(lambda view: view.outlines(Query()))
    assert (outline.id, outline.number, outline.kind, outline.state) == (job.id, job.number, "one", State.QUEUED)
    assert (outline.resource, outline.project) == (("set", "s1"), "p")
    assert (outline.parameters, outline.marks) == ({"format": "x", "deep": {"a": 1}}, {"face": {"number": 5}})
