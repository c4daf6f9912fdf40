"""Streams that go on after a lost connection, behind the last frame that was seen."""

from __future__ import annotations

from typing import Any

import httpx2
import msgspec
import pytest

from jobyard.client import NotFound, Unreachable
from jobyard.client.shapes import FeedJob, FeedProgress, FeedResync
from tests.client.answering import Prepared, a_job, problem, stream

END = 'event: end\ndata: {"attempt": 1, "last": 3}\n\n'


def line(number: int) -> str:
    told = {"number": number, "at": "2026-01-02T03:04:05Z", "stream": "out", "text": f"line {number}"}
    return f"id: {number}\nevent: line\ndata: {msgspec.json.encode(told).decode()}\n\n"


def happened(number: int, **job: Any) -> str:
    event = {"number": number, "job": "a" * 32, "type": "begun", "at": "2026-01-02T03:04:05Z", "actor": "anna"}
    told = {"event": event | {"state": "running", "attempt": 1, "data": {}}, "job": a_job(**job)}
    return f"id: {number}\nevent: job\ndata: {msgspec.json.encode(told).decode()}\n\n"


def test_a_followed_log_goes_on_where_it_was_cut() -> None:
    house = Prepared(stream(line(1), line(2), "CUT"), stream(line(3), END))
    with house.client() as client:
        texts = [one.text for one in client.log("a", follow=True)]
    assert texts == ["line 1", "line 2", "line 3"]
    assert "Last-Event-ID" not in house.asked[0].headers
    assert house.asked[1].headers["Last-Event-ID"] == "2"


def test_a_frame_that_was_cut_in_two_is_read_once() -> None:
    half = line(2)[:40]
    house = Prepared(stream(line(1), half, "CUT"), stream(line(2), END))
    with house.client() as client:
        assert [one.number for one in client.log("a", follow=True)] == [1, 2]
    assert house.asked[1].headers["Last-Event-ID"] == "1"


def test_a_stream_that_ends_without_saying_so_was_cut() -> None:
    house = Prepared(stream(line(1)), stream(line(2), END))
    with house.client() as client:
        assert [one.number for one in client.log("a", follow=True)] == [1, 2]


def test_a_house_that_does_not_come_back_ends_the_stream() -> None:
    house = Prepared(stream(line(1), "CUT"), httpx2.ConnectError("refused"))
    with house.client(patience=0.5) as client:
        lines = client.log("a", follow=True)
        assert next(lines).number == 1
        with pytest.raises(Unreachable):
            next(lines)


def test_a_house_that_is_not_ready_is_waited_for() -> None:
    house = Prepared(problem(503), stream(line(1), END))
    with house.client() as client:
        assert [one.number for one in client.log("a", follow=True)] == [1]


def test_a_refusal_ends_the_stream() -> None:
    house = Prepared(problem(404))
    with house.client() as client, pytest.raises(NotFound):
        list(client.log("a", follow=True))
    assert len(house.asked) == 1


def test_signs_of_life_are_no_lines_and_move_the_place() -> None:
    house = Prepared(stream(": alive\n\n", line(1), "id: 9\n: alive\n\n", "CUT"), stream(END))
    with house.client() as client:
        assert [one.number for one in client.log("a", follow=True)] == [1]
    assert house.asked[1].headers["Last-Event-ID"] == "9"


def test_the_feed_gives_what_it_knows_and_leaves_out_what_it_does_not() -> None:
    progress = 'event: progress\ndata: {"jobs": {}, "reported": []}\n\n'
    frames = ('event: hello\ndata: {"last": 4, "version": "9"}\n\n', happened(5), progress, "event: new\ndata: 1\n\n")
    house = Prepared(stream(*frames, 'id: 8\nevent: resync\ndata: {"last": 8}\n\n', "CUT"), stream(happened(9)))
    with house.client() as client:
        feed = client.feed(after=4)
        found = [next(feed) for _ in range(4)]
        feed.close()  # type: ignore[attr-defined]
    assert [type(frame) for frame in found] == [FeedJob, FeedProgress, FeedResync, FeedJob]
    assert house.asked[0].url.params["after"] == "4"
    assert house.asked[1].headers["Last-Event-ID"] == "8"


def test_where_the_feed_begins_is_left_to_the_house_when_nobody_said() -> None:
    house = Prepared(stream(happened(1)))
    with house.client() as client:
        assert isinstance(next(client.feed()), FeedJob)
    assert "after" not in house.asked[0].url.params
