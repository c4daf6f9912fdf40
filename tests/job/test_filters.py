"""What makes two texts match, and which jobs a scope covers."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.job.filters import EVERYTHING, PAGE_LIMIT, WORD_LIMIT, Order, Query, Scope, lowered, searchable, words
from jobyard.job.record import Job, Resource
from tests.job.making import at


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("   \t\n ", []),
        ("Export COCO-2017 images", ["export", "coco", "2017", "images"]),
        ("a_b.c/d:e", ["a", "b", "c", "d", "e"]),
        ("Straße", ["strasse"]),
        ("ＦＵＬＬ ｗｉｄｔｈ", ["full", "width"]),
        ("naïve nai\u0308ve", ["naïve", "naïve"]),
        ("ﬁle №5", ["file", "no5"]),
        ("İstanbul", ["i̇stanbul"]),
        ("数据集 导入", ["数据集", "导入"]),
        ("क्षेत्र", ["क्षेत्र"]),
        ("again again", ["again", "again"]),
        ("x' OR 1=1 --", ["x", "or", "1", "1"]),
        ('"*" NEAR(a, b) %_', ["near", "a", "b"]),
        ("nul\x00byte", ["nul", "byte"]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_a_very_long_word_is_cut_and_not_dropped() -> None:
    assert words("x" * 1000) == ["x" * 64]


@given(st.text())
def test_a_word_holds_only_letters_digits_and_marks(text: str) -> None:
    for word in words(text):
        assert 1 <= len(word) <= 64
        assert {unicodedata.category(c)[0] for c in word} <= set("LNM")


@given(st.text())
def test_splitting_again_gives_the_same_words(text: str) -> None:
    once = words(text)
    assert words(" ".join(once)) == once


@given(st.text(), st.text())
def test_the_words_of_two_texts_side_by_side_are_those_of_each(left: str, right: str) -> None:
    assert words(f"{left} {right}") == words(left) + words(right)


def test_a_job_is_found_by_what_people_know_of_it() -> None:
    job = Job(
        id="0" * 31 + "f",
        number=4711,
        kind="dataset.sync",
        owner="ada",
        name="Nightly Sync",
        queue="gpu",
        face="cvat",
        labels={"team": "Vision", "urgent": ""},
        resource=Resource(type="dataset", id="ds9", name="Street Scenes"),
        parameters={"source": "photos/2024", "depth": 3, "deep": {"hidden": "word"}, "share": 0.5, "on": True},
    )
    found = searchable(job).split()
    for word in ("4711", "dataset", "sync", "ada", "nightly", "gpu", "cvat", "team", "vision", "urgent"):
        assert word in found
    for word in ("ds9", "street", "scenes", "photos", "2024", "3", "0" * 31 + "f"):
        assert word in found
    assert "hidden" not in found
    assert "5" not in found


def test_a_failed_job_is_found_by_its_message_and_not_by_its_detail() -> None:
    found = searchable(at("failed")).split()
    assert "broke" in found
    assert "traceback" not in found


def test_what_is_searchable_is_bounded() -> None:
    huge = Job(id="a" * 32, kind="k", owner="o", parameters={f"p{n}": "word " * 1000 for n in range(100)})
    assert len(searchable(huge).split()) == 256
    long = Job(id="a" * 32, kind="k", owner="o", parameters={"p": "x" * 300 + " tail"})
    assert "tail" not in searchable(long)


@given(st.text(max_size=80))
def test_a_job_is_found_by_the_words_of_its_name(name: str) -> None:
    found = searchable(Job(id="a" * 32, kind="k", owner="o", name=name)).split()
    assert set(words(name)) <= set(found)


@pytest.mark.parametrize(
    ("scope", "owner", "project", "inside"),
    [
        (EVERYTHING, "bob", None, True),
        (Scope(), "bob", None, False),
        (Scope(), "bob", "p1", False),
        (Scope(owner="ada"), "ada", None, True),
        (Scope(owner="ada"), "bob", None, False),
        (Scope(owner="ada", projects=frozenset({"p1"})), "bob", "p1", True),
        (Scope(owner="ada", projects=frozenset({"p1"})), "bob", "p2", False),
        (Scope(projects=frozenset({"p1"})), "bob", "p1", True),
    ],
)
def test_whom_a_scope_covers(scope: Scope, owner: str, project: str | None, inside: bool) -> None:
    assert scope.covers(owner, project) is inside


def test_a_query_that_says_nothing_asks_for_the_newest_few() -> None:
    assert (Query().order, Query().limit, Query().after) == (Order.NEWEST, 50, None)
    assert Query().limit <= PAGE_LIMIT
    assert WORD_LIMIT == 16


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_text_is_split_like_any_other(text: str) -> None:
    assert words(f"{text} é") == [*words(text), "é"]


def test_only_plain_capitals_are_made_small_as_every_database_does() -> None:
    assert lowered("COCO 1.0 ÄÉ") == "coco 1.0 ÄÉ"
