"""Hearing of changes instead of asking again and again: the long poll, and the narrowed feed."""

from __future__ import annotations

import threading
import time

import pytest

from jobyard.client import NotFound
from jobyard.client.shapes import FeedJob
from tests.cli.running import RunningHouse
from tests.client.answering import Prepared, json


def test_a_change_is_answered_as_soon_as_it_happens(house: RunningHouse) -> None:
    with house.client() as client:
        job = client.submit("command.run", {"argv": ["echo"]}, draft=True)
        changing = threading.Timer(0.2, client.release, [job.id])
        changing.start()
        began = time.monotonic()
        changed = client.changed(job)
        changing.join()
        assert changed.revision > job.revision and changed.state != "draft"
        assert time.monotonic() - began < 10
        assert client.changed(job).revision >= changed.revision, "who is behind is answered at once"
        ended = client.wait(job.id, 30)
        assert client.changed(ended, 0.1) == ended, "and who is not, when the time is over"
        client.delete(job.id)
        with pytest.raises(NotFound):
            client.changed(ended)


def test_the_feed_is_narrowed(house: RunningHouse) -> None:
    with house.client() as client:
        after = client.session().last_event
        wanted = client.submit("command.run", {"argv": ["echo"]}, draft=True, queue="narrow")
        for queue in ("wide", "narrow"):
            client.submit("command.run", {"argv": ["echo"]}, draft=True, queue=queue)
        for narrowed in ({"queue": "narrow"}, {"queue": ["narrow", "none"]}, {"job": wanted.id}):
            frame = next(client.feed(after, **narrowed))
            assert isinstance(frame, FeedJob) and frame.event.job == wanted.id
        client.delete(wanted.id)
        told = list[FeedJob]()
        for frame in client.feed(after, queue="narrow", owner="admin", kind="command.run"):
            if isinstance(frame, FeedJob):
                told.append(frame)
            if told and told[-1].event.type == "deleted":
                break
        assert told[-1].event.job == wanted.id
        assert {frame.job.queue for frame in told if frame.job is not None} == {"narrow"}


def test_what_is_narrowed_travels_as_it_was_said() -> None:
    prepared = Prepared(json({}, 404))
    with pytest.raises(Exception):  # noqa: B017 - what it becomes is another test's matter
        next(prepared.client().feed(5, owner=["mia", "max"], project="p q", job="j"))
    query = prepared.asked[0].url.params
    assert query.multi_items() == [("after", "5"), ("owner", "mia"), ("owner", "max"), ("project", "p q"), ("job", "j")]
