"""How printed bytes become log lines, and how many are kept."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.job.desk import LINE_LIMIT
from jobyard.worker.output import BACKLOG_LINES, Output, Stream


class Time:
    def __init__(self) -> None:
        self.at = 1_000_000_000

    def now(self) -> int:
        return self.at


def made(limit: int = 1_000, size: int = 1_000_000) -> tuple[Output, Time]:
    time = Time()
    return Output(time.now, limit, size), time


def texts(output: Output) -> list[str]:
    return [line.text for line in output.first(1_000_000, 10**9)]


def split(data: bytes, *cuts: int) -> list[str]:
    stream = Stream()
    places = [0, *cuts, len(data)]
    lines: list[str] = []
    for start, end in pairwise(places):
        lines += stream.feed(data[start:end])
    return [*lines, *stream.close()]


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"one\ntwo\n", ["one", "two"]),
        (b"one\n\n  two  \n", ["one", "", "  two  "]),
        (b"no end", ["no end"]),
        (b"", []),
        (b"windows\r\nlines\r\n", ["windows", "lines"]),
        (b"10%\r20%\r30%\n", ["30%"]),
        (b"\r10%\r20%", ["20%"]),
        (b"\r10%\r20%\r", ["20%"]),
        (b"\x1b[31mred\x1b[0m\ttab\n", ["\x1b[31mred\x1b[0m\ttab"]),
        (b"\xff\n", ["\ufffd"]),
        ("grüße\n".encode(), ["grüße"]),
        (b"a\x00b\n", ["a\ufffdb"]),
        (b"line\x0bfeed\x0cs\xc2\x85\n", ["line\x0bfeed\x0cs\x85"]),
    ],
)
def test_bytes_become_lines(data: bytes, lines: list[str]) -> None:
    assert split(data) == lines


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=5))
def test_it_does_not_matter_how_the_bytes_arrive(data: bytes, cuts: list[int]) -> None:
    assert split(data, *sorted(cut for cut in cuts if cut <= len(data))) == split(data)


@given(st.lists(st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=20)))
def test_lines_of_text_come_out_as_they_went_in(lines: list[str]) -> None:
    assert split("".join(f"{line}\n" for line in lines).encode()) == lines


def test_a_long_line_is_split_where_it_must_be_and_loses_nothing() -> None:
    pieces = split(b"x" * (2 * LINE_LIMIT) + b"\nend\n", 5, LINE_LIMIT, LINE_LIMIT + 1)
    assert [len(piece) for piece in pieces] == [LINE_LIMIT, LINE_LIMIT, 3]
    assert split(b"y" * LINE_LIMIT + b"\n", 10) == ["y" * LINE_LIMIT]


def test_a_bar_takes_no_room_however_long_it_runs() -> None:
    stream = Stream()
    for number in range(10_000):
        assert list(stream.feed(f"\r{number} of many".encode())) == []
    assert stream.glance() == "9999 of many" and len(stream._rest) < 20


def test_lines_are_numbered_over_all_streams() -> None:
    output, time = made()
    output.feed("out", b"one\n")
    time.at += 5
    output.feed("err", b"two\nthr")
    output.feed("log", b"four\n")
    output.close()
    lines = output.first(100, 1_000)
    assert [(line.number, line.stream, line.text) for line in lines] == [
        (1, "out", "one"),
        (2, "err", "two"),
        (3, "log", "four"),
        (4, "err", "thr"),
    ]
    assert lines[1].at - lines[0].at == 5


def test_lines_stay_until_they_are_forgotten() -> None:
    output, _ = made()
    output.feed("out", b"a\nb\nc\n")
    assert [line.text for line in output.first(2, 100)] == ["a", "b"]
    assert [line.text for line in output.first(2, 100)] == ["a", "b"]
    output.forget(2)
    assert texts(output) == ["c"] and len(output) == 1


def test_a_batch_is_bounded_by_size_but_never_empty() -> None:
    output, _ = made()
    output.feed("out", b"x" * 100 + b"\n" + b"y" * 100 + b"\nz\n")
    assert [len(line.text) for line in output.first(10, 50)] == [100]
    assert [len(line.text) for line in output.first(10, 200)] == [100, 100]


def test_beyond_the_limit_lines_are_counted() -> None:
    output, _ = made(limit=5)
    output.feed("out", b"x\n" * 10)
    output.feed("out", b"x\n" * 90 + b"half")
    output.close()
    assert texts(output)[:3] == ["x"] * 3
    assert texts(output)[3:] == ["97 more lines (198 bytes) were dropped: the log of one attempt is limited."]


def test_beyond_the_size_bytes_are_counted() -> None:
    output, _ = made(size=10)
    output.feed("out", b"x" * 20 + b"\n")
    output.feed("out", b"y" * 50)
    output.close()
    assert texts(output) == [
        "x" * 20,
        "0 more lines (50 bytes) were dropped: the log of one attempt is limited.",
    ]


def test_a_full_backlog_makes_its_reader_wait_until_there_is_room() -> None:
    output, _ = made(limit=BACKLOG_LINES * 3, size=10**9)
    woken: list[bool] = []
    assert output.wait(lambda: woken.append(True)) is False
    output.feed("out", b"x\n" * BACKLOG_LINES)
    assert output.full and output.wait(lambda: woken.append(True)) is True
    output.forget(0)
    assert woken == []
    output.forget(1)
    output.forget(2)
    assert len(woken) == 1 and len(output) == BACKLOG_LINES - 2


def test_without_patience_a_full_backlog_drops() -> None:
    output, _ = made(limit=BACKLOG_LINES * 3, size=10**9)
    woken: list[bool] = []
    output.feed("out", b"x\n" * BACKLOG_LINES)
    assert output.wait(lambda: woken.append(True))
    output.calm(patient=False)
    assert woken == [True] and output.wait(lambda: None) is False
    output.feed("out", b"y\n" * 7)
    output.forget(1)
    output.feed("out", b"z\n")
    output.close()
    assert texts(output)[-2:] == ["z", "7 lines were dropped because the house could not be reached."]
    numbers = [line.number for line in output.first(10**6, 10**9)]
    assert numbers == list(range(2, BACKLOG_LINES + 3))


def test_a_bar_shows_up_now_and_then() -> None:
    output, time = made()
    output.glance()
    output.feed("err", b"\r1%\r2%")
    output.glance()
    assert texts(output) == []
    time.at += 11_000_000
    output.glance()
    time.at += 11_000_000
    output.glance()
    assert texts(output) == ["2%"]
    output.feed("err", b"\r3%\r")
    time.at += 11_000_000
    output.glance()
    assert texts(output) == ["2%", "3%"]
    output.feed("out", b"half a line")
    time.at += 11_000_000
    output.glance()
    assert texts(output) == ["2%", "3%"]


def test_closing_twice_tells_nothing_twice() -> None:
    output, _ = made(limit=3)
    output.feed("out", b"x\n" * 5)
    output.close()
    before = texts(output)
    output.close()
    assert texts(output) == before
