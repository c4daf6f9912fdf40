"""A bucket behind its endpoint: a page of its listing, what stands in an object, and taking an object away."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import NoReturn, Self
from urllib.parse import urlsplit

from msgspec import Struct

from jobyard.datasets.messages import Reach
from jobyard.datasets.paths import shown
from jobyard.datasets.sources import listing, signing
from jobyard.datasets.sources.listing import ListingPage, NoListing
from jobyard.job.clock import Clock
from jobyard.job.errors import BucketMissing, SourceForbidden, SourceMissing, SourceUnreachable, SourceUnreadable

PAGE_BYTES = 16 * 1024 * 1024
"""The longest page of a listing that is read."""
_TOLD = 300
_LOOK = 0.2
"""Seconds between two looks at whether the work shall stop, while it waits for another try."""
_CAUSES = {
    "AccessDenied": "access is refused",
    "InvalidAccessKeyId": "the endpoint does not know the access key",
    "SignatureDoesNotMatch": "the secret key is not that of the access key",
    "RequestTimeTooSkewed": "the clock of this machine and that of the endpoint differ too much",
    "ExpiredToken": "the access key has expired",
}
_SLOW = frozenset({"SlowDown", "RequestTimeout", "InternalError", "ServiceUnavailable"})


class Patience(Struct, frozen=True, kw_only=True):
    """How long an endpoint is waited for, in seconds, and how often it is asked again."""

    connect: float = 10.0
    answer: float = 30.0
    tries: int = 5
    pause: float = 0.3
    """Before the second try; doubles with each further one."""


class Bucket:
    """Asks one bucket, signed where there is a key. Every method raises SourceUnreadable, or what is below it."""

    def __init__(
        self, reach: Reach, clock: Clock, *, look: Callable[[], None] = lambda: None, patience: Patience | None = None
    ) -> None:
        """Take the way to the bucket. `look()` is called before each request and may raise to stop."""
        import httpx2

        patience = patience or Patience()
        parts = urlsplit(reach.url)
        self._host = f"{reach.bucket}.{parts.netloc}" if reach.host_style else parts.netloc
        self._root = "/" if reach.host_style else f"/{reach.bucket}"
        self._origin = f"{parts.scheme}://{self._host}"
        self._reach = reach
        self._clock = clock
        self._look = look
        self._patience = patience
        timeout = httpx2.Timeout(patience.answer, connect=patience.connect)
        self._client = httpx2.Client(
            timeout=timeout,
            follow_redirects=False,
            headers={"accept-encoding": "identity"},
            # Loading certificates takes longer than a page of a listing, and plain HTTP has no use for them.
            verify=httpx2.create_ssl_context() if parts.scheme == "https" else False,
        )
        self._old = False
        """The endpoint speaks the first version of the protocol."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()

    def page(self, after: bytes, token: str = "") -> ListingPage:
        """Return the page of the objects whose keys begin with the prefix and come behind `after`."""
        found = self._page(after, token)
        if found.old and not self._old:
            self._old = True
            found = self._page(after, "")
        return found

    def read(self, path: bytes, limit: int) -> bytes:
        """Return up to `limit` bytes of an object below the prefix."""
        return self._ask("GET", self._place(path), {}, limit, path)

    def remove(self, path: bytes) -> None:
        """Take an object below the prefix away; one that is gone already is no trouble."""
        self._ask("DELETE", self._place(path), {}, PAGE_BYTES, path)

    def _page(self, after: bytes, token: str) -> ListingPage:
        query: dict[str, str | bytes] = {"encoding-type": "url", "max-keys": "1000"}
        query |= {} if self._old else {"list-type": "2"}
        if self._reach.prefix:
            query["prefix"] = self._reach.prefix
        if token:
            query["continuation-token"] = token
        elif after:
            query["marker" if self._old else "start-after"] = after
        try:
            return listing.page(self._ask("GET", self._root, query, PAGE_BYTES, b""))
        except NoListing as error:
            raise SourceUnreadable(
                path=self.told(), cause=f"the answer of {self._host} is not usable: {error}"
            ) from None

    def told(self, path: bytes = b"") -> str:
        """Return how a place in the bucket is named to people."""
        return shown(f"s3://{self._reach.bucket}/{self._reach.prefix}".encode() + path, _TOLD)

    def _place(self, path: bytes) -> str:
        return f"{self._root.rstrip('/')}/{signing.key_path(self._reach.prefix.encode() + path)}"

    def _ask(self, method: str, place: str, query: dict[str, str | bytes], limit: int, path: bytes) -> bytes:
        import httpx2

        pause, cause = self._patience.pause, ""
        for left in reversed(range(self._patience.tries)):
            self._look()
            try:
                status, body = self._once(method, place, signing.query_string(query), limit)
            except httpx2.TimeoutException:
                cause = f"{self._host} does not answer in time"
            except (httpx2.TransportError, OSError) as error:
                cause = f"there is no connection to {self._host} ({_reason(error)})"
            else:
                code = "" if 200 <= status < 300 else listing.code_of(body)
                if status < 500 and status != 429 and code not in _SLOW:
                    return body if 200 <= status < 300 else self._refuse(status, code, path)
                cause = f"{self._host} answers {code or status}"
            if left:
                self._wait(pause)
                pause *= 2
        raise SourceUnreachable(path=self.told(path), cause=cause) from None

    def _once(self, method: str, place: str, query: str, limit: int) -> tuple[int, bytes]:
        reach = self._reach
        headers = {}
        if reach.access:
            headers = signing.signed(
                method,
                self._host,
                place,
                query,
                region=reach.region,
                access=reach.access,
                secret=reach.secret,
                now=self._clock.now(),
            )
        url = f"{self._origin}{place}?{query}" if query else f"{self._origin}{place}"
        body = bytearray()
        with self._client.stream(method, url, headers=headers) as answer:
            for chunk in answer.iter_raw():
                body += chunk
                if len(body) > limit:
                    break
            return answer.status_code, bytes(body[:limit])

    def _wait(self, seconds: float) -> None:
        nobody = threading.Event()
        while seconds > 0:
            self._look()
            nobody.wait(min(seconds, _LOOK))
            seconds -= _LOOK

    def _refuse(self, status: int, code: str, path: bytes) -> NoReturn:
        told = self.told(path)
        if code == "NoSuchBucket":
            raise BucketMissing(path=told, bucket=self._reach.bucket, endpoint=self._host)
        if status == 404:
            raise SourceMissing(path=told, cause=f"{self._host} answers {code or status}")
        if status in {400, 401, 403} and not self._reach.access:
            raise SourceForbidden(path=told, cause=f"{self._host} wants an access key ({code or status})")
        if status in {401, 403}:
            raise SourceForbidden(path=told, cause=_CAUSES.get(code, f"{self._host} answers {code or status}"))
        if 300 <= status < 400:
            raise SourceUnreadable(path=told, cause=f"{self._host} sends us elsewhere; is the region right?")
        raise SourceUnreadable(path=told, cause=f"{self._host} answers {code or status}")


def _reason(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__
