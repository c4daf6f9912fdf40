"""The small pieces: the shared page, frames, names, sentences, verdicts, options."""

from __future__ import annotations

import os
import signal
import struct

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from jobyard.job.errors import Conflict, SourceMissing, UnknownKind
from jobyard.job.record import Failure, Job, Reason
from jobyard.kinds import Cancelled, Declined
from jobyard.worker import names, slate, telling
from jobyard.worker.frames import FRAME_LIMIT, Answered, Asked, Ended, Gone, Run, Splitter, from_child, pack, to_child
from jobyard.worker.hand import Cause
from jobyard.worker.interrupt import IDLE_EXIT
from jobyard.worker.options import WorkerOptions
from jobyard.worker.slate import Slate
from jobyard.worker.verdict import End, Limits, judge, strange

JOB = Job(id="j1", kind="k", owner="ann", attempt=3)


def two_sides() -> tuple[Slate, Slate]:
    descriptor = slate.descriptor()
    sides = Slate(descriptor), Slate(descriptor)
    os.close(descriptor)
    return sides


# --- the slate


def test_a_fresh_slate_says_nothing() -> None:
    _, worker = two_sides()
    assert worker.read(1) is None and not worker.stopped


@given(
    st.floats(min_value=0, allow_nan=False, allow_infinity=False),
    st.none() | st.floats(min_value=0, allow_nan=False, allow_infinity=False),
    st.text(max_size=600),
)
def test_what_one_side_writes_the_other_reads(done: float, total: float | None, text: str) -> None:
    child, worker = two_sides()
    child.tell(done, total, text)
    read = worker.read(7)
    assert read is not None
    assert (read.done, read.total, read.at) == (done, total, 7)
    assert len(read.text) <= slate.TEXT_LIMIT and "\n" not in read.text and "\0" not in read.text
    child.close()
    worker.close()


def test_odd_numbers_become_plain_ones() -> None:
    child, worker = two_sides()
    for done, total in ((float("nan"), -1.0), (float("inf"), float("inf")), (-3, float("nan"))):
        child.tell(done, total, "")
        read = worker.read(0)
        assert read is not None and (read.done, read.total) == (0.0, None)


def test_the_newest_word_counts_and_is_wiped_for_the_next_attempt() -> None:
    child, worker = two_sides()
    child.tell(1, 10, "a long text that the next does not cover")
    child.tell(2, 10, "short")
    read = worker.read(0)
    assert read is not None and (read.done, read.text) == (2, "short")
    worker.stop()
    assert child.stopped
    worker.clear()
    assert worker.read(0) is None and not child.stopped


def test_half_a_word_is_not_read() -> None:
    child, worker = two_sides()
    child.tell(1, 10, "whole")
    child._page[30] ^= 0xFF
    assert worker.read(0) is None
    child._page[20:22] = b"\xff\xff"
    assert worker.read(0) is None


def test_progress_wants_numbers() -> None:
    child, _ = two_sides()
    with pytest.raises(struct.error, match="not a float"):
        child.tell("many", None, "")  # type: ignore[arg-type]


# --- frames


@given(st.lists(st.integers(1, 400)))
def test_frames_come_out_whole_however_they_arrive(cuts: list[int]) -> None:
    raw = msgspec.Raw(msgspec.msgpack.encode({"x": "y" * 50}))
    sent = [Run(JOB, "/f"), Answered(1, raw), Answered(2, raw, error="no", stop=True)]
    stream = b"".join(pack(frame) for frame in sent)
    splitter, got = Splitter(), []
    start = 0
    for cut in [*sorted(cuts), len(stream)]:
        got += [to_child(body) for body in splitter.feed(stream[start:cut])]
        start = max(start, cut)
    assert [type(frame) for frame in got] == [Run, Answered, Answered]
    assert got[0] == sent[0]
    assert isinstance(got[2], Answered) and (got[2].error, got[2].stop, bytes(got[2].value)) == ("no", True, bytes(raw))


def test_what_a_child_says_is_read_again() -> None:
    ended = Ended("fail", failure=Failure(reason=Reason.ERROR, message="m"), files=(("a", "b"),), worn=True, peak=5)
    assert from_child(pack(ended)[4:]) == ended
    asked = from_child(pack(Asked(4, "room.verb", msgspec.Raw(b"\xc0")))[4:])
    assert isinstance(asked, Asked) and (asked.number, asked.verb) == (4, "room.verb")


