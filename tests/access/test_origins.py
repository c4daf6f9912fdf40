from __future__ import annotations

import pytest

from jobyard.access.origins import own


@pytest.mark.parametrize(
    ("origin", "host", "public", "is_own"),
    [
        (b"http://127.0.0.1:8080", b"127.0.0.1:8080", "", True),
        (b"HTTP://Localhost:8080", b"localhost:8080", "", True),
        (b"https://jobs.example.org", b"10.0.0.7:8080", "https://jobs.example.org", True),
        (b"http://127.0.0.1:9090", b"127.0.0.1:8080", "", False),
        (b"https://evil.example", b"127.0.0.1:8080", "https://jobs.example.org", False),
        (b"file://127.0.0.1:8080", b"127.0.0.1:8080", "", False),
        (b"http://", b"", "", False),
        (b"null", b"127.0.0.1:8080", "", False),
    ],
)
def test_an_origin_is_own_by_host_or_public_address(origin: bytes, host: bytes, public: str, is_own: bool) -> None:
    assert own(origin, host, public) is is_own
