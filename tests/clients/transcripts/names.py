"""Names for what differs from one time to the next: ids, tokens, times and places of what clients and houses say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Exchange = dict[str, Any]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)?")
TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
KEY = re.compile(r"JYAK[0-9A-Z]{20}")
MOMENTS = (1_500_000_000_000, 2_500_000_000_000)
"""Numbers between these are milliseconds since 1970."""
LASTING = ("active_duration", "idle_duration")
"""Fields that tell how long something took."""
SAID, TOLD = ("body", "body lines", "body bytes", "path"), ("answer", "answer lines", "answer bytes")


def named(heard: list[Exchange], places: Mapping[str, str], machine: str) -> list[Exchange]:
    """Return what was heard with names for ids, tokens and places, and for the times that the house gave."""
    first = next(one["answer"]["meta"]["id"] for one in heard if "answer" in one)
    ids, numbers = re.compile(first[:5] + r"[0-9a-f]{27}(?![0-9a-f])"), dict[str, int]()
    said, scrolls = set[str | int](), dict[str, str]()

    def text(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if value == machine or value in scrolls:
            return scrolls.get(value, "box")
        for place, name in places.items():
            value = value.replace(place, name)
        value = KEY.sub("<key>", TOKEN.sub("<token>", value))
        return ids.sub(lambda found: f"<id {numbers.setdefault(found[0], len(numbers))}>", value)

    def told(value: Any) -> Any:
        if isinstance(value, str):
            return TIME.sub(lambda found: found[0] if found[0] in said else "<time>", text(value))
        if isinstance(value, int) and MOMENTS[0] < value < MOMENTS[1] and value not in said:
            return "<milliseconds>"
        return value

    written = []
    for one in heard:
        for part in SAID:
            said |= set(_times(one.get(part)))
        scroll = _scroll(one.get("answer"))
        if scroll:
            scrolls.setdefault(scroll, f"<scroll {len(scrolls)}>")
        kept = {key: each(one[key], text) for key in SAID if key in one}
        kept |= {key: each(one[key], told) for key in TOLD if key in one}
        kept["worker"] = text(one["worker"])
        written.append({key: value for key, value in {**one, **kept}.items() if value != ""})
    return written


def each(value: Any, change: Callable[[Any], Any]) -> Any:
    """Return a document with every value and every key of it changed; what lasted is a name."""
    if isinstance(value, dict):
        return {
            change(key): "<seconds>" if key in LASTING and one is not None else each(one, change)
            for key, one in value.items()
        }
    return [each(one, change) for one in value] if isinstance(value, list) else change(value)


def _scroll(answer: Any) -> str | None:
    """Return where a list that is read in parts goes on, which is the house's own way to say it."""
    data = answer.get("data") if isinstance(answer, dict) else None
    return data.get("scroll_id") if isinstance(data, dict) else None


def _times(value: Any) -> Iterator[str | int]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _times(one)
    elif isinstance(value, str):
        yield from (found[0] for found in TIME.finditer(value))
    elif isinstance(value, int):
        yield value