def test_senseless_frames_are_refused() -> None:
    with pytest.raises(ValueError, match="longer than any may be"):
        list(Splitter().feed(b"\xff\xff\xff\xff" + b"x" * 10))
    with pytest.raises(ValueError, match="that fit into one message"):
        pack(Asked(1, "v", msgspec.Raw(b"x" * (FRAME_LIMIT + 1))))
    with pytest.raises(msgspec.DecodeError):
        from_child(b"\x93\xa3run\x01\x02")


# --- names of result files


@pytest.mark.parametrize("name", ["a", "report.pdf", "größe 1.csv", ".hidden", "x" * 200, "...", "日本.png"])
def test_plain_names_are_taken(name: str) -> None:
    assert names.checked(name) == name


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "a/b", "/etc/passwd", "a\\b", "a\nb", "a\0b", "\x7f", "\x85", "x" * 201, "\ud800", "日" * 100],
)
def test_wicked_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="a result file's name"):
        names.checked(name)


# --- sentences


class Silent(Exception):
    def __str__(self) -> str:
        raise RuntimeError("not even that")


@pytest.mark.parametrize(
    ("error", "reason", "message"),
    [
        (ValueError("no\nmore"), Reason.ERROR, "no"),
        (ValueError(), Reason.ERROR, "ValueError"),
        (KeyError("x"), Reason.ERROR, "KeyError: 'x'"),
        (Silent(), Reason.ERROR, "Silent"),
        (Conflict(reason="The name is taken"), Reason.ERROR, "The name is taken"),
        (OSError(2, "No such file", "x"), Reason.ERROR, "[Errno 2] No such file: 'x'"),
        (MemoryError(), Reason.MEMORY, "It asked for more memory than its limit of 64 MiB."),
        (OSError(12, "Cannot allocate memory"), Reason.MEMORY, "It asked for more memory than its limit of 64 MiB."),
        (SystemExit(4), Reason.ERROR, "The work exited with code 4."),
        (SystemExit("sorry"), Reason.ERROR, "sorry"),
        (KeyboardInterrupt(), Reason.ERROR, "KeyboardInterrupt"),
        (Cancelled(), Reason.ERROR, "The work said that it was cancelled, but nobody had asked it to stop."),
        (ValueError("\ud800\0"), Reason.ERROR, "?\ufffd"),
    ],
)
def test_what_work_raises_is_told_plainly(error: BaseException, reason: Reason, message: str) -> None:
    failure = telling.raised(error, 64 * 1024 * 1024)
    assert (failure.reason, failure.message) == (reason, message)
    msgspec.msgpack.encode(failure)


def test_a_refusal_of_ours_needs_no_trace_of_our_code() -> None:
    failure = telling.raised(SourceMissing(path="/pictures", reason="it is gone"), None)
    assert (failure.code, failure.detail) == ("source_missing", "")


def test_memory_without_a_limit_is_the_machines() -> None:
    assert telling.raised(MemoryError(), None).message == "It asked for more memory than the machine has."


def test_a_long_story_keeps_its_end() -> None:
    try:
        raise ValueError("x" * 100_000 + " the cause")
    except ValueError as error:
        detail = telling.raised(error, None).detail
    assert len(detail) == telling.DETAIL_LIMIT and detail.startswith("…") and detail.endswith("the cause\n")


@pytest.mark.parametrize(
    ("status", "starved", "reason", "message"),
    [
        (0, False, Reason.ERROR, "Its process exited with code 0 before the work was done."),
        (-9, False, Reason.SIGNAL, "Its process was killed by SIGKILL (Killed)."),
        (-9, True, Reason.MEMORY, "The machine ran out of memory, and the work was killed for it."),
        (-11, True, Reason.SIGNAL, "Its process was killed by SIGSEGV (Segmentation fault)."),
        (-6, False, Reason.SIGNAL, "Its process was killed by SIGABRT (Aborted); it had a memory limit of 10 MiB."),
        (-250, False, Reason.SIGNAL, "Its process was killed by signal 250."),
    ],
)
def test_how_a_process_died_is_told_plainly(status: int, starved: bool, reason: Reason, message: str) -> None:
    failure = telling.died(status, 10 * 1024 * 1024, starved=starved)
    assert (failure.reason, failure.message) == (reason, message)


@pytest.mark.parametrize(
    "value", [None, 1, "x", [1, {"a": None}], {"deep": [[[]]]}, "x" * (telling.RESULT_LIMIT - 2), 2**64 - 1, -(2**63)]
)
def test_plain_results_pass(value: object) -> None:
    assert telling.plain(value) == value


