"""Lists: filters, scopes, orders, pages, counts, and what hostile questions do."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from jobyard.job import moves
from jobyard.job.events import Change
from jobyard.job.filters import EVERYTHING, PAGE_LIMIT, Cursor, Filter, Order, Scope
from jobyard.job.record import Resource
from jobyard.job.states import State
from tests.store.making import BROKEN, NOW, Hand

HOSTILE = [
    "x' OR 1=1 --",
    "order_by=id;DROP TABLE jobs",
    "%_" * 5_000,
    """$."a']""",
    "'; DROP TABLE jobs; --",
    'NEAR(a b)"*',
    '"',
    "''",
    "*",
    "a OR b",
    "a AND NOT b",
    "col:a",
    "-a",
    "^a",
    "a\\",
    "a:*",
    "a & !b | c <-> d",
    "{a b}:c",
    "\0",
    "a\0b",
    "\ud800",
    "\U0001f600",
    "x" * 50_000,
    "word " * 10_000,
    "\\x00",
    "%(limit)s %s %%",
    ":limit",
]

KEEPABLE = [text for text in HOSTILE if "\0" not in text and text != "\ud800"]


def some(**sets: Any) -> Filter:
    """Return a filter; lists become sets."""
    made: dict[str, Any] = {
        name: frozenset(value) if isinstance(value, list) else value for name, value in sets.items()
    }
    return Filter(**made)


def count(hand: Hand, filter_: Filter) -> int:
    return hand.see(lambda view: view.count(filter_, EVERYTHING, 9))


def fill(hand: Hand) -> None:
    """Write a small house: six jobs that differ in every way a filter knows."""
    hand.submit(name="a", owner="ada", queue="cpu", kind="one", labels={"team": "vision", "hot": ""}, now=NOW + 1)
    hand.submit(name="b", owner="ada", queue="gpu", kind="two", project="p", priority=5, now=NOW + 2)
    hand.submit(
        name="c", owner="bob", queue="gpu", kind="one", project="p", face="cvat", state=State.DRAFT, now=NOW + 3
    )
    hand.finished(NOW + 20, name="d", owner="bob", queue="cpu", kind="two", project="q", labels={"team": "speech"})
    job = hand.claim(
        hand.submit(
            name="e",
            owner="cy",
            parameters={"format": "Coco 1.0"},
            resource=Resource(type="dataset", id="d1", name="Signs"),
        ).id,
        "w7",
    )
    hand.submit(
        name="f", owner="cy", parent=job.id, external=True, resource=Resource(type="task", id="d1"), now=NOW + 6
    )


FILTERS = [
    (some(states=[State.QUEUED]), "fba"),
    (some(states=[State.DRAFT, State.RUNNING]), "ec"),
    (some(states=list(State)), "fedcba"),
    (some(kinds=["one"]), "ca"),
    (some(kinds=["one", "two"]), "dcba"),
    (some(owners=["ada"]), "ba"),
    (some(owners=["ada", "cy", "nobody"]), "feba"),
    (some(projects=["p"]), "cb"),
    (some(projects=["p", "q"]), "dcb"),
    (some(projects=[""]), ""),
    (some(queues=["gpu"]), "cb"),
    (some(queues=["cpu", "default"]), "feda"),
    (some(faces=["cvat"]), "c"),
    (some(workers=["w7"]), "e"),
    (some(workers=["w1"]), "d"),
    (some(resource_type="dataset"), "e"),
    (some(resource_id="d1"), "fe"),
    (some(resource_id="d1", resource_type="task"), "f"),
    (some(format="COCO 1.0"), "e"),
    (some(format="coco 1.0", states=[State.QUEUED]), ""),
    (some(format="YOLO"), ""),
    (some(labels=[("team", None)]), "da"),
    (some(labels=[("team", "vision")]), "a"),
    (some(labels=[("team", "vision"), ("hot", "")]), "a"),
    (some(labels=[("team", "vision"), ("hot", None)]), "a"),
    (some(labels=[("team", "vision"), ("team", "speech")]), ""),
    (some(labels=[("team", None), ("cold", None)]), ""),
    (some(labels=[("hot", "no")]), ""),
    (some(created_from=NOW + 2, created_to=NOW + 6), "cb"),
    (some(created_to=NOW + 2), "eda"),
    (some(finished_from=NOW + 20), "d"),
    (some(finished_from=NOW + 21), ""),
    (some(finished_to=NOW + 20), ""),
    (some(finished_to=2**80, finished_from=-(2**80)), "d"),
    (some(owners=["ada"], queues=["gpu"], states=[State.QUEUED]), "b"),
    (some(owners=["ada"], kinds=["one"], labels=[("team", "vision")], text="vis"), "a"),
    (some(states=[State.SUCCEEDED], owners=["bob"], projects=["q"]), "d"),
]


