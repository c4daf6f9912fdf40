"""Each error has one sentence for people and one stable name for programs."""

from __future__ import annotations

import string

import pytest

from jobyard.job import errors
from jobyard.job.errors import Conflict, Fault, Invalid, NotFound, StoreFull, Unavailable, WrongParameters

# what each error carries, what people read, what programs read; the family is the class it is derived from
KNOWN: dict[str, tuple[dict[str, object], str, str, str]] = {
    "Fault": ({}, "Something was not done.", "fault", "Exception"),
    "Invalid": ({"reason": "The name is empty."}, "The name is empty.", "invalid", "Fault"),
    "Unauthenticated": (
        {},
        "Sign in first: no valid credentials came with the request.",
        "unauthenticated",
        "Fault",
    ),
    "Refused": ({"verb": "cancel"}, "You are not allowed to cancel.", "refused", "Fault"),
    "NotFound": ({"what": "queue", "name": "gpu"}, "There is no queue gpu.", "not_found", "Fault"),
    "Conflict": ({"reason": "It is in use."}, "It is in use.", "conflict", "Fault"),
    "TooLarge": (
        {"what": "The body", "limit": "4 MB"},
        "The body is larger than the 4 MB that are allowed.",
        "too_large",
        "Fault",
    ),
    "TooMuch": ({"reason": "Slow down", "retry_after": 3}, "Slow down; try again in 3 s.", "too_much", "Fault"),
    "Unavailable": (
        {"reason": "it stops"},
        "The server cannot answer this right now: it stops.",
        "unavailable",
        "Fault",
    ),
    "UnknownKind": (
        {"kind": "x", "known": "a, b"},
        "There is no job kind x; known are: a, b.",
        "unknown_kind",
        "Invalid",
    ),
    "WrongParameters": (
        {"kind": "k", "reason": "no."},
        "The parameters do not fit k: no.",
        "wrong_parameters",
        "Invalid",
    ),
    "WrongCursor": (
        {},
        "The cursor was not made by this list; start again without it.",
        "wrong_cursor",
        "Invalid",
    ),
    "SourceNotAllowed": (
        {"path": "/x"},
        "/x is not inside a folder that an administrator allowed as a source.",
        "source_not_allowed",
        "Invalid",
    ),
    "CommandNotAllowed": (
        {"command": "rm"},
        "The command rm is not among those an administrator allowed.",
        "command_not_allowed",
        "Invalid",
    ),
    "JobNotFound": ({"id": "7"}, "There is no job 7.", "job_not_found", "NotFound"),
    "WrongState": (
        {"state": "draft", "verb": "retry"},
        "A job that is draft cannot be asked to retry.",
        "wrong_state",
        "Conflict",
    ),
    "StaleAttempt": (
        {"attempt": 1, "id": "7", "state": "running", "newest": 2},
        "Attempt 1 of job 7 is over: the job is running and its newest attempt is 2.",
        "stale_attempt",
        "Conflict",
    ),
    "ChangedMeanwhile": (
        {"id": "7"},
        "Job 7 changed while it was being changed; read it again.",
        "changed_meanwhile",
        "Conflict",
    ),
    "UniqueTaken": (
        {"key": "nightly", "job": "7"},
        "Another job with the same unique key is queued or running already: 7.",
        "unique_taken",
        "Conflict",
    ),
    "NeededFailed": (
        {"id": "7", "state": "failed"},
        "Job 7, which this one would wait for, is failed already.",
        "needed_failed",
        "Conflict",
    ),
    "LimitReached": (
        {"subject": "Queue gpu", "count": 9, "what": "queued jobs", "limit": 9, "retry_after": 15},
        "Queue gpu has 9 queued jobs, and 9 are allowed; try again in 15 s.",
        "limit_reached",
        "TooMuch",
    ),
    "KeyReused": (
        {"key": "k", "id": "7"},
        "The idempotency key k was used before with another request (job 7).",
        "key_reused",
        "Conflict",
    ),
    "NameTaken": ({"what": "project", "name": "p"}, "The project p exists already.", "name_taken", "Conflict"),
    "ResultGone": ({"id": "7"}, "The results of job 7 expired; the record is kept.", "result_gone", "NotFound"),
    "StoreFull": (
        {},
        "There is no space left to store this; nothing was changed.",
        "store_full",
        "Unavailable",
    ),
    "FolderInUse": (
        {"pid": 9, "folder": "/d"},
        "Another server (process 9) uses the data folder /d; stop it first or choose another folder.",
        "folder_in_use",
        "Fault",
    ),
    "UnsafeFolder": (
        {"folder": "/d", "kind": "nfs"},
        "/d is on a network file system (nfs), where SQLite is not safe; use a local disk or PostgreSQL.",
        "unsafe_folder",
        "Fault",
    ),
}


def all_errors() -> list[type[Fault]]:
    """Return every error class of the house."""
    return [thing for thing in vars(errors).values() if isinstance(thing, type) and issubclass(thing, Fault)]


@pytest.mark.parametrize("name", KNOWN)
def test_sentence_code_and_family(name: str) -> None:
    data, sentence, code, family = KNOWN[name]
    error: Fault = getattr(errors, name)(**data)
    assert error.sentence == sentence
    assert str(error) == sentence
    assert error.code == code
    assert error.data == data
    assert type(error).__mro__[1].__name__ == family


@pytest.mark.parametrize("error", all_errors())
def test_codes_are_unique_and_sentences_end(error: type[Fault]) -> None:
    assert [other().code for other in all_errors()].count(error().code) == 1
    sentence = (error.__doc__ or "").splitlines()[0]
    assert sentence[-1] in ".}"
    assert sentence[0].isupper() or sentence[0] == "{"


@pytest.mark.parametrize("error", all_errors())
def test_missing_data_shows_as_a_question_mark_and_never_breaks(error: type[Fault]) -> None:
    placeholders = [name for _, name, _, _ in string.Formatter().parse((error.__doc__ or "").splitlines()[0]) if name]
    assert error().sentence.count("?") == len(placeholders)


def test_data_of_strangers_is_never_read_as_a_template() -> None:
    assert NotFound(what="queue", name="{what.__class__}").sentence == "There is no queue {what.__class__}."


def test_invalid_names_the_places() -> None:
    assert Invalid(reason="x").fields == []
    given = [{"path": "a.b", "message": "too long"}]
    error = WrongParameters(kind="k", reason="x", fields=given)
    assert error.fields == given
    error.fields.clear()
    assert error.fields == given, "nobody can change an error from outside"


def test_what_is_there_for_others_is_told_apart_from_what_is_not() -> None:
    assert NotFound(what="job", name="j1", unseen=True).unseen
    assert not NotFound(what="job", name="j1").unseen


def test_families_do_not_overlap() -> None:
    assert not issubclass(StoreFull, Conflict)
    assert issubclass(StoreFull, Unavailable)
    assert not issubclass(Conflict, Invalid)
