"""Says to a house what clients once said to another, and compares what it answers with what they were answered."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from tests.clients.transcripts.names import MOMENTS, TIME, each
from tests.faces.clearml.house import Answer, basic

PLACE = Path(__file__).parents[2] / "clients" / "transcripts"
HOUSE = "http://jobs.example"
TOKEN = r"eyJ[\w-]+\.[\w-]+\.[\w-]+"
_NAME = re.compile(r"<(?:id \d+|scroll \d+|token|time|house|key)>")


def transcript(name: str) -> list[dict[str, Any]]:
    """Return what was written down."""
    return [json.loads(line) for line in gzip.decompress((PLACE / f"{name}.jsonl.gz").read_bytes()).splitlines()]


class Asked(Protocol):
    """What answers: a house in this process, or one behind a socket."""

    async def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer: ...


class Replay:
    """Says a transcript to a house as its administrator. What names stand for comes from the answers."""

    def __init__(self, house: Asked, access: str, secret: str) -> None:
        self.house = house
        self.headers = {"authorization": basic(access, secret)}
        self.bound: dict[str, str] = {"<house>": HOUSE, "<key>": access}

    async def differences(self, said: list[dict[str, Any]]) -> list[str]:
        """Say everything; return where the answers differ."""
        found = list[str]()
        for number, one in enumerate(said):
            answer = await self._say(one)
            where = f"{number} {one['path'].partition('?')[0]}"
            found += self._different(one, answer, where)
        return found

    async def _say(self, one: dict[str, Any]) -> Answer:
        content = b""
        if "body" in one:
            content = json.dumps(each(one["body"], self._meant)).encode()
        elif "body lines" in one:
            content = b"\n".join(json.dumps(each(line, self._meant)).encode() for line in one["body lines"])
        elif "body bytes" in one:
            content = self._meant(one["body bytes"]).encode("latin-1")
        headers = dict(self.headers)
        headers |= {"content-type": one["type"]} if "type" in one else {}
        headers |= {"x-clearml-worker": one["worker"]} if "worker" in one else {}
        return await self.house.ask(one["method"], self._meant(one["path"]), content, **headers)

    def _meant(self, value: Any) -> Any:
        """Return a value with what its names stand for. What nobody was told of before is the client's own."""
        if not isinstance(value, str):
            return value
        return _NAME.sub(lambda found: self.bound.setdefault(found[0], _made(found[0])), value)

    def _different(self, one: dict[str, Any], answer: Answer, where: str) -> Iterator[str]:
        kind = answer.headers.get("content-type", "")
        if (one["status"], one.get("answer type", "")) != (answer.status, kind):
            wanted = f"{one['status']} {one.get('answer type')}"
            yield f"{where}: {answer.status} {kind}, not {wanted}: {answer.body[:500]!r}"
        elif "answer" in one:
            yield from self._unlike(one["answer"], answer.json, where)
        elif one["method"] != "HEAD":
            yield from self._unlike(one.get("answer bytes", ""), answer.body.decode("latin-1"), where)

    def _unlike(self, expected: Any, found: Any, where: str) -> Iterator[str]:
        if isinstance(expected, dict) and isinstance(found, dict):
            keys = {self._meant(key): key for key in expected}
            yield from (f"{where}.{key} is missing" for key in keys.keys() - found.keys())
            yield from (f"{where}.{key} is too much" for key in found.keys() - keys.keys())
            for key in [key for key in keys if key in found]:
                yield from self._unlike(expected[keys[key]], found[key], f"{where}.{key}")
        elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
            for place, (one, other) in enumerate(zip(expected, found, strict=True)):
                yield from self._unlike(one, other, f"{where}[{place}]")
        elif not self._same(expected, found):
            yield f"{where} is {found!r}, not {expected!r}"

    def _same(self, expected: Any, found: Any) -> bool:
        if expected == "<milliseconds>":
            return isinstance(found, int) and MOMENTS[0] < found < MOMENTS[1]
        if expected == "<seconds>":
            return isinstance(found, int) and found >= 0
        if isinstance(expected, str) and isinstance(found, str):
            return self._fits(expected, found)
        return type(expected) is type(found) and bool(expected == found)

    def _fits(self, expected: str, found: str) -> bool:
        """Tell whether a text is the expected one, and take what names in it stand for that nobody knew yet."""
        groups: list[str] = []
        pattern, at = "", 0
        for name in _NAME.finditer(expected):
            pattern += re.escape(expected[at : name.start()]) + self._pattern(name[0], groups)
            at = name.end()
        matched = re.fullmatch(pattern + re.escape(expected[at:]), found)
        if matched is not None:
            self.bound |= dict(zip(groups, matched.groups(), strict=True))
        return matched is not None

    def _pattern(self, name: str, groups: list[str]) -> str:
        if name == "<time>":
            return f"(?:{TIME.pattern.replace('(', '(?:')})"
        if name == "<token>":
            return f"(?:{TOKEN})"
        if name in self.bound:
            return re.escape(self.bound[name])
        if name in groups:
            return f"(?:\\{groups.index(name) + 1})"
        groups.append(name)
        return "(.+)" if name.startswith("<scroll") else "([0-9a-f]{32})"


def _made(name: str) -> str:
    return hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
