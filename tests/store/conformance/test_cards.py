"""Cards: what people set up, by drawer and id, and when somebody wants to look at it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jobyard.job.errors import Invalid
from jobyard.store.contract import Card, Transaction
from tests.store.making import NOW, Hand


def put(hand: Hand, *ids: str, drawer: str = "d", due_at: int | None = None) -> None:
    cards = [Card(drawer=drawer, id=id_, body=f'"{id_}"', due_at=due_at) for id_ in ids]
    hand.each(*(lambda t, card=card: t.put_card(card) for card in cards))


def ids(hand: Hand, drawer: str = "d", **asked: Any) -> list[str]:
    seen = hand.see(lambda view: view.cards(drawer, **asked))
    assert hand.do(lambda transaction: transaction.cards(drawer, **asked)) == seen
    return [card.id for card in seen]


def test_a_card_comes_back_whole_and_is_written_over(hand: Hand) -> None:
    card = Card(drawer="limit", id="owner:ada", body='{"é": "\\u0000 \U0001f600"}', due_at=2**60)
    hand.do(lambda t: t.put_card(card))
    assert hand.see(lambda view: view.card("limit", "owner:ada")) == card
    assert hand.do(lambda transaction: transaction.card("limit", "owner:ada")) == card
    again = Card(drawer="limit", id="owner:ada", body="null")
    hand.do(lambda t: t.put_card(again))
    assert hand.see(lambda view: view.card("limit", "owner:ada")) == again
    assert hand.see(lambda view: view.cards("limit")) == [again]


@pytest.mark.parametrize("id_", ["", "owner", "owner:ada:", "\0", "\ud800", "x' --"])
def test_a_card_that_is_not_there(hand: Hand, id_: str) -> None:
    put(hand, "owner:ada")
    assert hand.see(lambda view: (view.card("d", id_), view.card(id_, "owner:ada"))) == (None, None)
    assert hand.do(lambda transaction: transaction.card("d", id_)) is None


def test_a_drawer_is_walked_both_ways(hand: Hand) -> None:
    put(hand, "b", "a", "d", "c", "é", "Z")
    put(hand, "other", drawer="e")
    assert ids(hand) == ["Z", "a", "b", "c", "d", "é"]
    assert ids(hand, newest=True) == ["é", "d", "c", "b", "a", "Z"]
    assert ids(hand, after="b") == ["c", "d", "é"]
    assert ids(hand, after="bb", limit=1) == ["c"]
    assert ids(hand, after="b", newest=True) == ["a", "Z"]
    assert ids(hand, after="b", newest=True, limit=1) == ["a"]
    assert ids(hand, limit=2, newest=True) == ["é", "d"]
    assert ids(hand, limit=0) == ids(hand, limit=-1) == ids(hand, "none") == []


def test_only_ids_that_begin_alike(hand: Hand) -> None:
    put(hand, "a", "a:", "a:1", "a:2", "a:\U0001f600", "a;", "b:1", "%", "a_")
    assert ids(hand, prefix="a:") == ["a:", "a:1", "a:2", "a:\U0001f600"]
    assert ids(hand, prefix="a:", newest=True, limit=2) == ["a:\U0001f600", "a:2"]
    assert ids(hand, prefix="a:", after="a:1") == ["a:2", "a:\U0001f600"]
    assert ids(hand, prefix="a:", after="a:2", newest=True) == ["a:1", "a:"]
    assert ids(hand, prefix="%") == ["%"]
    assert ids(hand, prefix="a_") == ["a_"]
    assert ids(hand, prefix="c") == ids(hand, prefix="\0") == ids(hand, prefix="\ud800") == []


def test_cards_that_are_due_earliest_first(hand: Hand) -> None:
    put(hand, "b", "a", due_at=NOW)
    put(hand, "c", due_at=NOW - 1)
    put(hand, "d", due_at=NOW + 1)
    put(hand, "never")
    put(hand, "elsewhere", drawer="e", due_at=1)

    def due(now: int, limit: int = 9) -> list[str]:
        return hand.do(lambda t: [card.id for card in t.due_cards("d", now, limit)])

    assert due(NOW - 2) == []
    assert due(NOW) == ["c", "a", "b"]
    assert due(NOW, 2) == ["c", "a"]
    assert due(NOW + 1) == ["c", "a", "b", "d"]
    assert due(NOW, 0) == due(NOW, -1) == []
    assert hand.see(lambda view: [view.next_card(name) for name in ("d", "e", "none", "\0")]) == [
        NOW - 1,
        1,
        None,
        None,
    ]


def test_a_drawer_of_which_nothing_is_ever_due(hand: Hand) -> None:
    put(hand, "a")
    assert hand.see(lambda view: view.next_card("d")) is None
    assert hand.do(lambda t: t.due_cards("d", 2**62, 9)) == []


def test_a_card_is_dropped_once(hand: Hand) -> None:
    put(hand, "a", "b", due_at=5)
    assert hand.do(lambda t: (t.drop_card("d", "a"), t.drop_card("d", "a"), t.drop_card("e", "b"))) == (
        True,
        False,
        False,
    )
    assert ids(hand) == ["b"]


def test_a_work_that_slips_leaves_the_cards(hand: Hand) -> None:
    put(hand, "a", "b")

    def work(transaction: Transaction) -> None:
        transaction.drop_card("d", "a")
        transaction.put_card(Card(drawer="d", id="b", body="2"))
        transaction.put_card(Card(drawer="d", id="c", body="3"))
        assert [card.id for card in transaction.cards("d")] == ["b", "c"]
        raise ValueError

    hand.fails(work)
    assert [card.body for card in hand.see(lambda view: view.cards("d"))] == ['"a"', '"b"']


@pytest.mark.parametrize("bad", ["\0", "\ud800"])
def test_cards_that_cannot_be_kept_are_invalid(hand: Hand, bad: str) -> None:
    works: list[Callable[[Transaction], None]] = [
        lambda t: t.put_card(Card(drawer=bad, id="a", body="")),
        lambda t: t.put_card(Card(drawer="d", id=bad, body="")),
        lambda t: t.put_card(Card(drawer="d", id="a", body=bad)),
    ]
    for work in works:
        assert isinstance(hand.fails(work), Invalid)
    assert ids(hand) == []
