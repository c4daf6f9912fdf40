from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobyard.datasets.paths import shown


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (b"a/b c.jpg", "a/b c.jpg"),
        ("größe/猫.png".encode(), "größe/猫.png"),
        (b"a\nb\tc", "a\\u000ab\\u0009c"),
        (b"\xff\xc3", "\\xff\\xc3"),
        (b"a\\b", "a\\\\b"),
        ("\u202egpj.exe".encode(), "\\u202egpj.exe"),
        ("a\u2028b".encode(), "a\\u2028b"),
        ("\U000e0001".encode(), "\\U000e0001"),
        (b"\x1b[31m", "\\u001b[31m"),
        (b"", ""),
    ],
)
def test_a_path_is_one_plain_line(path: bytes, text: str) -> None:
    assert shown(path) == text


@pytest.mark.property
@given(st.binary(max_size=40), st.binary(max_size=40))
def test_two_paths_never_look_the_same(one: bytes, other: bytes) -> None:
    assert (shown(one) == shown(other)) == (one == other)
    assert shown(one).isprintable()


def test_a_long_path_keeps_its_end() -> None:
    assert shown(b"a" * 50 + b"/cat.jpg", 10) == "…a/cat.jpg"
    assert shown(b"a" * 10, 10) == "a" * 10
