"""How many jobs of what stand where: the lists that are counted instead of walked."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from msgspec.structs import replace

from jobyard.job import moves
from jobyard.job.events import Change
from jobyard.job.filters import BLOCK, UNTOLD, Facet, Faceted, Filter
from jobyard.job.record import Job
from jobyard.job.states import State
from jobyard.store.contract import Transaction
from tests.store.making import NOW, Hand, submission


def counted(hand: Hand, owner: str = "ada") -> Counter[tuple[int, Facet]]:
    """Return what is kept, after a look at whether it is true."""
    found = Counter({(one.block, one.facet): one.count for one in hand.see(lambda view: view.blocks(owner))})
    jobs = [one for block in {block for block, _ in found} for one in inside(hand, block, owner)]
    assert Counter((one.number // BLOCK, one.facet) for one in jobs) == found
    assert len(jobs) == sum(job.owner == owner for job in hand.find(limit=500).jobs)
    return found


def inside(hand: Hand, block: int, owner: str = "ada") -> list[Faceted]:
    return hand.see(lambda view: view.block(owner, block))


@pytest.mark.parametrize(
    ("parameters", "format_", "given"),
    [
        ({}, "", ""),
        ({"format": "COCO 1.0", "pictures": True}, "coco 1.0", "format,pictures"),
        ({"format": "YOLO", "pictures": False, "assignment": None, "name": ""}, "yolo", "format"),
        ({"b": 0, "a": {}, "c": "x"}, "", "a,b,c"),
        ({"format": 5}, "", "format"),
        ({"format": "a\0"}, "", "format"),
        ({"a\0": 1}, "", UNTOLD),
        ({"ä": 1}, "", UNTOLD),
        ({"a" * 201: 1}, "", UNTOLD),
        ({str(number): 1 for number in range(25)}, "", UNTOLD),
    ],
)
def test_a_job_is_counted_by_what_it_is_asked_for(
    hand: Hand, parameters: dict[str, Any], format_: str, given: str
) -> None:
    hand.submit(kind="one", owner="ada", parameters=parameters)
    assert counted(hand) == {(0, Facet(kind="one", state=State.QUEUED, format=format_, given=given)): 1}


def test_a_format_that_no_index_holds_is_none(hand: Hand) -> None:
    long = "".join(chr(0x4E00 + number) for number in range(6_000))
    hand.submit(name="long", owner="ada", parameters={"format": long})
    assert counted(hand) == {(0, Facet(kind="test.work", state=State.QUEUED, given="format")): 1}
    assert hand.names(Filter(format=long)) == []


def test_counts_follow_jobs_through_their_lives(hand: Hand) -> None:
    def facets() -> dict[str, int]:
        return {f"{facet.state} {facet.given}".strip(): count for (_, facet), count in counted(hand).items()}

    first, second, third = (hand.submit(owner="ada", parameters={"a": 1}).id for _ in range(3))
    hand.submit(owner="bob")
    assert facets() == {"queued a": 3}
    hand.claim(first)
    assert facets() == {"queued a": 2, "running a": 1}
    hand.move(first, lambda job: moves.finish(job, job.attempt, NOW))
    hand.move(second, lambda job: replace_parameters(job, {"b": 2}))
    assert facets() == {"queued a": 1, "queued b": 1, "succeeded a": 1}
    hand.do(lambda transaction: transaction.remove(third))
    assert facets() == {"queued b": 1, "succeeded a": 1}
    assert hand.store.check() == []


def replace_parameters(job: Job, parameters: dict[str, Any]) -> Change:
    change = moves.edit(job, NOW, "ada", {"name": "other"})
    return replace(change, job=replace(change.job, parameters=parameters))


def test_a_job_is_counted_within_its_own_transaction_too(hand: Hand) -> None:
    def work(transaction: Transaction) -> list[int]:
        transaction.insert(submission(owner="ada"))
        before = [one.count for one in transaction.blocks("ada")]
        transaction.insert(submission(owner="ada"))
        return before + [one.count for one in transaction.blocks("ada")]

    assert hand.do(work) == [1, 2]
    assert hand.see(lambda view: view.blocks("nobody")) == []


def test_jobs_are_counted_in_the_block_of_their_number(hand: Hand) -> None:
    def work(transaction: Transaction) -> None:
        for number in range(1, BLOCK + 3):
            transaction.insert(submission(owner="ada" if number in {2, BLOCK - 1, BLOCK, BLOCK + 1} else "bob"))

    hand.do(work)
    assert [(one.block, one.count) for one in hand.see(lambda view: view.blocks("ada"))] == [(0, 2), (1, 2)]
    numbers = [[one.number for one in inside(hand, block)] for block in range(3)]
    assert numbers == [[2, BLOCK - 1], [BLOCK, BLOCK + 1], []]
