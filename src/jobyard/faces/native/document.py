"""The OpenAPI 3.1 document, written from the routes themselves and from the shapes they name.

The shapes go through msgspec's own JSON Schema, which keeps every bound; the framework's document loses some.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, get_args, get_origin

import msgspec
from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream
from litestar.routes import BaseRoute, HTTPRoute

from jobyard.faces.native import login
from jobyard.faces.native.gate import PUBLIC
from jobyard.faces.native.taking import ASKED, HEADERS, TAKES
from jobyard.faces.native.wire import (
    FeedHello,
    FeedJob,
    FeedProgress,
    FeedResync,
    JobLetter,
    LogEnd,
    LogLineOut,
    PingLetter,
    Problem,
    SubjectName,
)

_REFERENCE = "#/components/schemas/{name}"
_FRAMES = (FeedHello, FeedJob, FeedProgress, FeedResync, LogLineOut, LogEnd, JobLetter, PingLetter)
"""Shapes that travel inside streams and in letters to receivers, where no answer names them."""

Json = dict[str, Any]


def document(routes: Iterable[BaseRoute], version: str) -> Json:
    """Return the document of all routes that stand in it, in a stable order."""
    found = sorted(_operations(routes), key=lambda one: (one[0], one[1]))
    shapes = list(dict.fromkeys([Problem, *_FRAMES, *(shape for _, _, handler in found for shape in _shapes(handler))]))
    references, components = msgspec.json.schema_components(shapes, ref_template=_REFERENCE)
    schemas = dict(zip(shapes, references, strict=True))
    paths: dict[str, Json] = {}
    for path, method, handler in found:
        paths.setdefault(path, {})[method.lower()] = _operation(path, method, handler, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Jobyard",
            "version": version,
            "description": "The native protocol: every job, whichever door it came through.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"basic": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": {"Problem": _problem(schemas)},
            "securitySchemes": _SCHEMES,
        },
    }


_SCHEMES: Json = {
    "token": {"type": "http", "scheme": "bearer", "description": "A key's token."},
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "A user's name with a token, or an access key with its secret key.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": login.COOKIE,
        "description": "A signed-in browser. Unsafe requests also need the header X-Requested-With: jobyard.",
    },
}


_HEADERS: Mapping[str, tuple[str, Json]] = MappingProxyType(
    {
        "Idempotency-Key": (
            "The same key with the same request never makes a second job.",
            {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
        ),
        "Last-Event-ID": (
            "The number of the last frame that was seen; the stream goes on behind it.",
            {"type": "string", "pattern": "^[0-9]{1,15}$"},
        ),
        "Range": (
            "One range of bytes, such as `bytes=1000-`; several are refused.",
            {"type": "string", "pattern": "^bytes=([0-9]{1,15}-[0-9]{0,15}|-[0-9]{1,15})$"},
        ),
        "If-Range": ("The ETag of the file of which the range is wanted.", {"type": "string"}),
        "If-None-Match": ("The ETag of the file that is there already.", {"type": "string"}),
    }
)
"""What is said of each header that a route names, and its schema."""


def _operations(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, str, HTTPRouteHandler]]:
    for route in routes:
        if not isinstance(route, HTTPRoute) or not route.path.startswith("/v1/"):
            continue
        for method, (handler, _) in route.route_handler_map.items():
            if handler.resolve_include_in_schema():
                yield route.path_format, str(method), handler


def _operation(path: str, method: str, handler: HTTPRouteHandler, schemas: dict[Any, Json]) -> Json:
    said: Json = {
        "operationId": handler.operation_id,
        "tags": [path.split("/")[2]],
        "summary": (handler.fn.__doc__ or "").strip().splitlines()[0].rstrip("."),
        "description": (handler.fn.__doc__ or "").strip(),
        "parameters": [*_in_path(path, schemas), *_in_query(handler), *_in_headers(handler)],
        "responses": _responses(path, method, handler, schemas),
    }
    body = handler.parsed_data_field
    if body is not None:
        shape = _bare(body.annotation)
        required = not body.is_optional
        said["requestBody"] = {"required": required, "content": {"application/json": {"schema": schemas[shape]}}}
    if media_type := handler.opt.get(TAKES):
        said["requestBody"] = {"required": True, "content": {media_type: {}}}
    if handler.opt.get(PUBLIC):
        said["security"] = []
    return said


def _responses(path: str, method: str, handler: HTTPRouteHandler, schemas: dict[Any, Json]) -> Json:
    responses = {str(handler.status_code): _good(handler.status_code, _answer(handler), handler, schemas)}
    for status, shape in handler.opt.get("also", {}).items():
        responses[str(status)] = _good(status, shape, handler if status == 206 else None, schemas)
    refusals = {400, 429, 500, 503}
    refusals |= set() if handler.opt.get(PUBLIC) else {401, 403}
    refusals |= {404} if "{" in path else set()
    refusals |= {401, 403, 404, 409, 507} if method not in {"GET", "HEAD"} else set()
    refusals |= {413, 415} if handler.parsed_data_field is not None else set()
    refusals |= set(handler.opt.get("refusals", ()))
    return responses | {str(status): {"$ref": "#/components/responses/Problem"} for status in sorted(refusals)}


def _good(status: int, shape: Any, handler: HTTPRouteHandler | None, schemas: dict[Any, Json]) -> Json:
    content: Json = {}
    if shape is not None:
        content["application/json"] = {"schema": schemas[shape]}
    for media_type in handler.opt.get("texts", ()) if handler else ():
        content[media_type] = {"schema": {"type": "string"} if media_type.startswith("text/") else {}}
    phrase = HTTPStatus(status).phrase
    return {"description": phrase, "content": content} if content else {"description": phrase}


def _in_path(path: str, schemas: dict[Any, Json]) -> Iterator[Json]:
    for part in path.split("/"):
        if part.startswith("{"):
            name = part.strip("{}").partition(":")[0]
            schema: Json = {"type": "string", "minLength": 1}
            if name == "subject":
                schema = {"type": "string", "enum": list(get_args(SubjectName))}
            elif name.endswith("_id"):
                schema = {"type": "string", "pattern": "^[0-9a-f]{32}$", "minLength": 32, "maxLength": 32}
            yield {"name": name, "in": "path", "required": True, "schema": schema}


def _in_query(handler: HTTPRouteHandler) -> Iterator[Json]:
    shape = handler.opt.get(ASKED)
    if shape is None:
        return
    (_,), components = msgspec.json.schema_components([shape], ref_template=_REFERENCE)
    for name, schema in components[shape.__name__]["properties"].items():
        kept = _without_null(schema)
        said = {"name": name, "in": "query", "required": False, "schema": kept}
        yield said | ({"style": "form", "explode": True} if kept.get("type") == "array" else {})


def _in_headers(handler: HTTPRouteHandler) -> Iterator[Json]:
    for name in handler.opt.get(HEADERS, ()):
        said, schema = _HEADERS[name]
        yield {"name": name, "in": "header", "required": False, "schema": schema, "description": said}


def _without_null(schema: Json) -> Json:
    """Return the schema of a parameter: one that is not there is left out, never null."""
    kinds = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    kept = kinds[0] if len(kinds) == 1 else schema
    default = schema.get("default")
    return {**kept, "default": default} if default is not None else {k: v for k, v in kept.items() if k != "default"}


def _shapes(handler: HTTPRouteHandler) -> Iterator[Any]:
    answer = _answer(handler)
    if answer is not None:
        yield answer
    yield from handler.opt.get("also", {}).values()
    if handler.parsed_data_field is not None:
        yield _bare(handler.parsed_data_field.annotation)


def _answer(handler: HTTPRouteHandler) -> Any:
    """Return the shape of a good answer's JSON; None where it has none."""
    if "answer" in handler.opt:
        return handler.opt["answer"]
    said = handler.parsed_fn_signature.return_type.annotation
    if isinstance(get_origin(said), type) and issubclass(get_origin(said), Response):
        said = get_args(said)[0]
    return None if said in {None, type(None), bytes, Any, Stream} else said


def _bare(annotation: Any) -> Any:
    kinds = [one for one in get_args(annotation) if one is not type(None)]
    return kinds[0] if kinds else annotation


def _problem(schemas: dict[Any, Json]) -> Json:
    return {
        "description": "It was not done; the body says why.",
        "content": {"application/problem+json": {"schema": schemas[Problem]}},
    }
