"""What goes over into a copy, what a reset takes away, and what programs say of themselves."""

from __future__ import annotations

from typing import Any

import pytest

from jobyard.experiments.sections import TRIES, carried, cleared, grace, tries


def whole() -> dict[str, Any]:
    return {
        "script": {"entry_point": "a.py"},
        "execution": {
            "queue": "q",
            "framework": "f",
            "artifacts": [{"key": "in", "mode": "input"}, {"key": "out", "mode": "output"}, {"key": "plain"}],
        },
        "output": {"destination": "s3://x", "error": "broke", "result": "failure"},
        "hyperparams": {"General": {"lr": {"value": "1"}}},
        "models": {"input": [{"name": "a", "model": "1"}], "output": [{"name": "b", "model": "2"}]},
        "runtime": {"progress": "100"},
    }


def test_a_copy_is_told_the_same_and_made_nothing() -> None:
    sections = whole()
    copy = carried(sections)
    assert copy["execution"] == {"framework": "f", "artifacts": [{"key": "in", "mode": "input"}]}
    assert copy["models"] == {"input": [{"name": "a", "model": "1"}], "output": []}
    assert copy["output"] == {"destination": "s3://x"} and "runtime" not in copy
    assert (copy["script"], copy["hyperparams"]) == (sections["script"], sections["hyperparams"])
    assert sections == whole()


def test_a_reset_leaves_what_was_told() -> None:
    sections = whole()
    cleared(sections)
    assert sections["execution"] == {"framework": "f", "artifacts": [{"key": "in", "mode": "input"}]}
    assert (sections["runtime"], sections["output"]) == ({}, {"destination": "s3://x"})
    assert sections["models"]["output"] == [] and sections["script"]
    cleared(sections, everything=True)
    assert (sections["execution"], sections["script"]) == ({}, {}) and sections["hyperparams"]
    nothing: dict[str, Any] = {}
    cleared(nothing)
    assert nothing["execution"] == {"artifacts": []}


@pytest.mark.parametrize(
    ("said", "expected"),
    [(None, 1), ("", 1), ("3", 3), (" 7 ", 7), ("0", 1), ("-2", 1), ("many", 1), ("9" * 8, TRIES), ("9" * 40, 1)],
)
def test_a_property_says_how_often_a_task_may_be_begun(said: str | None, expected: int) -> None:
    assert tries({"hyperparams": {"properties": {"tries": {"value": said}}}}) == expected
    assert tries({}) == 1


@pytest.mark.parametrize(
    ("said", "expected"), [(None, None), (30, 30.0), ("12.5", 12.5), (0, None), (-1, None), ("x", None), ([], None)]
)
def test_a_program_says_how_long_it_needs_to_end(said: object, expected: float | None) -> None:
    assert grace({"runtime": {"_abort_callback_timeout": said}}) == expected
    assert grace({"runtime": {"_abort_callback_timeout": float("inf")}}) is None
