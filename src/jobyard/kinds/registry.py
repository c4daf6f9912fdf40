"""Which kinds there are: ours, and those that installed packages add through the entry point group `jobyard.kinds`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import entry_points
from typing import Any

import msgspec

from jobyard.job import shapes
from jobyard.job.errors import UnknownKind, WrongParameters
from jobyard.kinds.kind import Kind

GROUP = "jobyard.kinds"


class Registry:
    """Kinds by name."""

    def __init__(self, kinds: Iterable[type[Kind]] = ()) -> None:
        self._kinds: dict[str, type[Kind]] = {}
        for kind in kinds:
            self.add(kind)

    @classmethod
    def installed(cls) -> Registry:
        """Return a registry of every kind that an installed package declares, ours included."""
        return cls(entry.load() for entry in entry_points(group=GROUP))

    def add(self, kind: type[Kind]) -> None:
        """Take a kind in. Raises ValueError when its name is taken by another class."""
        known = self._kinds.setdefault(kind.name, kind)
        if known is not kind:
            raise ValueError(f"two kinds are called {kind.name}: {known.__module__} and {kind.__module__}")

    def __iter__(self) -> Iterator[type[Kind]]:
        return iter(self._kinds[name] for name in sorted(self._kinds))

    def names(self) -> list[str]:
        """Return the names of all kinds, sorted."""
        return sorted(self._kinds)

    def kind(self, name: str) -> type[Kind]:
        """Return the kind called `name`. Raises UnknownKind."""
        try:
            return self._kinds[name]
        except KeyError:
            place = {"path": "kind", "message": "There is no such kind"}
            raise UnknownKind(kind=name, known=", ".join(self.names()) or "none", fields=[place]) from None

    def parameters(self, name: str, given: Any) -> Any:
        """Return `given` (a JSON object) as the kind's Parameters.

        Raises UnknownKind, or WrongParameters naming the place.
        """
        kind = self.kind(name)
        try:
            return msgspec.convert(given, kind.Parameters)
        except msgspec.ValidationError as error:
            message, path = shapes.misfit(error)
            place = f"parameters.{path}".rstrip(".")
            raise WrongParameters(
                kind=name, reason=f"{message} ({place})", fields=[{"path": place, "message": message}]
            ) from None
