"""This face's own description, in Swagger 2.0, as tools for the protocol import it: written from the routes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream

from jobyard.faces.alteryx.gate import PUBLIC
from jobyard.faces.alteryx.taking import ASKED, FORM, MULTIPART, TAKES
from jobyard.faces.alteryx.wire.faults import Problem

Json = dict[str, Any]

_REFERENCE = "#/definitions/{name}"
_REFUSALS: Mapping[int, str] = MappingProxyType(
    {400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound"}
)


def document(handlers: Iterable[HTTPRouteHandler], base: str, version: str) -> Json:
    """Return the document of all routes, in a stable order."""
    found = sorted(_operations(handlers), key=lambda one: one[:2])
    shapes = list(dict.fromkeys([Problem, *(shape for *_, handler in found for shape in _shapes(handler))]))
    _, definitions = msgspec.json.schema_components(shapes, ref_template=_REFERENCE)
    paths: dict[str, Json] = {}
    for path, method, handler in found:
        paths.setdefault(path, {})[method.lower()] = _operation(path, handler)
    scheme, _, host = base.partition("://")
    return {
        "swagger": "2.0",
        "info": {"version": "3", "title": "Jobyard as Alteryx Server API V3", "description": f"Jobyard {version}."},
        "host": host.partition("/")[0],
        "basePath": f"/{'/'.join(part for part in (host.partition('/')[2], 'webapi') if part)}/",
        "schemes": [scheme],
        "paths": paths,
        "definitions": {name: _plain(schema) for name, schema in sorted(definitions.items())},
        "securityDefinitions": {
            "oauth2": {
                "type": "oauth2",
                "description": "A pair of keys for a token.",
                "flow": "application",
                "tokenUrl": f"{base}/webapi/oauth2/token",
                "scopes": {},
            }
        },
    }


def _operations(handlers: Iterable[HTTPRouteHandler]) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for handler in handlers:
        for path in handler.paths:
            for method in handler.http_methods:
                yield "/".join(_part(part) for part in path.split("/")), method, handler


def _part(part: str) -> str:
    """Return a part of an address: a place in it is called as the protocol calls it."""
    name = part.removeprefix("{").removesuffix(":str}")
    return part if name == part else f"{{{_camel(name)}}}"


def _operation(path: str, handler: HTTPRouteHandler) -> Json:
    subject, name = handler.fn.__module__.rpartition(".")[2], handler.fn.__name__
    places = [_parameter(part[1:-1], "path", required=True) for part in path.split("/") if part.startswith("{")]
    asked = [_parameter(found, "query") for found in handler.opt.get(ASKED, ())]
    takes = handler.opt.get(TAKES)
    operation: Json = {
        "tags": [subject.capitalize()],
        "summary": (handler.fn.__doc__ or "").strip().partition("\n")[0],
        "operationId": f"{subject.capitalize()}_{_camel(name)}{'V1' if path.startswith('/v1/') else ''}",
        "consumes": [],
        "produces": ["application/json"],
        "parameters": [*places, *asked],
        "responses": {"200": _answer(handler), **{str(code): _refusal(said) for code, said in _REFUSALS.items()}},
        "security": [] if handler.opt.get(PUBLIC) else [{"oauth2": []}],
    }
    if takes is not None and handler.opt.get(MULTIPART):
        operation["consumes"] = [MULTIPART]
        operation["parameters"] += _form(takes)
    elif takes is not None:
        operation["consumes"] = ["application/json", FORM]
        operation["parameters"].append({"name": "body", "in": "body", "required": True, "schema": _schema(takes)})
    return operation


def _form(shape: Any) -> list[Json]:
    file = {"name": "file", "in": "formData", "required": True, "type": "file"}
    names = [_parameter(name, "formData") for name in shape.__struct_encode_fields__]
    return [file, *names]


def _parameter(name: str, place: str, *, required: bool = False) -> Json:
    return {"name": name, "in": place, "required": required, "type": "string"}


def _answer(handler: HTTPRouteHandler) -> Json:
    shape = _returned(handler)
    if shape is Stream:
        return {"description": "The file.", "schema": {"type": "file"}}
    return {"description": "OK"} if shape is None else {"description": "OK", "schema": _schema(shape)}


def _refusal(said: str) -> Json:
    return {"description": said, "schema": {"$ref": _REFERENCE.format(name=Problem.__name__)}}


def _returned(handler: HTTPRouteHandler) -> Any:
    """Return what an operation answers with; of several the first, and None where that is nothing of ours."""
    shape = get_type_hints(handler.fn).get("return")
    if get_origin(shape) is not None and get_origin(shape) not in {list, Response}:
        shape = get_args(shape)[0]  # one shape or another
    if get_origin(shape) is Response:
        shape = get_args(shape)[0]
    return None if shape in {bytes, type(None), Any} else shape


def _schema(shape: Any) -> Json:
    [schema], _ = msgspec.json.schema_components([shape], ref_template=_REFERENCE)
    plain: Json = _plain(schema)
    return plain


def _shapes(handler: HTTPRouteHandler) -> Iterator[Any]:
    for shape in (_returned(handler), handler.opt.get(TAKES)):
        if shape is not None and shape is not Stream:
            yield shape


def _plain(schema: Any) -> Any:
    """Return a schema as version 2.0 has it, which knows neither null nor a choice of types."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    choice = schema.get("anyOf")
    if choice is None:
        return {name: _plain(value) for name, value in schema.items() if not (name == "default" and value is None)}
    real = [one for one in choice if one != {"type": "null"}]
    kept: Json = _plain(real[0]) if len(real) == 1 else {"description": "One of several shapes."}
    return kept | ({"x-nullable": True} if len(real) < len(choice) else {})


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