# --- orders and pages -----------------------------------------------------------------------------------------------


def test_orders(hand: Hand) -> None:
    fill(hand)
    hand.finished(NOW + 10, name="g", priority=-1)
    assert hand.names(order=Order.NEWEST) == list("gfedcba")
    assert hand.names(order=Order.OLDEST) == list("abcdefg")
    assert hand.names(order=Order.PRIORITY) == list("bacdefg")
    assert hand.names(order=Order.ENDED) == ["d", "g"]


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize(
    "scope", [EVERYTHING, Scope(owner="o1", projects=frozenset({"p0", "p2"}))], ids=["all", "some"]
)
@pytest.mark.parametrize("limit", [1, 4, 100])
def test_pages_show_each_job_once(hand: Hand, order: Order, scope: Scope, limit: int) -> None:
    for number in range(14):
        where = {"owner": f"o{number % 3}", "project": [None, "p0", "p1", "p2"][number % 4], "priority": number % 2}
        if number % 3:
            hand.finished(NOW + number % 5, name=f"j{number}", **where)
        else:
            hand.submit(name=f"j{number}", **where)
    whole = hand.names(scope=scope, order=order, limit=100)
    pages = hand.pages(order, limit, scope=scope)
    assert [job.name for page in pages for job in page.jobs] == whole
    assert all(len(page.jobs) == limit for page in pages[:-1])
    assert len(set(whole)) == len(whole)


def test_a_page_is_not_disturbed_by_new_jobs(hand: Hand) -> None:
    for name in "abcd":
        hand.submit(name=name)
    page = hand.find(limit=2)
    hand.submit(name="new")
    assert [job.name for job in page.jobs] == ["d", "c"]
    assert hand.names(limit=9, after=page.next) == ["b", "a"]


def test_an_exactly_full_page_is_the_last(hand: Hand) -> None:
    for name in "ab":
        hand.submit(name=name)
    assert hand.find(limit=2).next is None
    assert hand.find(limit=1).next == Cursor(value=2, number=2)


def test_limits_outside_their_range_are_brought_inside(hand: Hand) -> None:
    for name in "ab":
        hand.submit(name=name)
    assert hand.names(limit=0) == ["b"]
    assert hand.names(limit=-9) == ["b"]
    assert len(hand.find(limit=PAGE_LIMIT * 9).jobs) == 2


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("number", [-(2**80), -1, 0, 2**63, 2**80])
def test_forged_cursors_do_no_harm(hand: Hand, order: Order, number: int) -> None:
    hand.finished(name="only")
    names = hand.names(order=order, after=Cursor(value=number, number=number))
    assert names in ([], ["only"])


# --- filters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("filter_", "names"), FILTERS, ids=range(len(FILTERS)))
def test_each_filter_narrows(hand: Hand, filter_: Filter, names: str) -> None:
    fill(hand)
    for order in (Order.NEWEST, Order.OLDEST, Order.PRIORITY):
        assert sorted(hand.names(filter_, order=order)) == sorted(names)
    assert hand.names(filter_) == list(names)
    assert hand.names(filter_, order=Order.ENDED) == [name for name in names if name == "d"]
    assert hand.see(lambda view: view.count(filter_, EVERYTHING, 99)) == len(names)
    inside = Scope(owner="ada", projects=frozenset({"q"}))
    assert hand.names(filter_, inside) == [name for name in names if name in "abd"]
    assert hand.see(lambda view: view.count(filter_, inside, 99)) == len([name for name in names if name in "abd"])


def test_by_id_and_by_parent(hand: Hand) -> None:
    fill(hand)
    job, child = hand.find(some(workers=["w7"])).jobs[0], hand.find(limit=1).jobs[0]
    assert hand.names(some(ids=[job.id, child.id, "0" * 32])) == ["f", "e"]
    assert hand.names(some(ids=[job.id], text="sign")) == ["e"]
    assert hand.names(some(ids=[job.id], text="nothing")) == []
    assert hand.names(some(ids=[job.id]), Scope(owner="ada")) == []
    assert hand.names(some(parent=job.id)) == ["f"]
    assert hand.names(some(parent=job.id, labels=[("team", "vision")])) == []
    assert hand.names(some(parent=child.id)) == []


