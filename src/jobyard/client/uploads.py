"""Sending a file in so that a cut connection costs one piece, and nothing stays of what nobody will work on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from jobyard.client.errors import JobyardError
from jobyard.client.exchange import Call, Exchange
from jobyard.client.labelling import NewUpload
from jobyard.client.shapes import Upload

PIECE = 4 * 1024 * 1024
"""Bytes of one piece."""
OnBytes = Callable[[int, int], None]
"""Hears how many bytes have arrived, and of how many."""


def sent(exchange: Exchange, file: Path, wish: NewUpload, on_bytes: OnBytes | None = None) -> str:
    """Send a file in and return what jobs call it. Raises OSError, and forgets what came when a piece is refused."""
    with file.open("rb") as source:
        upload = exchange.ask(Call(method="POST", path="/uploads", body=wish, again=False), Upload)
        with _forgotten(exchange, [upload.upload]):
            offset = 0
            while piece := source.read(PIECE):
                call = Call(method="PATCH", path=_at(upload.upload), query={"offset": offset}, content=piece)
                offset = exchange.ask(call, Upload).offset
                if on_bytes is not None:
                    on_bytes(offset, wish.length)
    return upload.upload


@contextmanager
def kept_for_work(exchange: Exchange, uploads: Iterable[str]) -> Iterator[None]:
    """Forget files that were sent in when the work on them could not be submitted."""
    with _forgotten(exchange, uploads):
        yield


@contextmanager
def _forgotten(exchange: Exchange, uploads: Iterable[str]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        for one in uploads:
            with suppress(JobyardError):
                exchange.tell(Call(method="DELETE", path=_at(one)))
        raise


def _at(upload: str) -> str:
    return f"/uploads/{upload}"
