"""The app that serves this face: it finds the action, knows who calls, reads what was said, and wraps the answer.

A plain ASGI application, since every call has the same form and clients make very many.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar.exceptions import HTTPException

from jobyard.faces.clearml import faults
from jobyard.faces.clearml.actions import Action, Download, said, table
from jobyard.faces.clearml.faults import Said
from jobyard.faces.clearml.files import Files
from jobyard.faces.clearml.links import page_of
from jobyard.faces.clearml.login import Comer, Login
from jobyard.faces.clearml.paths import FILES, Version, version_of
from jobyard.faces.clearml.refusals import BadPath, NoAction, NotBatch
from jobyard.faces.clearml.registry import ACTIONS
from jobyard.faces.clearml.surroundings import NEWEST, Call, Surroundings
from jobyard.faces.clearml.wire import In, Json
from jobyard.job.errors import Invalid
from jobyard.job.ids import new_id
from jobyard.people.record import Actor, KeyScope, Role

_HELD_BACK = 1.0
"""Seconds before an answer that clients take for a reason to ask again at once: any beyond 500."""
_METHODS = frozenset({"GET", "POST", "PUT"})
_FIELDS = 1_000
_FIRST: Version = (2, 1)
"""The version in which clients first came; older ones are told what it says."""
_LONG = 256 * 1024
"""Bytes of a batch that is read beside the event loop."""
_NOBODY = Actor(name="", role=Role.VIEWER, scope=KeyScope.DESK)
"""Who calls what needs no login: somebody who may do nothing."""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class ClearmlApp:
    """The application."""

    def __init__(self, house: Surroundings) -> None:
        self.house = house
        self.actions = table(ACTIONS)
        self.login = Login(house.engine.people, house.engine.ledger.clock)
        self.files = Files(house, self.login)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        if scope["path"].lstrip("/").partition("/")[0] == FILES:
            await self.files(scope, receive, send)
            return
        page = page_of(scope["path"]) if scope["method"] in {"GET", "HEAD"} else None
        if page is not None:
            scope["path_template"] = "/projects/{project}/tasks/{task}"
            headers = [(b"location", page.encode("ascii")), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 302, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await _Exchange(self, scope, receive, send).held()


class _Exchange:
    """One call on its way through."""

    def __init__(self, app: ClearmlApp, scope: Scope, receive: Receive, send: Send) -> None:
        self._app = app
        self._scope = scope
        self._receive = receive
        self._send = send
        self._headers: Mapping[bytes, bytes] = dict(scope["headers"])
        self._id = str(scope.get("state", {}).get("request_id") or new_id())
        self._name = ""
        self._version: Version = NEWEST
        self._actual = ""
        self._cookie = ""
        self._file = ""
        self._left = False

    async def held(self) -> None:
        """Answer the call."""
        if self._scope["method"] == "OPTIONS":
            await self._answer(200, b"", "text/plain")
            return
        if self._headers.get(b"content-encoding", b"identity").lower() not in {b"identity", b""}:
            await self._answer(415, b"Content encodings are not supported.", "text/plain; charset=utf-8")
            return
        try:
            answer = await self._answered()
        except HTTPException as error:
            await self._refuse(Said(error.status_code, 0, error.detail or "Invalid request"))
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever went wrong, clients are told in their words
            await self._refuse(faults.of(error, self._name, said(self._version), self._id))
        else:
            if isinstance(answer, Download):
                self._file = answer.name
                await self._answer(200, answer.content, answer.media_type)
            else:
                await self._wrap(Said(200, 0, "OK"), answer)

    async def _answered(self) -> Any:
        action = self._found()
        self._scope["path_template"] = f"/{action.name}"
        comer = await self._known(action)
        call = await self._call(action, comer)
        told = _told(call.body, action.takes)
        if action.name == "auth.login":
            call = await self._fresh(call, comer)
        answer = await action.run(call, told)
        self._left = action.name == "auth.logout"
        return answer

    def _found(self) -> Action:
        """Return the action that the address names. Raises BadPath or NoAction."""
        path: str = self._scope["path"]
        parts = path.strip("/").split("/")
        version = None
        if len(parts) == 2 and parts[0].startswith("v"):
            version = version_of(parts.pop(0)[1:])
            if version is None:
                raise BadPath(path[:200])
        if len(parts) != 1 or self._scope["method"] not in _METHODS:
            raise BadPath(path[:200])
        self._name = parts[0]
        service, dot, verb = self._name.partition(".")
        if not (service and dot and verb) or len(self._name) > 200:
            raise BadPath(path[:200])
        self._version = version or NEWEST
        action = self._app.actions.get(self._name)
        if action is None or action.since > max(self._version, _FIRST):
            raise NoAction
        self._actual = said(action.since)
        return action

    async def _known(self, action: Action) -> Comer | None:
        if action.public:
            return None
        client = self._scope.get("client")
        comer = await self._app.login.comer(self._headers, client[0] if client else "")
        self._scope["user"] = comer.actor
        return comer

    async def _call(self, action: Action, comer: Comer | None) -> Call:
        body = await self._whole()
        lines = list[Json]()
        kind = self._headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if action.batch or kind == b"application/json-lines":
            # A long batch takes its time, and others are not to wait for it.
            lines = await asyncio.to_thread(_lines, body) if len(body) > _LONG else _lines(body)
            found = dict[str, Any]()
            if not action.batch:
                found = lines[0] if lines else {}
        elif kind == b"application/x-www-form-urlencoded" and body.lstrip()[:1] != b"{":
            found = _merged({}, body)
        else:
            found = _object(body)
        if self._scope["query_string"]:
            found = _merged(found, self._scope["query_string"])
        client = self._scope.get("client")
        worker = self._headers.get(b"x-clearml-worker") or self._headers.get(b"x-trains-worker") or b""
        return Call(
            house=self._app.house,
            actor=comer.actor if comer is not None else _NOBODY,
            key=None if comer is None else comer.key,
            version=self._version,
            body=found,
            lines=lines,
            worker=worker.decode("latin-1")[:200],
            address=client[0] if client else "",
        )

    async def _fresh(self, call: Call, comer: Comer | None) -> Call:
        """Return the call of a login with the token that it gives out, which also becomes a cookie."""
        if comer is None:
            return call
        access, known = await self._app.login.access(comer, self._headers, call.address)
        seconds = call.body.get("expiration_sec")
        self._cookie = self._app.login.token(known, access, seconds if isinstance(seconds, int) else None)
        return Call(
            house=call.house,
            actor=known.actor,
            key=known.key,
            version=call.version,
            body=call.body,
            token=self._cookie,
            address=call.address,
        )

    async def _whole(self) -> bytes:
        pieces, more = list[bytes](), True
        while more:
            message = await self._receive()
            pieces.append(message.get("body", b""))
            more = message.get("more_body", False)
        return b"".join(pieces)

    async def _refuse(self, refused: Said) -> None:
        if refused.code > 500:
            await asyncio.sleep(_HELD_BACK)
        await self._wrap(refused, {})

    async def _wrap(self, told: Said, data: Any) -> None:
        trx = self._headers.get(b"x-clearml-trx") or self._headers.get(b"x-trains-trx") or b""
        versions: dict[str, Any] = {"requested_version": said(self._version), "actual_version": self._actual or None}
        if self._version < (2, 1):
            versions = {key: value and float(value) for key, value in versions.items()}
        meta = {
            "id": self._id,
            "trx": trx.decode("latin-1")[:200] or self._id,
            "endpoint": {"name": self._name, **versions},
            "result_code": told.code,
            "result_subcode": told.subcode,
            "result_msg": told.text,
            "error_stack": None,
            "error_data": {},
        }
        await self._answer(told.code, _encoded({"meta": meta, "data": data}), "application/json")

    async def _answer(self, status: int, body: bytes, media_type: str) -> None:
        headers = [
            (b"content-type", media_type.encode("ascii")),
            (b"content-length", str(len(body)).encode("ascii")),
        ]
        if self._file:
            headers.append((b"content-disposition", f'attachment; filename="{self._file}"'.encode("latin-1")))
        if (self._cookie or self._left) and status == 200:
            ended = "; Max-Age=0" if self._left else ""
            secure = "; Secure" if self._app.house.base_url().startswith("https:") else ""
            cookie = f"clearml_token_basic={self._cookie}; Path=/; HttpOnly; SameSite=Strict{secure}{ended}"
            headers.append((b"set-cookie", cookie.encode("latin-1")))
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body, "more_body": False})


def _told(body: Json, shape: type[In]) -> In:
    try:
        return msgspec.convert(body, shape)
    except msgspec.ValidationError as error:
        try:
            # A number without a fraction is whole, however it is written.
            return msgspec.convert(_unbroken(body), shape)
        except msgspec.ValidationError:
            raise faults.unfit(error) from None


def _unbroken(said_: Any) -> Any:
    if isinstance(said_, dict):
        return {name: _unbroken(one) for name, one in said_.items()}
    if isinstance(said_, list):
        return [_unbroken(one) for one in said_]
    return int(said_) if isinstance(said_, float) and said_.is_integer() else said_


def _encoded(document: Json) -> bytes:
    return msgspec.json.encode(document)


def _object(body: bytes) -> Json:
    if not body.strip():
        return {}
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotBatch(reason=f"Invalid request (the body is no JSON: {error})") from None
    if not isinstance(found, dict):
        raise Invalid(reason="the body is no JSON object")
    return found


def _lines(body: bytes) -> list[Json]:
    found = list[Json]()
    # A single object may stand over several lines.
    pieces = [body] if body.lstrip()[:1] == b"{" and not _starts(body) else body.splitlines()
    for piece in pieces:
        if not piece.strip():
            continue
        try:
            one = msgspec.json.decode(piece)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise NotBatch(reason=f"Invalid request (a line is no JSON: {error})") from None
        if not isinstance(one, dict):
            raise NotBatch(reason=f"json lines must contain objects, found: {type(one).__name__}")
        found.append(one)
    return found


def _starts(body: bytes) -> bool:
    """Tell whether the first line is an object by itself."""
    try:
        msgspec.json.decode(body.partition(b"\n")[0])
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _merged(body: Json, query: bytes) -> Json:
    """Return a body with arguments of the address merged in: dotted names nest, repeated ones make lists."""
    try:
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=_FIELDS, errors="strict")
    except (ValueError, UnicodeDecodeError):
        raise NotBatch(reason="Invalid request (the arguments cannot be read)") from None
    found = dict(body)
    values: dict[str, list[Any]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(_typed(value))
    for name, several in values.items():
        listed = name.endswith("[]") or len(several) > 1
        _nest(found, name.removesuffix("[]").split("."), several if listed else several[0])
    return found


def _nest(found: Json, path: list[str], value: Any) -> None:
    for part in path[:-1]:
        inner = found.get(part)
        found[part] = dict(inner) if isinstance(inner, dict) else {}
        found = found[part]
    found[path[-1]] = value


def _typed(text: str) -> Any:
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if text.isascii() and text.isdecimal() and len(text) <= 18:
        return int(text)
    whole, dot, part = text.partition(".")
    if dot and (whole + part).isdecimal() and whole and part and len(text) <= 30:
        return float(text)
    return text
