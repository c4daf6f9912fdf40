"""Lists of requests, narrowed in every way: what is counted must find what a look at each request finds."""

from __future__ import annotations

import itertools
import json
from typing import Any
from urllib.parse import quote

import pytest

from jobyard.engine import strips
from jobyard.engine.submission import Submission
from jobyard.job.filters import Filter
from jobyard.people.record import Actor, Role
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
    second = (await mia.got(f"/jobs?task_id={other['id']}"))["results"][0]["id"]
    places = [f"projects/{project['id']}", f"tasks/{task['id']}", f"tasks/{other['id']}", f"jobs/{job}"]
    for place, pictures, format_ in itertools.product(places, (True, False), ("COCO 1.0", "YOLO 1.1")):
        path = f"/{place}/dataset/export?format={quote(format_)}&save_images={pictures}"
        assert (await mia("POST", path)).status_code == 202
        if place == places[1]:
            await house.work()
    for place in places[1::-1]:
        answer = await mia("POST", f"/{place}/backup/export")
        assert answer.status_code == 202
        started = answer.json()["rq_id"]
    said = json.dumps({"images": [], "annotations": [], "categories": []}).encode()
    for place in places[1:]:
        files = {"annotation_file": ("a.json", said, "application/json")}
        answer = await mia("POST", f"/{place}/annotations?format=COCO%201.0", files=files)
        assert answer.status_code == 202, answer.text
    restored = await mia("POST", "/tasks/backup", files={"task_file": ("a.zip", b"x", "application/zip")})
    assert restored.status_code == 202, restored.text
    first = await house.engine.ledger.read(lambda view: view.job(started))
    assert first is not None
    zoo = {"collection": first.parameters["collection"]}
    for parameters in ({"dataset": "dogs"}, {"dataset": "dogs", "assignment": second}, zoo):
        await house.submit(kind="dataset.export", parameters={**parameters, "format": "PASCAL VOC 1.1"})
    rows: list[dict[str, Any]] = (await mia.got("/requests?page_size=all"))["results"]
    return rows


async def test_every_way_to_narrow_finds_what_a_look_at_each_finds(house: House) -> None:
    mia = house.caller()
    rows = await stocked(house, mia)
    told = [(row["id"], facts(row)) for row in rows]
    values = {field: {one[field] for _, one in told} for field in FIELDS}
    assert len(values["target"]) == 3 and len(values["subresource"]) == 4 and len(rows) == 27

    async def listed(query: str) -> list[str]:
        return [one["id"] for one in (await mia.got(f"/requests?page_size=all&{query}"))["results"]]

    asked = [((field, value),) for field in FIELDS for value in values[field] if value is not None]
    pairs = [one + two for one, two in itertools.combinations(asked, 2) if one[0][0] != two[0][0]]
    for pair in [*asked, *pairs[::13]]:
        wanted = [id_ for id_, one in told if all(one[field] == value for field, value in pair)]
        assert await listed("&".join(f"{field}={quote(str(value))}" for field, value in pair)) == wanted, pair
        rule = json.dumps({"and": [{"==": [{"var": field}, value]} for field, value in pair]})
        assert await listed(f"filter={quote(rule)}") == wanted, rule
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


async def test_an_organization_narrows_a_list_whatever_else_does(house: House) -> None:
    team = await house.project("team", mia=Role.MEMBER)
    mia, inside = house.caller(), house.caller(X_Organization="team")
    for come, name in ((mia, "mine"), (inside, "ours")):
        task = await come.task("a.png", name=name)
        for pictures in (True, False):
            path = f"/tasks/{task['id']}/dataset/export?format=COCO%201.0&save_images={pictures}"
            assert (await mia("POST", path)).status_code == 202
    actor = Actor(name="mia", role=Role.MEMBER, projects={team: Role.MEMBER})
    for project, name in ((team, "ours"), (None, "mine")):
        said = {"dataset": name, "format": "COCO 1.0"}
        await house.engine.jobs.submit(actor, Submission(kind="dataset.export", project=project, parameters=said))
    rows = (await mia.got("/requests?page_size=all"))["results"]
    number = next(row["operation"]["org_id"] for row in rows if row["operation"]["org_id"])
    ours = {row["id"] for row in rows if row["operation"]["org_id"] == number}
    assert (len(ours), len(rows)) == (4, 8)
    rule = quote(json.dumps({"!": {"==": [{"var": "task_id"}, task["id"]]}}))
    for query in ("", "&action=export&subresource=annotations", f"&task_id={task['id']}", f"&filter={rule}"):
        wanted = [row["id"] for row in (await mia.got(f"/requests?page_size=all{query}"))["results"]]
        for place, held in (("org=team", ours), (f"org_id={number}", ours), ("org=", {*wanted} - ours)):
            found = await mia.got(f"/requests?page_size=all&{place}{query}")
            assert [row["id"] for row in found["results"]] == [one for one in wanted if one in held], (place, query)
            assert found["count"] == len(found["results"])
    assert (await inside.got("/requests"))["count"] == 4
    assert (await house.caller("max")("GET", f"/requests?org_id={number}")).status_code == 403