def test_by_what_they_run_again_and_by_what_they_wait_for(hand: Hand) -> None:
    fill(hand)
    one, other = hand.find(some(owners=["ada"])).jobs
    hand.submit(name="g", owner="ada", origin=one.id, labels={"team": "vision"})
    hand.submit(name="h", owner="bob", origin=one.id, after=(one.id, other.id), waits=2, priority=3)
    hand.submit(name="i", owner="bob", after=(other.id,), waits=1, parent=one.id, state=State.DRAFT)
    hand.finished(NOW + 30, name="j", owner="bob", after=(other.id,))
    for filter_, names in [
        (some(origin=one.id), "hg"),
        (some(origin=other.id), ""),
        (some(origin=one.id, after=one.id), "h"),
        (some(origin=one.id, labels=[("team", "vision")], text="g"), "g"),
        (some(after=one.id), "h"),
        (some(after=other.id), "jih"),
        (some(after=other.id, parent=one.id), "i"),
        (some(after=other.id, states=[State.QUEUED, State.DRAFT]), "ih"),
        (some(after=other.id, text="h"), "h"),
        (some(after=other.id, ids=[one.id]), ""),
        (some(after="0" * 32), ""),
    ]:
        assert hand.names(filter_) == list(names), filter_
        assert hand.names(filter_, order=Order.OLDEST) == list(reversed(names)), filter_
        assert count(hand, filter_) == len(names)
    assert hand.names(some(after=other.id), order=Order.PRIORITY) == ["h", "i", "j"]
    assert hand.names(some(after=other.id), order=Order.ENDED) == ["j"]
    assert hand.names(some(after=other.id), Scope(owner="ada")) == []
    page = hand.find(some(after=other.id), limit=2)
    assert [job.name for job in hand.find(some(after=other.id), limit=2, after=page.next).jobs] == ["h"]


def test_nobody_sees_outside_of_their_scope(hand: Hand) -> None:
    fill(hand)
    assert hand.names(scope=Scope()) == []
    assert hand.names(scope=Scope(owner="ada")) == ["b", "a"]
    assert hand.names(scope=Scope(projects=frozenset({"p"}))) == ["c", "b"]
    assert hand.names(scope=Scope(owner="ada", projects=frozenset({"p", "q", "none"}))) == ["d", "c", "b", "a"]
    assert hand.names(some(owners=["bob"]), Scope(owner="ada", projects=frozenset({"p"}))) == ["c"]
    assert hand.names(some(text="c"), Scope(owner="ada")) == ["a"]


def test_a_user_of_very_many_projects(hand: Hand) -> None:
    fill(hand)
    many = Scope(owner="ada", projects=frozenset({f"x{number}" for number in range(300)} | {"q"}))
    for order in (Order.NEWEST, Order.OLDEST, Order.PRIORITY):
        assert sorted(hand.names(scope=many, order=order)) == ["a", "b", "d"]
    assert hand.names(scope=many, order=Order.ENDED) == ["d"]
    assert hand.see(lambda view: view.count(some(kinds=["two"]), many, 9)) == 2
    everyone = some(owners=[f"u{number}" for number in range(300)] + ["cy"])
    assert hand.names(everyone) == ["f", "e"]


def test_counts_stop_at_the_limit(hand: Hand) -> None:
    for number in range(7):
        hand.submit(queue="x" if number % 2 else "y")

    def count(filter_: Filter, limit: int, scope: Scope = EVERYTHING) -> int:
        return hand.see(lambda view: view.count(filter_, scope, limit))

    assert [count(Filter(), limit) for limit in (99, 7, 6, 1, 0, -1)] == [7, 7, 6, 1, 0, 0]
    assert [count(some(queues=["x"]), limit) for limit in (99, 2)] == [3, 2]
    assert [count(some(kinds=["test.work"]), limit) for limit in (99, 2, 0)] == [7, 2, 0]
    assert count(Filter(), 99, Scope()) == 0
    assert count(some(states=[State.QUEUED], owners=["ada"]), 99, Scope(owner="ada")) == 7


# --- words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *("train", "TRAIN", "tra", "night train", "train  night", "train-night", "ümlaut", "U\u0308MLAUT", "naïve"),
        *("path to data", "/path/to", "vision", "team vis", "test.work", "gpu", "ada", "42", "7", "日本", "каф", "ﬁne"),
    ],
)
def test_words_that_begin_a_word_are_found(hand: Hand, text: str) -> None:
    for number in range(6):
        hand.submit(name=f"other {number}", queue="slow", owner="zoe", kind="x")
    hand.submit(
        name="Night-Train Ümlaut naïve 日本語 Кафе finer",
        queue="gpu",
        labels={"team": "vision"},
        parameters={"path": "/path/to/data.csv", "count": 42, "skip": 1.5, "deep": {"not": "searched"}},
    )
    assert [name[:5] for name in hand.names(Filter(text=text))] == ["Night"]


