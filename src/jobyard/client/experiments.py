"""Experiments: what programs reported, what they were told, what they made; and what may be asked of them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
from msgspec import Struct

from jobyard.client.errors import NotFound, Unreachable
from jobyard.client.exchange import Call, Exchange, segment
from jobyard.client.shapes import Job
from jobyard.client.shapes.experiments import (
    Artifact,
    ConsolePage,
    Curve,
    Curves,
    Experiment,
    Image,
    Model,
    Piece,
    Plot,
    SeriesList,
)

_PIECE = 1024 * 1024


class Cloning(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the copy differs."""

    name: str | None = None


class Enqueueing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """In which line it shall stand."""

    queue: str


class Archiving(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Put away, or fetched back."""

    archived: bool = True


class Experiments:
    """See experiments, and let them begin anew."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def get(self, id_: str) -> Experiment:
        """Return what an experiment is beyond its job. Raises NotFound."""
        return self._exchange.ask(Call(path=_at(id_)), Experiment)

    def series(self, id_: str) -> SeriesList:
        """Return what an experiment reported, by metric and variant. Raises NotFound."""
        return self._exchange.ask(Call(path=_at(id_, "series")), SeriesList)

    def curves(self, *ids: str, metrics: Sequence[str] = (), samples: int = 500) -> list[Curve]:
        """Return the curves of up to 20 experiments, each thinned to so many points. Raises NotFound."""
        query = {"job": list(ids), "metric": list(metrics), "samples": samples}
        return self._exchange.ask(Call(path="/experiments/curves", query=query), Curves).curves

    def console(self, id_: str) -> Iterator[Piece]:
        """Give out the pieces of an experiment's console, oldest first. Raises NotFound."""
        cursor: str | None = None
        while True:
            page = self.console_page(id_, cursor)
            yield from page.pieces
            cursor = page.next
            if cursor is None:
                return

    def console_page(
        self, id_: str, cursor: str | None = None, *, back: bool = False, limit: int = 1_000
    ) -> ConsolePage:
        """Return pieces behind a cursor, or `back` those before it; without one the first, or the newest."""
        query = {"cursor": cursor, "back": "true" if back else None, "limit": limit}
        return self._exchange.ask(Call(path=_at(id_, "console"), query=query), ConsolePage)

    def plots(self, id_: str, metric: str | None = None, variant: str | None = None, *, limit: int = 1) -> list[Plot]:
        """Return the newest plots of each metric and variant, newest iteration first. Raises NotFound or Invalid."""
        query = {"metric": metric, "variant": variant, "limit": limit}
        return self._exchange.ask(Call(path=_at(id_, "plots"), query=query), list[Plot])

    def images(self, id_: str, metric: str | None = None, variant: str | None = None, *, limit: int = 1) -> list[Image]:
        """Return the newest pictures of each metric and variant, newest iteration first. Raises NotFound or Invalid."""
        query = {"metric": metric, "variant": variant, "limit": limit}
        return self._exchange.ask(Call(path=_at(id_, "images"), query=query), list[Image])

    def download(self, thing: Artifact | Model | Image, target: str | Path) -> Path:
        """Fetch an artifact, a model's weights or a picture into a file; it appears whole or not at all.

        Raises NotFound for one that does not lie in this house, FileExistsError where a file is there already.
        """
        wanted = Path(target)
        if thing.url is None:
            raise NotFound(404, "not_found", f"It does not lie in this house but at {thing.address}.")
        if wanted.exists():
            raise FileExistsError(f"{wanted} exists already")
        parts = urlsplit(thing.url)
        call = Call(
            path=parts.path.removeprefix("/v1"),
            query={name: values[0] for name, values in parse_qs(parts.query).items()},
            headers={"Accept": "*/*", "Accept-Encoding": "identity"},
        )
        with tempfile.NamedTemporaryFile(dir=wanted.parent, prefix=f".{wanted.name}.", suffix=".part") as part:
            try:
                with self._exchange.stream(call) as response:
                    for piece in response.iter_raw(_PIECE):
                        part.write(piece)
            except httpx2.TransportError as error:
                raise Unreachable(f"{self._exchange.url} was lost while it sent the file.") from error
            part.flush()
            part.seek(0)
            with wanted.open("xb") as whole:
                shutil.copyfileobj(part, whole, _PIECE)
        return wanted

    def reset(self, id_: str) -> Job:
        """Make an experiment a draft as before it ran, without what it reported. Raises NotFound or Conflict."""
        return self._exchange.ask(Call(method="POST", path=_at(id_, "reset")), Job)

    def clone(self, id_: str, name: str | None = None) -> Job:
        """Write down a draft like an experiment. Raises NotFound or Refused."""
        return self._exchange.ask(
            Call(method="POST", path=_at(id_, "clone"), body=Cloning(name=name), again=False), Job
        )

    def enqueue(self, id_: str, queue: str) -> Job:
        """Put an experiment in line in a queue, for an agent that serves it. Raises NotFound or Conflict."""
        call = Call(method="POST", path=_at(id_, "enqueue"), body=Enqueueing(queue=queue), again=False)
        return self._exchange.ask(call, Job)

    def archive(self, id_: str, *, archived: bool = True) -> Job:
        """Put an experiment away, or fetch it back. Raises NotFound."""
        return self._exchange.ask(Call(method="POST", path=_at(id_, "archive"), body=Archiving(archived=archived)), Job)


def _at(*parts: str) -> str:
    return "/".join(["/experiments", *map(segment, parts)])
