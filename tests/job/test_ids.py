"""Ids sort by the time they were made, never meet, and say their version."""

from __future__ import annotations

import time
import uuid

import pytest

from jobyard.job.ids import is_id, new_id, new_secret


def test_an_id_is_a_version_7_uuid() -> None:
    for _ in range(200):
        made = uuid.UUID(hex=new_id())
        assert made.version == 7
        assert made.variant == uuid.RFC_4122


def test_an_id_begins_with_the_millisecond_it_was_made_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 0x0123456789AB * 1_000_000 + 999_999)
    assert new_id()[:12] == "0123456789ab"


def test_ids_sort_by_the_millisecond_they_were_made_in(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for millisecond in range(1_700_000_000_000, 1_700_000_000_300):
        monkeypatch.setattr(time, "time_ns", lambda at=millisecond: at * 1_000_000)
        made.append(new_id())
    assert made == sorted(made)


def test_ids_of_one_millisecond_differ_and_sort_as_they_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_700_000_000_000_000_000)
    made = [new_id() for _ in range(5_000)]
    assert len(set(made)) == 5_000
    assert made == sorted(made)


def test_every_random_bit_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    ones = zeros = 0
    for millisecond in range(400):
        monkeypatch.setattr(time, "time_ns", lambda at=millisecond: at * 1_000_000)
        value = int(new_id(), 16)
        ones |= value
        zeros |= ~value
    random_bits = (0xFFF << 64) | (1 << 62) - 1
    assert ones & random_bits == random_bits
    assert zeros & random_bits == random_bits


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("0" * 32, True),
        ("0123456789abcdef0123456789abcdef", True),
        ("0123456789ABCDEF0123456789ABCDEF", False),
        ("0" * 31, False),
        ("0" * 33, False),
        ("", False),
        ("g" + "0" * 31, False),
        ("0" * 31 + "\n", False),
        ("٠" * 32, False),
        ("../../etc/passwd".ljust(32, "0"), False),
    ],
)
def test_the_shape_of_an_id(text: str, shape: bool) -> None:
    assert is_id(text) is shape


def test_a_fresh_id_has_the_shape() -> None:
    assert is_id(new_id())


def test_secrets_are_long_url_safe_and_never_twice() -> None:
    made = {new_secret() for _ in range(1_000)}
    assert len(made) == 1_000
    for secret in made:
        assert len(secret) == 43
        assert secret.isascii()
        assert set(secret) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
    assert len(new_secret(8)) == 11
