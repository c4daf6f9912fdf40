"""Lists of whoever sees jobs of schedules that somebody shared with them."""

from __future__ import annotations

from typing import Any

import pytest

from jobyard.job.filters import Filter, Order, Scope
from jobyard.job.record import Resource
from jobyard.job.states import State
from tests.store.making import NOW, Hand


@pytest.mark.parametrize("order", Order)
def test_jobs_of_shared_schedules_stand_beside_one_s_own_each_once(hand: Hand, order: Order) -> None:
    resource = Resource(type="workflow", id="w1")
    for number in range(24):
        where: dict[str, Any] = {"owner": f"o{number % 3}", "project": [None, "p0", "p1"][number % 4 % 3]}
        where |= {"schedule": [None, "s0", "s1", None, "s2"][number % 5], "priority": number % 2, "name": f"j{number}"}
        if number % 2:
            hand.finished(NOW + number % 7, **where)
        else:
            hand.submit(resource=resource if number % 4 else None, **where)
    scope = Scope(owner="o1", projects=frozenset({"p0"}), schedules=frozenset({"s0", "s2", "none", "\0"}))
    filters = (
        Filter(),
        Filter(states=frozenset({State.QUEUED})),
        Filter(resource_type="workflow"),
        Filter(resource_id="w1"),
    )
    for filter_ in (
        *filters,
        Filter(schedule="s0"),
        Filter(schedule="s1"),
        Filter(text="j1"),
        Filter(kinds=frozenset({"test.work"})),
    ):
        all_ = hand.find(filter_, order=order, limit=100).jobs
        mine = [job.name for job in all_ if scope.covers(job.owner, job.project, job.schedule)]
        assert hand.names(filter_, scope, order=order, limit=100) == mine
        walked = [job.name for page in hand.pages(order, 3, filter_, scope) for job in page.jobs]
        assert walked == mine
    for filter_ in filters:
        wanted = [
            job for job in hand.find(filter_, limit=100).jobs if scope.covers(job.owner, job.project, job.schedule)
        ]
        assert hand.see(lambda view, asked=filter_: view.count(asked, scope, 99)) == len(wanted)  # type: ignore[misc]
    assert hand.names(scope=Scope(schedules=frozenset({"s1"})), limit=100, order=Order.OLDEST)[:2] == ["j2", "j7"]
