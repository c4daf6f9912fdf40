"""The native words: total, exact, and the same there and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jobyard.access import rules
from jobyard.access.rules import Verb
from jobyard.engine.submission import Submission
from jobyard.faces.native import wire, words
from jobyard.faces.native.faults import status_of
from jobyard.faces.native.words.telling import DEEPEST
from jobyard.job import errors
from jobyard.job.errors import Fault, Invalid, WrongCursor
from jobyard.job.events import Event, EventType
from jobyard.job.filters import Cursor, Order
from jobyard.job.record import Attempt, Failure, Job, LogLine, Progress, Reason, Resource, ResultFile
from jobyard.job.states import TABLE, State
from jobyard.people.record import Actor, KeyScope, Role
from tests.job import making

LATEST = 253_402_214_400_000_000
MIA = Actor(name="mia", role=Role.MEMBER)


@pytest.mark.property
@given(st.integers(0, LATEST))
def test_times_go_there_and_back_to_the_microsecond(microseconds: int) -> None:
    moment = words.moment(microseconds)
    assert moment.tzinfo is UTC and words.micros(moment, "x") == microseconds
    elsewhere = (
        moment.astimezone(timezone(timedelta(hours=5, minutes=30))) if microseconds < LATEST - 10**11 else moment
    )
    assert words.micros(elsewhere, "x") == microseconds
    text = msgspec.json.encode(moment).decode().strip('"')
    assert text.endswith("Z") and words.micros(datetime.fromisoformat(text), "x") == microseconds


ZONES = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
"""On the wire a zone is an offset."""


@pytest.mark.property
@given(st.datetimes(timezones=ZONES))
def test_any_time_of_the_wire_is_ours_or_refused_with_its_place(time: datetime) -> None:
    try:
        microseconds = words.micros(time, "due_at")
    except Invalid as invalid:
        assert invalid.fields[0]["path"] == "due_at"
        assert time < datetime(1970, 1, 1, tzinfo=UTC) or time > datetime(9999, 12, 30, tzinfo=UTC)
    else:
        assert 0 <= microseconds <= LATEST and words.moment(microseconds) == time


def test_a_time_past_all_calendars_is_shown_as_the_last_one() -> None:
    assert words.moment(2**62).year == 9999
    assert words.some_moment(None) is None and words.some_micros(None, "x") is None


@pytest.mark.property
@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1), st.sampled_from(Order))
def test_a_cursor_goes_there_and_back(value: int, number: int, order: Order) -> None:
    text = words.cursor_text(Cursor(value=value, number=number), order.value)
    assert text is not None and text.replace("-", "").replace("_", "").isalnum()
    query = words.job_query(wire.JobsAsked(order=order.value, cursor=text), {})
    assert query.after == Cursor(value=value, number=number) and query.order is order
    for other in Order:
        if other is not order:
            with pytest.raises(WrongCursor):
                words.job_query(wire.JobsAsked(order=other.value, cursor=text), {})


@pytest.mark.property
@given(st.text(max_size=60))
def test_no_text_is_a_cursor_by_chance_and_none_breaks(text: str) -> None:
    try:
        query = words.job_query(wire.JobsAsked(cursor=text), {})
    except WrongCursor:
        return
    assert words.cursor_text(query.after, "-number") is not None


def test_a_cursor_out_of_range_is_none() -> None:
    for place in [[2**63, 0], [0, 2**64 - 1], [-(2**63), 2**63]]:
        with pytest.raises(WrongCursor):
            words.job_query(wire.JobsAsked(cursor=words.row_text("-number", place)), {})
    with pytest.raises(WrongCursor):
        words.row_cursor(words.row_text("datasets", "x"), "datasets", int)


PARAMETERS: dict[str, Any] = {
    "state": ["queued", "failed"],
    "kind": ["a", "b"],
    "owner": ["mia"],
    "project": ["p1", "Größe"],
    "queue": ["q"],
    "face": ["native"],
    "worker": ["w"],
    "label": ["a", "b=", "c=d=e"],
    "resource_type": "dataset",
    "resource_id": "1",
    "parent": "0" * 32,
    "schedule": "1" * 32,
    "origin": "2" * 32,
    "after": "3" * 32,
    "created_from": "2020-01-01T00:00:00Z",
    "created_to": "2020-01-01T01:00:00+01:00",
    "finished_from": "2020-01-01T00:00:00.000001Z",
    "finished_to": "2020-01-02T00:00:00Z",
    "text": "a b&c=d",
    "order": "number",
    "limit": "7",
}


def test_every_filter_reaches_the_query() -> None:
    assert PARAMETERS.keys() | {"cursor"} == {field.name for field in msgspec.structs.fields(wire.JobsAsked)}
    asked = words.asked(urlencode(PARAMETERS, doseq=True).encode(), wire.JobsAsked)
    query = words.job_query(asked, {"id-of-g": "Größe", "p1": "first"})
    day = 1_577_836_800_000_000
    found = query.filter
    assert found.states == {State.QUEUED, State.FAILED} and found.kinds == {"a", "b"} and found.owners == {"mia"}
    assert found.projects == {"p1", "id-of-g"} and found.queues == {"q"} and found.faces == {"native"}
    assert found.workers == {"w"} and found.labels == {("a", None), ("b", ""), ("c", "d=e")}
    assert (found.resource_type, found.resource_id, found.parent) == ("dataset", "1", "0" * 32)
    assert (found.schedule, found.origin, found.after) == ("1" * 32, "2" * 32, "3" * 32)
    assert (found.created_from, found.created_to) == (day, day)
    assert (found.finished_from, found.finished_to) == (day + 1, day + 86_400_000_000)
    assert (found.text, query.order, query.limit, query.after) == ("a b&c=d", Order.OLDEST, 7, None)


@pytest.mark.property
@given(st.binary(max_size=80))
def test_any_bytes_of_a_query_are_read_or_refused(query: bytes) -> None:
    try:
        words.asked(query, wire.JobsAsked)
    except Invalid as invalid:
        assert invalid.sentence


@pytest.mark.property
@given(st.binary(max_size=80) | st.text(max_size=80).map(str.encode))
def test_any_bytes_of_a_body_are_read_or_refused(body: bytes) -> None:
    try:
        words.told(body, wire.JobIn)
    except Invalid as invalid:
        assert invalid.sentence and "\n" not in invalid.sentence


NESTED = st.recursive(st.none() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=3), max_leaves=20)


@pytest.mark.property
@given(NESTED, st.integers(0, 2 * DEEPEST))
def test_bodies_may_lie_so_deep_and_no_deeper(value: Any, wraps: int) -> None:
    for _ in range(wraps):
        value = [value]
    deep = _depth(value) + 1  # the object around it
    body = msgspec.json.encode({"attempt": 1, "result": value})
    holds_nul = b"\\u0000" in body
    if deep > DEEPEST or holds_nul:
        with pytest.raises(Invalid):
            words.told(body, wire.FinishIn)
    else:
        assert words.told(body, wire.FinishIn).result == value


def _depth(value: Any) -> int:
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


def test_an_escaped_backslash_before_u0000_is_no_nul() -> None:
    body = b'{"attempt":1,"result":"\\\\u0000"}'
    assert words.told(body, wire.FinishIn).result == "\\u0000"
    with pytest.raises(Invalid):
        words.told(b'{"attempt":1,"result":{"a":["\\u0000"]}}', wire.FinishIn)


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"attempt":"1"}', "attempt"),
        (b"{}", "attempt"),
        (b'{"attempt":1,"x":2}', "x"),
        (b"[]", ""),
        (b'{"attempt":1,"lines":["a",2]}', "lines[1]"),
    ],
)
def test_the_place_of_a_misfit_is_named_as_people_write_it(body: bytes, path: str) -> None:
    with pytest.raises(Invalid) as caught:
        words.told(body, wire.ProgressIn)
    [field] = caught.value.fields
    assert field["path"] == path and "$" not in caught.value.sentence


@pytest.mark.parametrize(("key", "place"), [("", "labels"), ("k" * 201, "labels")])
def test_the_place_of_a_key_that_does_not_fit_is_its_map(key: str, place: str) -> None:
    body = msgspec.json.encode({"kind": "k", "labels": {key: "v"}})
    with pytest.raises(Invalid, match=r"as a key \(labels\)\.$") as caught:
        words.told(body, wire.JobIn)
    assert [one["path"] for one in caught.value.fields] == [place]


@pytest.mark.parametrize("stage", making.STAGES)
@pytest.mark.parametrize("external", [False, True])
def test_a_job_is_shown_in_every_state(stage: str, external: bool) -> None:
    job = making.at(stage, external=external, parameters={"a": 1}, time_limit=1.5)
    shown = words.job_out(job, Actor(name="ada", role=Role.MEMBER), {})
    for field in msgspec.structs.fields(Job):
        if field.name in {"marks", "lease_until", "losses", "turn"}:
            continue  # what only the house needs
        value, said = getattr(job, field.name), getattr(shown, field.name)
        if field.name.endswith("_at") or field.name == "results_until":
            assert said == words.some_moment(value), field.name
        elif field.name == "failure":
            assert (said is None) == (value is None)
        elif field.name == "after":
            assert said == list(value)
        elif field.name not in {"progress", "resource", "project"}:
            assert said == value, field.name
    assert shown.cancelling is (stage == "wished")
    msgspec.convert(msgspec.to_builtins(shown), wire.JobOut)


def test_progress_resource_failure_and_project_are_shown_whole() -> None:
    job = replace(
        making.running(project="p"),
        progress=Progress(done=1.0, total=4.0, text="x", at=5),
        resource=Resource(type="dataset", id="7", name="cats"),
        failure=Failure(reason=Reason.MEMORY, message="m", detail="d"),
    )
    shown = words.job_out(job, MIA, {"p": "Vision"})
    assert shown.progress == wire.ProgressOut(done=1.0, total=4.0, share=0.25, text="x", at=words.moment(5))
    assert shown.resource == wire.ResourceOut(type="dataset", id="7", name="cats")
    assert shown.failure == wire.FailureOut(reason="memory", message="m", detail="d", code="")
    assert shown.project == wire.ProjectRef(id="p", name="Vision")
    assert words.job_out(job, MIA, {}).project == wire.ProjectRef(id="p", name="p")


ACTORS = [
    Actor(name="ada", role=Role.MEMBER, projects={"p": Role.MEMBER}),
    Actor(name="ada", role=Role.VIEWER),
    Actor(name="ada", role=Role.MEMBER, scope=KeyScope.READ, projects={"p": Role.MEMBER}),
    Actor(name="ada", role=Role.ADMINISTRATOR, scope=KeyScope.DESK),
    Actor(name="max", role=Role.MEMBER),
    Actor(name="max", role=Role.MEMBER, projects={"p": Role.MEMBER}),
    Actor(name="max", role=Role.MEMBER, projects={"p": Role.OPERATOR}),
    Actor(name="max", role=Role.MEMBER, projects={"p": Role.VIEWER}),
    Actor(name="olga", role=Role.OPERATOR),
    Actor(name="ada", role=Role.MEMBER),
    Actor(name="ada", role=Role.MEMBER, projects={"p": Role.VIEWER}),
]


MAY_SUBMIT = [ACTORS[0], ACTORS[5], ACTORS[6], ACTORS[8]]
"""Who may submit to the project p."""


@pytest.mark.parametrize("stage", making.STAGES)
@pytest.mark.parametrize("external", [False, True])
def test_may_says_what_the_rules_and_the_table_say(stage: str, external: bool) -> None:
    job = making.at(stage, external=external, project="p")
    arrows = {arrow.value for state, arrow in TABLE if state is job.state}
    for actor in ACTORS:
        said = words.may(actor, job)
        assert len(said) == len(set(said))
        for word in said:
            runs = {"start", "beat", "report", "finish", "fail", "stop"}
            verb = Verb.RUN if word in runs else Verb.SUBMIT if word == "again" else Verb(word)
            assert rules.may(actor, verb, job)
            removable = stage in {"draft", "succeeded", "failed", "cancelled"}
            assert word in arrows or word == "again" or (word == "delete" and removable)
            assert external or verb is not Verb.RUN
        assert ("again" in said) == (not external and actor in MAY_SUBMIT)
        for word in ("withdraw", "release", "keep", "edit"):
            assert (word in said) == (word in arrows and rules.may(actor, Verb(word), job))
        assert ("retry" in said) == ("retry" in arrows and not external and rules.may(actor, Verb.RETRY, job))
        assert ("stop" in said) == (stage == "wished" and external and rules.may(actor, Verb.RUN, job))
        assert ("cancel" in said) == (stage in {"draft", "queued", "running"} and rules.may(actor, Verb.CANCEL, job))


@pytest.mark.property
@given(st.sampled_from(EventType), st.sampled_from(State))
def test_every_event_has_its_words(type_: EventType, state: State) -> None:
    event = Event(job="j", type=type_, at=7, actor="a", state=state, revision=3, attempt=2, data={"x": 1}, number=9)
    shown = words.event_out(event)
    assert (shown.type, shown.state, shown.number, shown.attempt, shown.data) == (
        type_.value,
        state.value,
        9,
        2,
        {"x": 1},
    )
    assert shown.at == words.moment(7)


@pytest.mark.property
@given(st.sampled_from(Reason))
def test_every_reason_has_its_word(reason: Reason) -> None:
    attempt = Attempt(number=1, worker="w", claimed_at=1, failure=Failure(reason=reason, message="m"))
    shown = words.attempt_out(attempt)
    assert shown.failure is not None and shown.failure.reason == reason.value
    msgspec.convert(msgspec.to_builtins(shown), wire.AttemptOut)


def test_lines_and_files_are_shown() -> None:
    for stream, said in [("out", "out"), ("err", "err"), ("log", "log"), ("other", "log")]:
        assert words.line_out(LogLine(number=1, at=2, stream=stream, text="t")).stream == said
    file = ResultFile(name="a b/ü?.bin", size=1, sha256="0" * 64, blob="b" * 32, attempt=3)
    shown = words.result_out("j", file)
    assert shown.url == "/v1/jobs/j/results/a%20b%2F%C3%BC%3F.bin?attempt=3"
    assert "b" * 32 not in msgspec.json.encode(shown).decode()


def test_a_wish_reaches_the_engine_whole() -> None:
    wish = wire.JobIn(
        kind="k",
        parameters={"a": 1},
        name="n",
        queue="q",
        priority=3,
        project="p",
        labels={"l": ""},
        parent="0" * 32,
        after=["1" * 32, "2" * 32],
        on_failure="run",
        unique="u",
        draft=True,
        external=True,
        due_at=words.moment(5),
        tries=2,
        time_limit=1.0,
        memory_limit=16_777_216,
    )
    made = words.submission(wish)
    ours = {field.name for field in msgspec.structs.fields(Submission)}
    ours -= {"face", "resource", "marks", "id", "schedule", "origin", "kept"}  # what nobody says of a fresh job
    assert ours == {field.name for field in msgspec.structs.fields(wire.JobIn)}
    assert made.after == ("1" * 32, "2" * 32)
    for name in ours - {"due_at", "after"}:
        assert getattr(made, name) == getattr(wish, name), name
    assert made.due_at == 5 and made.face == "native"


FAMILIES = {
    "Invalid": 400,
    "Unauthenticated": 401,
    "Refused": 403,
    "NotFound": 404,
    "Conflict": 409,
    "ResultGone": 410,
    "TooLarge": 413,
    "TooMuch": 429,
    "Unavailable": 503,
    "StoreFull": 507,
    "JobNotFound": 404,
    "WrongState": 409,
    "StaleAttempt": 409,
    "KeyReused": 409,
    "UniqueTaken": 409,
    "NeededFailed": 409,
    "LimitReached": 429,
    "WrongCursor": 400,
    "UnknownKind": 400,
}


def test_every_error_has_the_status_of_its_family() -> None:
    found = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, Fault)]
    assert len(found) > 20
    for error in found:
        status = status_of(error())
        assert 400 <= status < 600
        if error.__name__ in FAMILIES:
            assert status == FAMILIES[error.__name__], error
