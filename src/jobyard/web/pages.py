"""web: the addresses under which the page is found. All of its own answer with the page; its script finds the place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from litestar import HttpMethod, Request, Response, route
from litestar.handlers import HTTPRouteHandler

from jobyard.web.problems import Lost
from jobyard.web.shelf import ASSETS, INDEX, Asset, read

PLACES = (
    "/",
    "/login",
    "/jobs",
    "/jobs/{id:str}",
    "/datasets",
    "/datasets/{id:str}",
    "/workflows",
    "/workflows/{id:str}",
    "/schedules",
    "/workers",
    "/keys",
    "/webhooks",
    "/users",
    "/house",
)
"""Every address of the page; the script's own list (`places.ts`) names the same ones."""

POLICY: Mapping[str, str] = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "svelte-trusted-html jobyard-worker",
}
"""Nothing from elsewhere, nothing inline, nothing in a frame; text cannot become script."""

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in POLICY.items()),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What every answer of this room carries."""

FOR_EVER = "public, max-age=31536000, immutable"
"""For files whose name holds the hash of what is in them."""
ASK_AGAIN = "no-cache"

NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Jobyard</title>
<h1>The page was not built</h1>
<p>This Jobyard runs from a source tree in which the Requests page has not been built yet.
Build it with <code>python hatch_build.py</code> in the source tree and start the server again.</p>
<p>Everything else works: the API under <code>/v1</code>, the clients' protocols and the command line.</p>
</html>
"""

_METHODS = (HttpMethod.GET, HttpMethod.HEAD)


def pages(folder: Path = ASSETS) -> list[HTTPRouteHandler]:
    """Return the routes of the page and its files, read from `folder` once, now. None of them needs a login."""
    shelf = read(folder)
    return [_page(shelf.get(INDEX)), _assets(shelf)]


def lost(folder: Path = ASSETS) -> Lost:
    """Return who shows people the page where an address leads nowhere: it says so, and leads on. Programs get none."""
    index = read(folder).get(INDEX)

    def shown(request: Request[Any, Any, Any]) -> Response[bytes] | None:
        person = request.method in _METHODS and "text/html" in request.headers.get("accept", "")
        if index is None or not person:
            return None
        form = index.form(request.headers.get("accept-encoding", ""))
        return _answer(form.body, index.media_type, 404, {"Content-Encoding": form.encoding} if form.encoding else None)

    return shown


def _page(index: Asset | None) -> HTTPRouteHandler:
    @route(list(PLACES), http_method=_METHODS, sync_to_thread=False, include_in_schema=False)
    def page(request: Request[Any, Any, Any]) -> Response[bytes]:
        """Answer with the page, or say that it was not built."""
        if index is None:
            return _answer(NOT_BUILT.encode(), "text/html", 503)
        return _asset(request, index, ASK_AGAIN)

    return page


def _assets(shelf: Mapping[str, Asset]) -> HTTPRouteHandler:
    @route("/assets/{name:str}", http_method=_METHODS, sync_to_thread=False, include_in_schema=False)
    def asset(request: Request[Any, Any, Any]) -> Response[bytes]:
        """Answer with a built file. The name is looked up, never joined to a folder."""
        name = request.path_params["name"]
        found = shelf.get(name)
        if found is None or name == INDEX:
            return _answer(b"There is no such file.\n", "text/plain", 404)
        return _asset(request, found, FOR_EVER)

    return asset


def _asset(request: Request[Any, Any, Any], asset: Asset, caching: str) -> Response[bytes]:
    form = asset.form(request.headers.get("accept-encoding", ""))
    headers = {"Cache-Control": caching, "ETag": form.etag}
    if _has(request.headers.get("if-none-match", ""), form.etag):
        return _answer(b"", asset.media_type, 304, headers)
    if form.encoding:
        headers["Content-Encoding"] = form.encoding
    return _answer(form.body, asset.media_type, 200, headers)


def _has(known: str, etag: str) -> bool:
    return known.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in known.split(","))


def _answer(body: bytes, media_type: str, status: int, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    all_headers = {"Cache-Control": "no-store", **HEADERS, **(headers or {})}
    return Response(body, status_code=status, media_type=media_type, headers=all_headers)
