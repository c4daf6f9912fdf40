"""The records: what is derived from their fields, and that they travel and cannot be changed."""

from __future__ import annotations

import inspect
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from jobyard.job import desk, events, filters, record, schedule, waiting
from jobyard.job.desk import Outcome, Told, Wish
from jobyard.job.record import Job, LogLine, Progress
from jobyard.job.states import FINAL, State
from jobyard.people import record as people
from tests.job.making import STAGES, at

ROOMS = (record, events, filters, desk, schedule, waiting, people)


def _records() -> list[type[Struct]]:
    return [
        thing
        for room in ROOMS
        for thing in vars(room).values()
        if inspect.isclass(thing) and issubclass(thing, Struct) and thing.__module__ == room.__name__
    ]


@pytest.mark.parametrize("made", _records(), ids=lambda made: made.__name__)
def test_every_record_is_frozen_and_made_by_names(made: type[Struct]) -> None:
    assert made.__struct_config__.frozen
    with pytest.raises(TypeError):
        made(*("x" for _ in made.__struct_fields__))
    assert (made.__doc__ or "").strip()


@pytest.mark.parametrize(
    ("done", "total", "share"),
    [(0, None, None), (5, 0, None), (5, -1, None), (0, 4, 0.0), (1, 4, 0.25), (4, 4, 1.0), (9, 4, 1.0), (-1, 4, 0.0)],
)
def test_the_share_of_a_progress(done: float, total: float | None, share: float | None) -> None:
    assert Progress(done=done, total=total).share == share


@pytest.mark.parametrize("stage", STAGES)
def test_final_and_cancelling(stage: str) -> None:
    job = at(stage)
    assert job.final == (job.state in FINAL) == (stage in {"succeeded", "failed", "cancelled"})
    assert job.cancelling == (stage == "wished")


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("form", ["json", "msgpack"])
def test_a_job_survives_the_journey(form: str, stage: str) -> None:
    job = at(stage, labels={"a": "b"}, parameters={"deep": [1, {"x": None}]}, memory_limit=1 << 40)
    packed: Any = getattr(msgspec, form)
    assert packed.decode(packed.encode(job), type=Job) == job


def test_a_job_of_an_unknown_state_is_not_read() -> None:
    with pytest.raises(msgspec.ValidationError, match="state"):
        msgspec.json.decode(b'{"id":"a","kind":"k","owner":"o","state":"paused"}', type=Job)


def test_records_given_twice_are_not_shared() -> None:
    first, second = Job(id="1", kind="k", owner="o"), Job(id="2", kind="k", owner="o")
    assert first.parameters is not second.parameters
    assert first.labels is not second.labels
    assert first.state is State.DRAFT


def test_small_words_of_the_desk_travel_as_lists() -> None:
    assert msgspec.json.encode(Wish(job="a", attempt=2, what="stop")) == b'["a",2,"stop"]'
    assert msgspec.json.encode(LogLine(number=1, at=5, stream="out", text="x")) == b'[1,5,"out","x"]'


def test_news_and_outcomes_survive_the_journey() -> None:
    line = LogLine(number=1, at=5, stream="err", text="x\ud7ff")
    for word in (
        Told(job="a", attempt=1, begun=True, progress=Progress(done=1), lines=(line,)),
        Outcome(job="a", attempt=1, how="finish", result={"n": [1, 2.5, None]}, lines=(line,)),
    ):
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(word), type=type(word)) == word
