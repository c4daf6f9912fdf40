"""Any row of a list by its place, and lists in outline."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from jobyard.job.filters import EVERYTHING, Filter, Order, Query, Scope
from jobyard.job.states import State
from tests.store.conformance.test_finding import FILTERS, fill
from tests.store.making import Hand


@pytest.mark.parametrize("order", [Order.NEWEST, Order.OLDEST])
@pytest.mark.parametrize(("filter_", "names"), FILTERS, ids=range(len(FILTERS)))
def test_any_row_of_a_list_is_found(hand: Hand, filter_: Filter, names: str, order: Order) -> None:
    fill(hand)
    for scope in (EVERYTHING, Scope(owner="ada", projects=frozenset({"q"})), Scope(owner="ada")):
        query = Query(filter=filter_, scope=scope, order=order)
        whole = hand.names(filter_, scope, order=order)
        outlines = hand.see(lambda view, query=query: view.outlines(query))  # type: ignore[misc]
        numbers = {job.name: job.number for job in hand.find(filter_, scope, limit=99).jobs}
        assert [one.number for one in outlines] == [numbers[name] for name in whole]
        for row in range(-1, len(whole) + 2):
            cursor = hand.see(lambda view, query=query, row=row: view.nth(query, row))  # type: ignore[misc]
            assert (cursor is None) == (not 1 <= row <= len(whole))
            if cursor is not None:
                assert cursor.number == numbers[whole[row - 1]]
                assert hand.names(filter_, scope, order=order, after=cursor, limit=99) == whole[row:]
                behind = replace(query, after=cursor)
                assert len(hand.see(lambda view, behind=behind: view.outlines(behind))) == len(whole) - row  # type: ignore[misc]


def test_an_outline_tells_what_filters_cannot_ask(hand: Hand) -> None:
    job = hand.submit(kind="one", parameters={"format": "x", "deep": {"a": 1}}, marks={"face": {"number": 5}})
    [outline] = hand.see(lambda view: view.outlines(Query()))
    assert (outline.id, outline.number, outline.kind, outline.state) == (job.id, job.number, "one", State.QUEUED)
    assert (outline.parameters, outline.marks) == ({"format": "x", "deep": {"a": 1}}, {"face": {"number": 5}})