@pytest.mark.parametrize("text", ["rain", "searched", "1.55", "nightly", "train missing", "語"])
def test_words_that_do_not_are_not(hand: Hand, text: str) -> None:
    hand.submit(name="Night train 日本語", parameters={"deep": {"not": "searched"}, "skip": 1.5})
    assert hand.names(Filter(text=text)) == []


@pytest.mark.parametrize("text", ["", " ", "?!", "\u2028", "''--"])
def test_a_text_without_words_does_not_narrow(hand: Hand, text: str) -> None:
    hand.submit(name="a")
    assert hand.names(Filter(text=text)) == ["a"]


def test_words_follow_the_job(hand: Hand) -> None:
    job = hand.submit(name="before", tries=1)
    renamed = hand.do(lambda t: t.apply(Change(job=replace(job, revision=2, name="after"))))
    assert hand.names(Filter(text="before")) == []
    assert hand.names(Filter(text="after")) == ["after"]
    hand.claim(renamed.id)
    hand.move(renamed.id, lambda job: moves.fail(job, 1, NOW, BROKEN))
    assert hand.names(Filter(text="broke")) == ["after"]
    hand.move(renamed.id, lambda job: moves.retry(job, NOW, "ada"))
    assert hand.names(Filter(text="broke")) == []
    hand.do(lambda t: t.remove(renamed.id))
    assert hand.names(Filter(text="after")) == []


def test_found_by_words_in_every_order_and_page_by_page(hand: Hand) -> None:
    for number in range(5):
        hand.finished(NOW - number, name=f"match {number}", priority=number)
        hand.submit(name=f"other {number}")
    wanted = Filter(text="match")
    for order, names in (
        (Order.NEWEST, "43210"),
        (Order.OLDEST, "01234"),
        (Order.PRIORITY, "43210"),
        (Order.ENDED, "01234"),
    ):
        pages = hand.pages(order, 2, wanted)
        assert [job.name[-1] for page in pages for job in page.jobs] == list(names)


def test_found_by_label_in_every_order_and_page_by_page(hand: Hand) -> None:
    for number in range(5):
        hand.finished(NOW - number, name=f"{number}", priority=number, labels={"a": "x", "b": str(number % 2)})
        hand.submit(name=f"other {number}", labels={"a": "y"})
    for order, names in (
        (Order.NEWEST, "43210"),
        (Order.OLDEST, "01234"),
        (Order.PRIORITY, "43210"),
        (Order.ENDED, "01234"),
    ):
        wanted = some(labels=[("a", "x")])
        assert [job.name for page in hand.pages(order, 2, wanted) for job in page.jobs] == list(names)
        both = some(labels=[("a", "x"), ("b", "1")])
        assert [job.name for page in hand.pages(order, 1, both) for job in page.jobs] == [n for n in names if n in "13"]


# --- hostile questions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_only_text(hand: Hand, text: str) -> None:
    hand.submit(name="harmless", labels={"team": "vision"})
    sets = [{name: [text]} for name in ("kinds", "owners", "projects", "queues", "faces", "workers", "ids")]
    asked: list[dict[str, Any]] = [
        *sets,
        {"labels": [(text, None)]},
        {"labels": [(text, text)]},
        {"labels": [("team", text)]},
    ]
    asked += [{name: text} for name in ("parent", "origin", "after", "resource_type", "resource_id")]
    for fields in asked:
        for order in (Order.NEWEST, Order.ENDED):
            assert hand.names(some(**fields), order=order) == []
        assert count(hand, some(**fields)) == 0
    # A search may match by its harmless words, or have none; it never fails.
    assert hand.names(Filter(text=text)) in ([], ["harmless"])
    assert hand.names(some(owners=[text, "ada"])) == ["harmless"]
    assert hand.names() == ["harmless"]


@pytest.mark.parametrize("text", KEEPABLE, ids=range(len(KEEPABLE)))
def test_hostile_text_can_be_kept_and_found_again(hand: Hand, text: str) -> None:
    hand.submit(name="other")
    job = hand.submit(
        name=text, queue=text[:200], labels={text[:200]: text[:200]}, owner=text[:200], project=text[:200]
    )
    assert [one.id for one in hand.find(some(owners=[text[:200]])).jobs] == [job.id]
    assert [one.id for one in hand.find(some(queues=[text[:200]])).jobs] == [job.id]
    assert [one.id for one in hand.find(some(labels=[(text[:200], text[:200])])).jobs] == [job.id]
    assert [one.id for one in hand.find(scope=Scope(projects=frozenset({text[:200]}))).jobs] == [job.id]
    assert job.id in [one.id for one in hand.find(Filter(text=text)).jobs]
    assert hand.store.check() == []
