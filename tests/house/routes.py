"""The native protocol as its own document tells it, for the reference and for checking what the docs call."""

from __future__ import annotations

import pkgutil
import tempfile
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

from jobyard.faces.native import wire
from jobyard.faces.native.document import document
from jobyard.job import events, record
from jobyard.people import record as people
from jobyard.server import House
from jobyard.settings import Settings
from jobyard.store.memory import MemoryStore
from tests.house import shapes
from tests.house.sentences import first, under

_VERBS = ("get", "post", "put", "patch", "delete")


@cache
def openapi() -> dict[str, Any]:
    """Return the OpenAPI document of a house."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(Settings(data=folder), MemoryStore())
        try:
            return document(house.native.routes, "0")
        finally:
            house.store.close()


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give out every operation: method, path, and what the document says of it."""
    for path, item in sorted(openapi()["paths"].items()):
        for verb in _VERBS:
            if verb in item:
                yield verb.upper(), path, item[verb]


def route_list() -> str:
    """Return every route with its sentence, what may be asked, and what it answers, as Markdown."""
    return "\n\n".join(_route(method, path, operation) for method, path, operation in operations())


def shape_list() -> str:
    """Return every shape that the document names, field by field, as Markdown."""
    return "\n\n".join(_record(name) for name in sorted(openapi()["components"]["schemas"]))


def _shape(name: str) -> Any:
    """Return a shape by its name, from whichever file of the wire it stands in."""
    files = (import_module(f"{wire.__name__}.{file.name}") for file in pkgutil.iter_modules(wire.__path__))
    return next(getattr(file, name) for file in files if hasattr(file, name))


def _record(name: str) -> str:
    shape = _shape(name)
    return f"### `{name}`\n\n{first(shape.__doc__)}\n\n{shapes.fields(shape, _kept(name))}"


def _kept(name: str) -> dict[str, str]:
    """Return what the house's own record of the same name says of its fields."""
    own = name.removesuffix("Out").removesuffix("In")
    for room in (record, events, people):
        if hasattr(room, own):
            return under(room, own)
    return {}


def _route(method: str, path: str, operation: dict[str, Any]) -> str:
    said = first(operation.get("description") or operation.get("summary"))
    facts = [_query(operation), _body(operation), _answers(operation)]
    return "\n\n".join([f"### `{method} {path}`", said, "\n".join(fact for fact in facts if fact)])


def _query(operation: dict[str, Any]) -> str:
    names = [f"`{one['name']}`" for one in operation.get("parameters", []) if one["in"] == "query"]
    return f"- Asks: {', '.join(names)}" if names else ""


def _body(operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    return f"- Takes: {_shapes(content)}" if content else ""


def _answers(operation: dict[str, Any]) -> str:
    good = []
    for status, answer in sorted(operation["responses"].items()):
        if status.startswith("2"):
            shapes = _shapes(answer.get("content", {}))
            good.append(f"{status} {shapes}".strip())
    return f"- Answers: {', '.join(good)}" if good else ""


def _shapes(content: dict[str, Any]) -> str:
    return " or ".join(_named(media, facts.get("schema", {})) for media, facts in content.items())


def _named(media: str, schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return f"`{schema['$ref'].rsplit('/', 1)[1]}`"
    if schema.get("type") == "array" and "$ref" in schema.get("items", {}):
        return f"list of {_named(media, schema['items'])}"
    return f"`{media}`"
