"""Small decisions of the command line: what a word on it means, and how an outcome reads."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from jobyard.cli import serving
from jobyard.cli.codes import Code, Trouble
from jobyard.cli.jobs import listing, naming, staying, submitting
from jobyard.cli.jobs.waiting import about, few_words, sentence
from jobyard.client.shapes import Job, Waiting
from jobyard.faces.native.wire import CauseName
from jobyard.settings import Settings
from tests.client.answering import Prepared, a_job, json


def job(**fields: Any) -> Job:
    return msgspec.convert(a_job(**fields), Job)


def page(*numbers: int, following: str | None = None) -> Any:
    jobs = [a_job(number=number, id=f"{number:032x}") for number in numbers]
    return json({"jobs": jobs, "next": following, "total": len(jobs), "total_exact": True})


def test_a_number_is_looked_up_among_what_begins_with_it() -> None:
    house = Prepared(page(1, 10, following="more"), page(11, 12, 100))
    with house.client() as client:
        assert naming.job_id(client, "#12") == f"{12:032x}"
    assert dict(house.asked[0].url.params) == {"text": "12", "order": "number", "limit": "100"}
    assert house.asked[1].url.params["cursor"] == "more"


def test_the_search_for_a_number_ends_when_it_was_passed() -> None:
    house = Prepared(page(1, 10, 13, following="more"))
    with house.client() as client, pytest.raises(Trouble) as caught:
        naming.job_id(client, "12")
    assert caught.value.code is Code.REFUSED and len(house.asked) == 1


def test_an_id_needs_no_search_and_each_job_counts_once() -> None:
    house = Prepared(page(7))
    with house.client() as client:
        assert naming.job_ids(client, ["a" * 32, "7", "#7", "a" * 32]) == ["a" * 32, f"{7:032x}"]


@pytest.mark.parametrize("word", ["", "#", "twelve", "1.5", "-3", "١٢", "a" * 31, "A" * 32])
def test_what_is_neither_id_nor_number_is_told(word: str) -> None:
    with Prepared(page()).client() as client, pytest.raises(Trouble) as caught:
        naming.job_id(client, word)
    assert caught.value.code is Code.USAGE


def kinds(schema: dict[str, Any]) -> Any:
    kind = {"name": "k", "title": "K", "queue": "default", "tries": 1, "least_role": "member", "parameters": schema}
    return json([kind])


PROPERTIES = {
    "properties": {
        "text": {"type": "string"},
        "maybe": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "count": {"type": "integer"},
        "either": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        "anything": {},
    }
}


@pytest.mark.parametrize("schema", [PROPERTIES, {"$ref": "#/$defs/P", "$defs": {"P": PROPERTIES}}])
def test_a_value_is_read_as_json_unless_a_text_is_wanted(schema: dict[str, Any]) -> None:
    pairs = [
        "text=12",
        "maybe=true",
        "count=3",
        "either=4",
        "anything=[1]",
        "plain=a b",
        "empty=",
        'quoted="5"',
        "x=a=b",
    ]
    house = Prepared(kinds(schema))
    with house.client() as client:
        found = submitting.named(client, "k", pairs)
    assert found == {
        "text": "12",
        "maybe": "true",
        "count": 3,
        "either": 4,
        "anything": [1],
        "plain": "a b",
        "empty": "",
        "quoted": "5",
        "x": "a=b",
    }
    assert len(house.asked) == 1, "the kinds are asked for once"


def test_the_kinds_are_not_asked_for_when_nothing_is_in_doubt() -> None:
    house = Prepared(json([]))
    with house.client() as client:
        assert submitting.named(client, "k", ["a=b"]) == {"a": "b"}
        assert house.asked == []
        assert submitting.named(client, "unknown", ["a=1"]) == {"a": 1}


def test_a_last_word_wins_over_the_document(tmp_path: Path) -> None:
    assert submitting.parameters_in('{"a": 1}') == {"a": 1}
    assert submitting.parameters_in(None) == {}
    place = tmp_path / "p.json"
    place.write_text('{"ä": ["é"]}', encoding="utf-8")
    assert submitting.parameters_in(f"@{place}") == {"ä": ["é"]}


@pytest.mark.parametrize(
    ("words", "labels"),
    [([], None), (["a"], {"a": ""}), (["a=b", "c=d=e"], {"a": "b", "c": "d=e"}), (["a=1", "a=2"], {"a": "2"})],
)
def test_labels_are_read(words: list[str], labels: dict[str, str] | None) -> None:
    assert submitting.labels_in(words) == labels


FAILED = {"reason": "error", "message": "It broke.", "detail": "", "code": ""}
TIMES = {
    "started_at": "2026-01-01T00:00:00Z",
    "begun_at": "2026-01-01T00:00:01Z",
    "finished_at": "2026-01-01T00:00:03Z",
}


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"state": "succeeded", **TIMES}, "job 7 succeeded after 2.0 s"),
        ({"state": "succeeded", "result": {"a": 1}}, 'job 7 succeeded: {"a":1}'),
        ({"state": "failed", "failure": FAILED, **TIMES}, "job 7 failed after 2.0 s: It broke."),
        ({"state": "cancelled"}, "job 7 cancelled"),
    ],
)
def test_an_outcome_is_one_line(fields: dict[str, Any], text: str) -> None:
    assert staying.outcome(job(**fields)) == text


def test_one_job_that_did_not_succeed_decides_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = job(state="succeeded"), job(state="failed", failure=FAILED)
    assert staying.conclude([good, good], json=False) == 0
    assert staying.conclude([good, bad], json=True) == 1
    assert capsys.readouterr().out.count("\n") == 4


def test_a_bar_says_what_is_known() -> None:
    from jobyard.cli import showing

    progress = showing.bars()
    bar = progress.add_task("", total=None, told="")
    far = {"done": 3.0, "total": 4.0, "share": 0.75, "text": "part\x1b[2J", "at": "2026-01-01T00:00:00Z"}
    staying.move(progress, bar, job(state="running", progress=far, name="n\nm"))
    task = progress.tasks[0]
    assert (task.completed, task.total, task.description) == (3.0, 4.0, "7 n\\x0am")
    assert task.fields["told"] == "running part\\x1b[2J"
    staying.move(progress, bar, job(state="running", cancelling=True, progress=far | {"total": None}))
    assert task.fields["told"].startswith("stopping")
    staying.move(progress, bar, job(state="succeeded"))
    assert progress.tasks[0].finished


def test_a_running_job_shows_its_share_and_a_stopping_one_says_so() -> None:
    from jobyard.cli import showing

    far = {"done": 1.0, "total": 3.0, "share": 1 / 3, "text": "", "at": "2026-01-01T00:00:00Z"}
    assert showing.state(job(state="running", progress=far)).plain == "running 33%"
    assert showing.state(job(state="running", cancelling=True)).plain == "stopping"
    assert showing.state(job(state="queued", progress=far)).plain == "queued"


NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def why(cause: str, text: str, **fields: Any) -> Waiting:
    plain: dict[str, Any] = {"ahead": None, "more": False, "until": None, "starts_at": None, "needs": []}
    return Waiting(cause=cause, sentence=text, **(plain | fields))


@pytest.mark.parametrize(
    ("waiting", "text", "few"),
    [
        (
            why("busy", "12 jobs are before it in line.", ahead=12, starts_at=NOW + timedelta(seconds=185)),
            "12 jobs are before it in line; likely starts in about 3 min",
            "12 before it",
        ),
        (
            why("busy", "1,000 or more jobs are before it in line.", ahead=1000, more=True),
            "1,000 or more jobs are before it in line; nobody can say yet when it starts",
            "1,000+ before it",
        ),
        (
            why("busy", "It is next in line; the worker is busy.", ahead=0, starts_at=NOW - timedelta(seconds=9)),
            "It is next in line; the worker is busy; likely starts in a moment",
            "a free worker",
        ),
        (
            why("next", "It is next: a worker takes it at once.", ahead=0, starts_at=NOW),
            "It is next: a worker takes it at once",
            "nothing",
        ),
        (why("client", "Its own client has not said yet that it runs."), None, "its client"),
        (why("of_tomorrow", "A newer house says so."), "A newer house says so", "of tomorrow"),
    ],
)
def test_why_a_job_waits_is_one_sentence_with_a_start(waiting: Waiting, text: str | None, few: str) -> None:
    told = sentence(waiting, NOW)
    assert not told.endswith(".") and (text is None or told == text)
    assert few_words(waiting) == few


def test_a_time_that_will_come_is_told_with_how_long_it_is() -> None:
    waiting = why("back_off", "Its last attempt failed.", until=NOW + timedelta(hours=5))
    assert sentence(waiting, NOW).startswith("Its last attempt failed; it starts in about 5 h at the earliest (2026-")
    assert few_words(None) == ""


@pytest.mark.parametrize("cause", get_args(CauseName))
def test_every_cause_has_its_words(cause: str) -> None:
    assert few_words(why(cause, "x.")) != cause
    if cause not in {"due", "back_off", "next"}:
        assert sentence(why(cause, "x."), NOW).startswith("x; ")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "in a moment"),
        (4.9, "in a moment"),
        (5, "in about 5 s"),
        (89, "in about 90 s"),
        (90, "in about 2 min"),
        (5399, "in about 90 min"),
        (5400, "in about 2 h"),
        (129_599, "in about 36 h"),
        (129_600, "in about 2 days"),
    ],
)
def test_how_far_off_something_is_is_told_roughly(seconds: float, text: str) -> None:
    assert about(seconds) == text


def test_a_list_that_was_cut_says_of_how_many() -> None:
    from jobyard.client.shapes import JobPage

    assert listing._rest(JobPage(jobs=[], next=None, total=5, total_exact=True), 5) == ""
    assert listing._rest(JobPage(jobs=[], next="x", total=9, total_exact=True), 5).startswith("5 of 9 jobs;")
    assert listing._rest(JobPage(jobs=[], next="x", total=10_000, total_exact=False), 5).startswith(
        "5 of 10000 or more"
    )


@pytest.mark.parametrize(
    ("host", "alone"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("127.9.9.9", True), ("0.0.0.0", False), ("::", False),
     ("10.0.0.1", False), ("example.org", False), ("localhost.example.org", False), ("", False)],
)  # fmt: skip
def test_only_this_machine_hears_a_loopback_address(host: str, alone: bool) -> None:
    assert serving._loopback(host) is alone
    if alone:
        serving._check_exposure(Settings(host=host))
        return
    with pytest.raises(Trouble, match="--expose"):
        serving._check_exposure(Settings(host=host))
    serving._check_exposure(Settings(host=host, expose=True))


@pytest.mark.parametrize(
    ("host", "url"),
    [("127.0.0.1", "http://127.0.0.1:80"), ("0.0.0.0", "http://127.0.0.1:80"), ("::", "http://[::1]:80"),
     ("::1", "http://[::1]:80"), ("localhost", "http://localhost:80"), ("10.1.2.3", "http://10.1.2.3:80")],
)  # fmt: skip
def test_commands_on_this_machine_reach_what_listens_everywhere(host: str, url: str) -> None:
    assert serving._address(serving._reachable(host), 80) == url


def test_every_exit_code_has_one_meaning() -> None:
    assert len({code.value for code in Code}) == len(Code)
    assert {0, 1, 2, 3, 4} <= {code.value for code in Code}
    assert sys.modules["jobyard.cli.codes"].Trouble("x").code is Code.HERE