async def test_numbers_joined_in_any_way_find_what_a_look_at_each_finds(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    mia = house.caller()
    rows = await stocked(house, mia)
    told = [(row["id"], facts(row)) for row in rows]
    numbers = sorted({(field, one[field]) for field in FIELDS[-3:] for _, one in told if one[field] is not None})
    outlines = strips._outlines

    def few(view: Any, group: Filter, strip: Any) -> Any:
        assert group.marked is not None or group.resource_id is not None, "each request was looked at"
        return outlines(view, group, strip)

    monkeypatch.setattr("jobyard.engine.strips._outlines", few)

    async def require(rule: Any, wanted: list[str]) -> None:
        answer = await mia.got(f"/requests?page_size=all&filter={quote(json.dumps(rule))}")
        assert ([one["id"] for one in answer["results"]], answer["count"]) == (wanted, len(wanted)), rule

    assert len(numbers) == 5
    for (field, value), (second, number) in itertools.combinations(numbers, 2):
        one, two = {"in": [{"var": field}, [value, "x", 99]]}, {"==": [number, {"var": second}]}
        queued = {"==": [{"var": "status"}, "queued"]}
        either = [id_ for id_, it in told if it[field] == value or it[second] == number]
        await require({"or": [one, two]}, either)
        await require({"!": {"or": [one, two]}}, [id_ for id_, _ in told if id_ not in either])
        await require(
            {"and": [{"!": one}, two]}, [id_ for id_, it in told if it[field] != value and it[second] == number]
        )
        await require(
            {"or": [queued, one]}, [id_ for id_, it in told if it["status"] == "queued" or it[field] == value]
        )
        await require({"!=": [{"var": field}, float(value)]}, [id_ for id_, it in told if it[field] != value])


async def test_requests_about_what_is_gone_are_found_by_its_numbers(house: House) -> None:
    mia = house.caller()
    rows = await stocked(house, mia)
    gone = {one["task_id"] for _, one in ((row["id"], facts(row)) for row in rows)} - {None}
    for number in sorted(gone):
        assert (await mia("DELETE", f"/tasks/{number}")).status_code == 204
    told = [(row["id"], facts(row)) for row in (await mia.got("/requests?page_size=all"))["results"]]
    assert len(told) == len(rows)
    numbers = sorted({(field, one[field]) for field in FIELDS[-3:] for _, one in told if one[field] is not None})
    assert len(numbers) == 5
    for field, value in numbers:
        wanted = [id_ for id_, one in told if one[field] == value]
        found = (await mia.got(f"/requests?page_size=all&{field}={value}"))["results"]
        assert [one["id"] for one in found] == wanted, field
        assert (await mia.got(f"/requests?page_size=1&page={len(wanted)}&{field}={value}"))["results"][0][
            "id"
        ] == wanted[-1]


async def test_what_the_counts_tell_is_looked_at_nowhere(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    mia = house.caller()
    await stocked(house, mia)

    def never(*_: Any) -> None:
        raise AssertionError("a request was looked at")

    monkeypatch.setattr("jobyard.engine.strips._outlines", never)
    rule = quote(json.dumps({"or": [{"==": [{"var": "target"}, "job"]}, {"==": [{"var": "format"}, "YOLO 1.1"]}]}))
    for query in ("target=task&subresource=dataset", f"action=export&filter={rule}", "status=finished&target=job"):
        assert (await mia("GET", f"/requests?{query}")).status_code == 200, query
