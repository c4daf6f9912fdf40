"""What a try makes of a webhook and of a delivery."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from jobyard.engine.interest import Interest
from jobyard.engine.webhooks.record import (
    PATIENCE,
    PAUSES,
    REST,
    TIRED,
    Delivery,
    Fate,
    Tried,
    Webhook,
    card_id,
    delivery_card,
    delivery_of,
    given_up,
    settled,
    webhook_card,
    webhook_of,
)
from jobyard.job.clock import SECOND
from jobyard.job.events import EventType
from jobyard.job.states import State

NOW = 1_700_000_000 * SECOND
WEBHOOK = Webhook(id="w", name="w", owner="mia", url="http://a.example/", created_at=1, sealed=b"\0\xff", waiting=1)
DELIVERY = Delivery(event=7, job="j", type="finished", made_at=NOW)
BAD = Tried(at=NOW, status=500, error="The receiver answered 500.")


def test_cards_keep_everything() -> None:
    interest = Interest(events=frozenset(EventType), states=frozenset(State), kinds=frozenset({"a", "ä"}))
    webhook = replace(WEBHOOK, interest=interest, former=b"x", failures=3, failing_since=5, paused_reason="because")
    assert webhook_of(webhook_card(webhook)) == webhook
    delivery = replace(DELIVERY, tries=(BAD, replace(BAD, status=None, answer="\0 ü")), fate=Fate.GIVEN_UP)
    card = delivery_card("w", delivery, 5)
    assert delivery_of(card) == delivery and (card.drawer, card.due_at) == ("delivery/w", 5)
    assert "\0" not in card.body


def test_cards_sort_by_the_number_of_their_event() -> None:
    numbers = [0, 1, 9, 10, 99, 100, 2**62]
    assert sorted(map(card_id, numbers)) == list(map(card_id, numbers))


def test_a_good_try_ends_it() -> None:
    worried = replace(WEBHOOK, failures=2, failing_since=NOW - 1)
    webhook, delivery, due_at = settled(worried, replace(DELIVERY, failures=2), Tried(at=NOW, status=200), 0.5)
    assert (webhook.failures, webhook.failing_since, webhook.waiting, webhook.over) == (0, None, 0, 1)
    assert (delivery.fate, delivery.ended_at, due_at) == (Fate.DELIVERED, NOW, None)


def test_pauses_grow_and_end() -> None:
    webhook, delivery, pauses = WEBHOOK, DELIVERY, list[float]()
    while True:
        webhook, delivery, due_at = settled(webhook, delivery, BAD, 0.5)
        if due_at is None:
            break
        pauses.append((due_at - NOW) / SECOND)
    assert pauses == list(PAUSES) == sorted(PAUSES)
    assert (delivery.fate, delivery.failures, len(delivery.tries)) == (Fate.GIVEN_UP, len(PAUSES) + 1, len(PAUSES) + 1)
    assert (webhook.waiting, webhook.over, webhook.active) == (0, 1, True)


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 9), (0.5, 10), (1.0, 11)])
def test_pauses_are_spread(chance: float, seconds: int) -> None:
    assert settled(WEBHOOK, DELIVERY, BAD, chance)[2] == NOW + seconds * SECOND


def test_three_days_of_nothing_but_failures_pause_a_webhook() -> None:
    webhook = settled(WEBHOOK, DELIVERY, BAD, 0.5)[0]
    assert webhook.active and webhook.failing_since == NOW
    almost = settled(webhook, DELIVERY, replace(BAD, at=NOW + PATIENCE - 1), 0.5)[0]
    assert almost.active
    paused = settled(almost, DELIVERY, replace(BAD, at=NOW + PATIENCE), 0.5)[0]
    assert not paused.active and paused.paused_reason.startswith("For three days") and "500" in paused.paused_reason
    well = settled(almost, DELIVERY, Tried(at=NOW, status=200), 0.5)[0]
    assert settled(well, DELIVERY, replace(BAD, at=NOW + PATIENCE), 0.5)[0].active


def test_a_receiver_that_says_it_is_gone_is_not_asked_again() -> None:
    webhook, delivery, _ = settled(WEBHOOK, DELIVERY, replace(BAD, status=410), 0.5)
    assert not webhook.active and "410" in webhook.paused_reason and delivery.fate is Fate.WAITING


def test_who_fails_all_the_time_is_left_alone_for_a_while() -> None:
    tired = replace(WEBHOOK, failures=TIRED, tried_at=NOW)
    assert tired.rests(NOW) and tired.rests(NOW + REST - 1) and not tired.rests(NOW + REST)
    assert not replace(tired, failures=TIRED - 1).rests(NOW) and not replace(tired, tried_at=None).rests(NOW)


def test_of_many_tries_the_newest_are_kept() -> None:
    delivery = DELIVERY
    for number in range(50):
        delivery = replace(settled(WEBHOOK, delivery, replace(BAD, at=NOW + number), 0.5)[1], failures=0)
    assert [tried.at for tried in delivery.tries] == list(range(NOW + 30, NOW + 50))


def test_what_is_given_up_says_why() -> None:
    webhook, delivery = given_up(WEBHOOK, DELIVERY, NOW, "Gone.")
    assert (delivery.fate, delivery.tries[-1].error, webhook.waiting, webhook.over) == (Fate.GIVEN_UP, "Gone.", 0, 1)
    assert webhook.failures == 0
