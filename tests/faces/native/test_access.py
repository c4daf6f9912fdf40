"""Who may: every route without a login, with another's job, with too small a role, with a narrow key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.routes import ASGIRoute, HTTPRoute

from jobyard.faces.native.taking import TAKES
from jobyard.job.states import State
from jobyard.people.record import HOUSE, KeyScope, Role
from tests.faces.native.house import House

pytestmark = pytest.mark.anyio

Route = tuple[str, str, HTTPRouteHandler]

BODIES: dict[str, Any] = {
    "submitJob": {"kind": "test.count"},
    "releaseJob": {},
    "keepJob": {},
    "editJob": {"priority": 1},
    "runJobAgain": {},
    "changeJobs": {"verb": "cancel", "filter": {}},
    "setLimit": {"queued": 1},
    "addSchedule": {"name": "s", "kind": "test.count", "cron": "@daily"},
    "changeSchedule": {"priority": 1},
    "previewSchedule": {"cron": "@daily"},
    "pauseSchedule": {},
    "beatJob": {"attempt": 1},
    "reportJob": {"attempt": 1, "done": 1},
    "finishJob": {"attempt": 1},
    "failJob": {"attempt": 1, "message": "x"},
    "stopJob": {"attempt": 1},
    "addUser": {"name": "new", "password": "long enough"},
    "changeUser": {"disabled": True},
    "setPassword": {"password": "long enough"},
    "addKey": {},
    "makeCredentials": {},
    "addProject": {"name": "p"},
    "setMember": {"role": "member"},
    "addDataset": {"name": "d", "source": "/tmp"},
    "addCollection": {"name": "c"},
    "changeCollection": {"description": "c"},
    "changeCollectionLabels": {},
    "beginUpload": {"purpose": "backup", "name": "a.zip", "length": 1},
    "changeDataset": {"description": "d"},
    "changeLabels": {},
    "changeAnnotations": {},
    "labelSamples": {"samples": []},
    "deleteSamples": {"samples": []},
    "addGroundTruth": {"frames": [0]},
    "divideDataset": {},
    "prune": {"older_than_days": 1},
    "setRule": {"days": 1},
    "countRule": {"days": 1},
    "cloneExperiment": {},
    "enqueueExperiment": {"queue": "default"},
    "archiveExperiment": {},
    "changeWorkflow": {"comments": "c"},
    "runWorkflow": {},
    "addWorkflowCollection": {"name": "c"},
    "changeWorkflowCollection": {"name": "c"},
    "shareWithUser": {},
    "shareWithGroup": {},
    "addGroup": {"name": "g"},
    "changeGroup": {"name": "g"},
    "setEndpoint": {"url": "https://example.org", "allowed": ["bucket"]},
    "backup": {"folder": "/tmp/never"},
    "addWebhook": {"url": "https://example.org/hook"},
    "changeWebhook": {"active": False},
    "signIn": {"user": "mia", "password": "x"},
}
"""A body that fits, for each operation that takes one."""


def routes(house: House) -> Iterator[Route]:
    """Give out every route of the face: method, path with its parameters filled in, handler."""
    for route in house.app.routes:
        if isinstance(route, HTTPRoute) and route.path.startswith("/v1"):
            for method, (handler, _) in route.route_handler_map.items():
                yield str(method), route.path_format, handler


def filled(path: str, job: str = "0" * 32) -> str:
    named = {"{user}": "max", "{name}": "x", "{subject}": "queue", "{about}": "kind", "{queue}": "q", "{worker}": "w"}
    for name, value in {"{job_id}": job, **named}.items():
        path = path.replace(name, value)
    ids = ("dataset", "schedule", "key", "project", "webhook", "sample", "workflow", "file", "group")
    for name in (f"{{{one}_id}}" for one in ids):
        path = path.replace(name, "0" * 32)
    for name in ("{collection_id}", "{upload_id}"):
        path = path.replace(name, "0" * 32)
    path = path.replace("{group}", "backups").replace("{event}", "1").replace("{frame}", "0")
    path = path.replace("{right}", "python")
    assert "{" not in path
    return path


def writes(method: str, handler: HTTPRouteHandler) -> bool:
    return method not in {"GET", "HEAD", "OPTIONS"} and not handler.opt.get("public")


async def ask(client: httpx2.AsyncClient, method: str, path: str, handler: HTTPRouteHandler) -> httpx2.Response:
    body = BODIES.get(str(handler.operation_id))
    assert body is not None or handler.parsed_data_field is None, handler.operation_id
    if TAKES in handler.opt:
        return await client.request(method, path, content=b"x", headers={"Content-Type": handler.opt[TAKES]})
    return await client.request(method, path, json=body)


async def test_every_route_asks_who_comes_before_anything_else(house: House) -> None:
    asked = 0
    async with house.client(None) as nobody, house.client(token="jy_wrong") as stranger:
        for method, path, handler in routes(house):
            if handler.opt.get("public"):
                continue
            for client in (nobody, stranger):
                answer = await client.request(method, filled(path), content=b"no JSON")
                assert answer.status_code == 401, f"{method} {path}"
                assert answer.headers["www-authenticate"].startswith("Bearer")
            asked += 1
        for verb in ["claim", "beat", "report", "finish", "give_back", "call", "nothing"]:
            assert (await nobody.post(f"/v1/desk/{verb}")).status_code == 401
        assert (await nobody.put(f"/v1/desk/files/{'0' * 32}/1/x")).status_code == 401
    assert asked > 50


async def test_only_signing_in_and_the_document_are_public(house: House) -> None:
    public = {(method, path) for method, path, handler in routes(house) if handler.opt.get("public")}
    assert public == {("POST", "/v1/session"), ("GET", "/v1/openapi.json")}
    mounted = {route.path for route in house.app.routes if isinstance(route, ASGIRoute)}
    assert mounted == {"/v1/desk"}


async def test_anothers_job_does_not_exist(house: House) -> None:
    job = await house.at("succeeded", user="mia")
    missing = "f" * 32
    async with house.client("max") as client, house.client("vera") as viewer:
        for method, path, handler in routes(house):
            if "{job_id}" not in path or method == "OPTIONS":
                continue
            for who in (client, viewer):
                theirs = await ask(who, method, filled(path, job.id), handler)
                nothing = await ask(who, method, filled(path, missing), handler)
                assert theirs.status_code == nothing.status_code == 404, f"{method} {path}"
                assert theirs.text.replace(job.id, missing) == nothing.text
        for query in ["", f"?text={job.id}", "?owner=mia", f"?text={job.number}", "?state=succeeded"]:
            assert (await client.get(f"/v1/jobs{query}")).json() == {
                "jobs": [],
                "next": None,
                "total": 0,
                "total_exact": True,
            }
        assert (await client.get("/v1/counts")).json()["total"] == 0
        made = await client.post("/v1/jobs", json={"kind": "test.count", "parent": job.id})
        assert made.status_code == 404
    after = await house.engine.listing.job(HOUSE, job.id)
    assert after.revision == job.revision


async def test_guessed_ids_are_looked_at_before_they_are_asked_for(house: House) -> None:
    async with house.client() as client:
        for guess in ["x", "0" * 31, "0" * 33, "G" * 32, "A" * 32, "..", "%2e%2e", "'%20OR%201=1", "0" * 5000]:
            answer = await client.get(f"/v1/jobs/{guess}/attempts")
            assert answer.status_code == 404 and answer.json()["code"] in {"job_not_found", "not_found"}, guess
            assert (await client.get(f"/v1/datasets/{guess}/samples")).status_code == 404


async def test_a_viewer_changes_nothing(house: House) -> None:
    shared = await house.project("shared", vera=Role.VIEWER, mia=Role.MEMBER)
    # A project may call her operator; the house's word about her is the stronger one.
    other = await house.project("other", vera=Role.OPERATOR, mia=Role.MEMBER)
    member = await house.engine.people.actor(house.tokens["mia"])
    for project in (shared, other):
        job = await submitted(house, member, project)
        async with house.client("vera") as viewer:
            assert (await viewer.get(f"/v1/jobs/{job}")).json()["may"] == []
            for method, path, handler in routes(house):
                allowed = str(handler.operation_id) in {"signOut", "addKey", "makeCredentials"}
                if not writes(method, handler) or allowed or "{key_id}" in path:
                    continue
                answer = await ask(viewer, method, filled(path, job), handler)
                strange = handler.operation_id in {"setMember", "dropMember"}
                rooms = ("schedule", "dataset", "collection", "workflow", "file")
                strange = strange or any(f"{{{one}_id}}" in path for one in rooms)
                expected = {404} if strange else {403}
                assert answer.status_code in expected, f"{method} {path}: {answer.text}"
        assert (await house.engine.listing.job(HOUSE, job)).revision == 1
    assert len(await house.engine.people.users(HOUSE)) == 5


async def test_a_member_runs_no_house(house: House) -> None:
    async with house.client() as member:
        for method, path in [
            ("GET", "/v1/users"),
            ("POST", "/v1/users"),
            ("PATCH", "/v1/users/max"),
            ("POST", "/v1/users/max/password"),
            ("PUT", "/v1/users/max/rights/python"),
            ("DELETE", "/v1/users/max/rights/python"),
            ("GET", "/v1/keys?user=max"),
            ("POST", "/v1/keep/prune"),
            ("POST", "/v1/keep/backup"),
            ("GET", "/v1/keep/doctor"),
            ("POST", "/v1/keep/compact"),
            ("GET", "/v1/retention"),
            ("GET", "/v1/audit"),
        ]:
            handler = next(
                found
                for verb, where, found in routes(house)
                if (verb, where) == (method, path.split("?")[0].replace("max", "{user}").replace("python", "{right}"))
            )
            assert (await ask(member, method, path, handler)).status_code == 403, path
        assert (await member.post("/v1/keys", json={"user": "ada"})).status_code == 403
        assert (await member.post("/v1/keys", json={"scope": "desk"})).status_code == 403
        assert (await member.post("/v1/credentials", json={"user": "ada"})).status_code == 403
        assert (await member.patch("/v1/users/mia", json={"role": "administrator"})).status_code == 403
        assert (await member.post("/v1/desk/claim", content=b"\x80")).status_code in {400, 403}


async def test_a_read_only_key_reads_and_nothing_else(house: House) -> None:
    job = (await house.submit()).id
    token = await house.token("mia", KeyScope.READ)
    async with house.client(token=token) as reader:
        seen = await reader.get(f"/v1/jobs/{job}")
        assert seen.status_code == 200 and seen.json()["may"] == []
        for method, path, handler in routes(house):
            if (
                not writes(method, handler)
                or handler.operation_id == "signOut"
                or "_id}" in path.replace("{job_id}", "")
            ):
                continue
            for headers in [{}, {"X-HTTP-Method-Override": "GET"}]:
                reader.headers.update(headers)
                answer = await ask(reader, method, filled(path, job), handler)
                assert answer.status_code == 403, f"{method} {path}: {answer.text}"
        for path in [f"/v1/jobs/{job}/cancel", f"/v1/jobs/{job}/release"]:
            for method in ["GET", "HEAD"]:
                assert (await reader.request(method, path)).status_code == 405
    assert (await house.engine.listing.job(HOUSE, job)).state is State.QUEUED


async def test_a_workers_key_opens_the_desk_and_nothing_else(house: House) -> None:
    job = (await house.submit("ada")).id
    token = await house.token("ada", KeyScope.DESK)
    async with house.client(token=token) as worker:
        assert (await worker.get("/v1/session")).json()["scope"] == "desk"
        for method, path, handler in routes(house):
            if handler.opt.get("public") or handler.operation_id in {"getSession", "signOut"}:
                continue
            if method == "OPTIONS":
                continue
            answer = await ask(worker, method, filled(path, job), handler)
            assert answer.status_code == 403, f"{method} {path}: {answer.text}"
        assert (await worker.post("/v1/desk/nothing")).status_code == 404


async def test_members_of_a_project_act_as_their_place_says(house: House) -> None:
    project = await house.project("shared", mia=Role.MEMBER, max=Role.MEMBER, vera=Role.MEMBER)
    member = await house.engine.people.actor(house.tokens["mia"])
    job = await submitted(house, member, project)
    async with house.client("max") as other:
        seen = (await other.get(f"/v1/jobs/{job}")).json()
        assert seen["project"] == {"id": project, "name": "shared"}
        assert seen["may"] == ["withdraw", "cancel", "edit", "again"]
        assert (await other.post(f"/v1/jobs/{job}/cancel")).json()["state"] == "cancelled"
        assert (await other.delete(f"/v1/jobs/{job}")).status_code == 403
    async with house.client("mia") as owner:
        assert (await owner.delete(f"/v1/jobs/{job}")).status_code == 204


async def submitted(house: House, actor: Any, project: str) -> str:
    from jobyard.engine.submission import Submission

    job, _ = await house.engine.jobs.submit(actor, Submission(kind="test.count", project=project))
    return job.id
