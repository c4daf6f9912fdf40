"""Lists of requests, narrowed in every way: what is counted must find what a look at each request finds."""

from __future__ import annotations

import itertools
import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.faces.cvat.house import Caller, House

pytestmark = pytest.mark.anyio

FIELDS = ("status", "action", "target", "subresource", "format", "project_id", "task_id", "job_id")


def facts(row: dict[str, Any]) -> dict[str, Any]:
    operation = row["operation"]
    action, _, part = operation["type"].partition(":")
    return {
        **operation,
        "status": row["status"],
        "action": action,
        "subresource": None if part == operation["target"] else part,
    }


async def stocked(house: House, mia: Caller) -> list[dict[str, Any]]:
    """Let a user ask for work of many sorts and return how it is told, newest first."""
    project = await mia.made("projects", name="zoo", labels=[{"name": "cat"}])
    task = await mia.task("a.png", "b.png", project_id=project["id"])
    other = await mia.task("c.png", name="dogs")
    job = (await mia.got(f"/jobs?task_id={task['id']}"))["results"][0]["id"]
    places = [f"projects/{project['id']}", f"tasks/{task['id']}", f"tasks/{other['id']}", f"jobs/{job}"]
    for place, pictures, format_ in itertools.product(places, (True, False), ("COCO 1.0", "YOLO 1.1")):
        path = f"/{place}/dataset/export?format={quote(format_)}&save_images={pictures}"
        assert (await mia("POST", path)).status_code == 202
        if place == places[1]:
            await house.work()
    for place in places[:2]:
        assert (await mia("POST", f"/{place}/backup/export")).status_code == 202
    said = json.dumps({"images": [], "annotations": [], "categories": []}).encode()
    for place in places[1:]:
        files = {"annotation_file": ("a.json", said, "application/json")}
        answer = await mia("POST", f"/{place}/annotations?format=COCO%201.0", files=files)
        assert answer.status_code == 202, answer.text
    restored = await mia("POST", "/tasks/backup", files={"task_file": ("a.zip", b"x", "application/zip")})
    assert restored.status_code == 202, restored.text
    await house.submit(kind="dataset.export", parameters={"dataset": "dogs", "format": "PASCAL VOC 1.1"})
    rows: list[dict[str, Any]] = (await mia.got("/requests?page_size=all"))["results"]
    return rows


async def test_every_way_to_narrow_finds_what_a_look_at_each_finds(house: House) -> None:
    mia = house.caller()
    rows = await stocked(house, mia)
    told = [(row["id"], facts(row)) for row in rows]
    values = {field: {one[field] for _, one in told} for field in FIELDS}
    assert len(values["target"]) == 3 and len(values["subresource"]) == 4 and len(rows) == 25

    async def listed(query: str) -> list[str]:
        return [one["id"] for one in (await mia.got(f"/requests?page_size=all&{query}"))["results"]]

    asked = [((field, value),) for field in FIELDS for value in values[field] if value is not None]
    pairs = [one + two for one, two in itertools.combinations(asked, 2) if one[0][0] != two[0][0]]
    for pair in [*asked, *pairs[::13]]:
        wanted = [id_ for id_, one in told if all(one[field] == value for field, value in pair)]
        assert await listed("&".join(f"{field}={quote(str(value))}" for field, value in pair)) == wanted, pair
        rule = json.dumps({"and": [{"==": [{"var": field}, value]} for field, value in pair]})
        assert await listed(f"filter={quote(rule)}") == wanted, rule
        if any(field.endswith("_id") for field, _ in pair):
            continue
        rule = json.dumps({"!": {"or": [{"==": [{"var": field}, value]} for field, value in pair]}})
        wanted = [id_ for id_, one in told if not any(one[field] == value for field, value in pair)]
        assert await listed(f"filter={quote(rule)}") == wanted, rule
    rule = quote(json.dumps({"in": [{"var": "target"}, ["job", "project"]]}))
    wanted = [id_ for id_, one in told if one["target"] in {"job", "project"}]
    assert await listed(f"filter={rule}&sort=created_date") == wanted[::-1]
    found = list[str]()
    for page in range(1, 4):
        found += [one["id"] for one in (await mia.got(f"/requests?filter={rule}&page_size=4&page={page}"))["results"]]
    assert found == wanted[:12]
    by_status = sorted(told, key=lambda pair: pair[1]["status"])
    assert await listed("sort=status") == [id_ for id_, _ in by_status]


async def test_what_the_counts_tell_is_looked_at_nowhere(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    mia = house.caller()
    await stocked(house, mia)

    def never(*_: Any) -> None:
        raise AssertionError("a request was looked at")

    monkeypatch.setattr("jobyard.engine.strips._outlines", never)
    rule = quote(json.dumps({"or": [{"==": [{"var": "target"}, "job"]}, {"==": [{"var": "format"}, "YOLO 1.1"]}]}))
    for query in ("target=task&subresource=dataset", f"action=export&filter={rule}", "status=finished&target=job"):
        assert (await mia("GET", f"/requests?{query}")).status_code == 200, query
