"""SQL has a home: named statements in `.sql` files, read once.

A room keeps `sql/shared.sql`, or several files by what they are about, and, where the databases differ,
`sql/sqlite.sql` and `sql/postgres.sql`, which override by name. In a file, a line `-- name: what it is for` begins a
statement; parameters are written `:name`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

_HEAD = re.compile(r"^-- ([a-z_]+): ")
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")


class Named:
    """A statement with its text for each dialect."""

    def __init__(self, name: str, texts: dict[str, str]) -> None:
        self.name = name
        self._texts = texts

    def text(self, dialect: str) -> str:
        """Return the statement in `sqlite` or `postgres`."""
        return self._texts[dialect]

    def speaks(self, dialect: str) -> bool:
        """Tell whether the statement exists in this dialect."""
        return dialect in self._texts


class Queries:
    """The statements of one room, by name: `QUERIES["insert_job"]`."""

    def __init__(self, package: str) -> None:
        here = (path for path in (files(package) / "sql").iterdir() if path.name.endswith(".sql"))
        own = {path.name: dict(_read(path)) for path in here}
        sqlite, postgres = own.pop("sqlite.sql", {}), own.pop("postgres.sql", {})
        shared = {name: text for statements in own.values() for name, text in statements.items()}
        sqlite, postgres = shared | sqlite, shared | postgres
        self._named = {
            name: Named(name, _texts(sqlite.get(name), postgres.get(name))) for name in sqlite.keys() | postgres.keys()
        }

    def __getitem__(self, name: str) -> Named:
        return self._named[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._named))


def _texts(sqlite: str | None, postgres: str | None) -> dict[str, str]:
    texts = {}
    if sqlite is not None:
        texts["sqlite"] = sqlite
    if postgres is not None:
        texts["postgres"] = _PARAMETER.sub(r"%(\1)s", postgres.replace("%", "%%"))
    return texts


def _read(source: Traversable) -> Iterator[tuple[str, str]]:
    current, lines = "", list[str]()
    for line in source.read_text(encoding="utf-8").splitlines():
        head = _HEAD.match(line)
        if head is None:
            lines.append(line)
            continue
        if current:
            yield current, "\n".join(lines).strip()
        current, lines = head.group(1), []
    if current:
        yield current, "\n".join(lines).strip()