@pytest.mark.parametrize("value", ["x" * (telling.RESULT_LIMIT - 1), object(), 2**64, {"a": {1, object()}}, "\udc00"])
def test_other_results_do_not(value: object) -> None:
    with pytest.raises(telling.WrongResult):
        telling.plain(value)


def test_a_result_that_holds_itself_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(telling.WrongResult):
        telling.plain(loop)


# --- verdicts

WELL = Ended("finish", result=1, files=(("f", "m"),))
BAD = Ended("fail", failure=Failure(reason=Reason.ERROR, message="m"))
STOPPED = Ended("stop", signalled=True, noticed=True)
PARTIAL = Ended("finish", result=1, signalled=True, noticed=True)
UNAWARE = Ended("finish", result=1, signalled=True)
HURT = Ended("fail", failure=Failure(reason=Reason.ERROR, message="hurt"), signalled=True)
KILLED = Gone(1, -signal.SIGKILL)
LIMITS = Limits(seconds=5, memory=None)


@pytest.mark.parametrize(
    ("last", "ends"),
    [
        (WELL, {"NONE": "finish", "LEAVE": "finish", "TIMEOUT": "finish", "STOP": "finish", "DROP": "drop"}),
        (UNAWARE, {"NONE": "finish", "LEAVE": "finish", "TIMEOUT": "finish", "STOP": "finish", "DROP": "drop"}),
        (PARTIAL, {"NONE": "signal", "LEAVE": "give_back", "TIMEOUT": "timeout", "STOP": "stop", "DROP": "drop"}),
        (STOPPED, {"NONE": "signal", "LEAVE": "give_back", "TIMEOUT": "timeout", "STOP": "stop", "DROP": "drop"}),
        (BAD, {"NONE": "error", "LEAVE": "error", "TIMEOUT": "error", "STOP": "stop", "DROP": "drop"}),
        (HURT, {"NONE": "error", "LEAVE": "give_back", "TIMEOUT": "timeout", "STOP": "stop", "DROP": "drop"}),
        (KILLED, {"NONE": "signal", "LEAVE": "give_back", "TIMEOUT": "timeout", "STOP": "stop", "DROP": "drop"}),
    ],
)
def test_an_end_is_judged_by_what_was_wished(last: Ended | Gone, ends: dict[str, str]) -> None:
    for cause, expected in ends.items():
        end = judge(last, Cause[cause], LIMITS)
        told = end.failure.reason.value if end.failure else end.how
        assert told == expected, (last, cause)
        assert (end.how == "fail") is (end.failure is not None)


def test_only_a_finish_brings_a_result_but_every_end_its_files() -> None:
    assert judge(WELL, Cause.NONE, LIMITS) == End(how="finish", result=1, files=(("f", "m"),))
    files = (("f", "m"),)
    for last, cause, how in (
        (PARTIAL, Cause.STOP, "stop"),
        (STOPPED, Cause.TIMEOUT, "fail"),
        (BAD, Cause.NONE, "fail"),
        (HURT, Cause.LEAVE, "give_back"),
        (WELL, Cause.DROP, "drop"),
    ):
        end = judge(structs.replace(last, files=files), cause, LIMITS)
        assert (end.how, end.result, end.files) == (how, None, files if how in {"stop", "fail"} else ())
    assert judge(KILLED, Cause.STOP, LIMITS) == End(how="stop")


def test_work_that_never_got_a_process_goes_back_in_line() -> None:
    assert judge(Gone(1, error="no more processes"), Cause.NONE, LIMITS).how == "give_back"


def test_ends_that_look_like_somebody_elses_signal() -> None:
    assert strange(STOPPED) and strange(Gone(1, -signal.SIGTERM)) and strange(Gone(1, IDLE_EXIT))
    assert not strange(WELL) and not strange(KILLED) and not strange(BAD)


# --- options


def test_options_never_show_their_secret() -> None:
    options = WorkerOptions(url="http://house", token="very secret", name="w")
    assert "very secret" not in repr(options) and "very secret" not in f"{options}"
    assert "w" in repr(options)


def test_a_kind_that_nobody_knows_is_unreadable() -> None:
    failure = telling.unreadable(UnknownKind(kind="x", known="a, b"))
    assert failure == Failure(reason=Reason.UNREADABLE, message="There is no job kind x; known are: a, b.")


def test_an_error_that_has_a_name_for_programs_keeps_it() -> None:
    assert telling.raised(SourceMissing(path="/x", cause="gone"), None).code == "source_missing"
    assert telling.raised(Declined("No.", "source_emptied"), None).code == "source_emptied"
    assert telling.raised(ValueError("x"), None).code == ""
