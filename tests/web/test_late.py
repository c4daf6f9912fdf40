from __future__ import annotations

from typing import Any

import pytest

from jobyard.web.late import App, Late

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Site:
    """Builds an app that notes what it was asked; the first `failures` times it cannot."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.begun = 0
        self.asked = list[Any]()

    def __call__(self) -> App:
        self.begun += 1
        if self.begun <= self.failures:
            raise ZeroDivisionError

        async def app(scope: Any, receive: Any, send: Any) -> None:
            self.asked.append((scope, receive, send))

        return app


async def test_the_first_request_builds_and_all_are_handed_on() -> None:
    site = Site()
    late = Late(site)
    assert site.begun == 0
    await late({"path": "/a"}, "receive", "send")  # type: ignore[arg-type]
    await late({"path": "/b"}, "receive", "send")  # type: ignore[arg-type]
    assert site.asked == [({"path": "/a"}, "receive", "send"), ({"path": "/b"}, "receive", "send")]
    assert site.begun == 1


async def test_what_was_built_before_is_not_built_again() -> None:
    site = Site()
    late = Late(site)
    assert late.built() is late.built()
    await late({}, "receive", "send")  # type: ignore[arg-type]
    assert (site.begun, len(site.asked)) == (1, 1)


async def test_what_cannot_be_built_is_said_to_everyone_who_asks() -> None:
    site = Site(failures=2)
    late = Late(site)
    with pytest.raises(ZeroDivisionError):
        late.built()
    with pytest.raises(ZeroDivisionError):
        await late({}, "receive", "send")  # type: ignore[arg-type]
    await late({}, "receive", "send")  # type: ignore[arg-type]
    assert len(site.asked) == 1
