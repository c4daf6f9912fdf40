from __future__ import annotations

import asyncio
import hashlib
import zipfile
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest

from jobyard.faces.cvat.words import requests as words
from jobyard.job.record import Progress
from jobyard.job.states import State
from jobyard.people.record import HOUSE, Role
from tests.faces.cvat.house import Caller, House
from tests.faces.leaving import left_open

pytestmark = pytest.mark.anyio

EXPORT = "/tasks/{}/dataset/export?format=COCO%201.0&save_images={}"


async def exporting(come: Caller, number: int, pictures: bool = True) -> str:
    answer = await come("POST", EXPORT.format(number, pictures))
    assert answer.status_code == 202, answer.text
    return str(answer.json()["rq_id"])


async def late(house: House, come: Caller, rq_id: str) -> Any:
    """Look at a request that is no longer young, so that the house does not wait for its end."""
    house.clock.forward(5)
    return await come.got(f"/requests/{rq_id}")


async def test_a_request_is_told_with_everything_a_client_needs(house: House) -> None:
    mia = house.caller()
    task = await mia.task("a.png", "b.png")
    rq_id = await exporting(mia, task["id"])
    waiting = await late(house, mia, rq_id)
    assert waiting["status"] == "queued" and waiting["progress"] is None and waiting["message"] == ""
    assert waiting["result_url"] is None and waiting["result_id"] is None and waiting["waiting"]["reason"]
    assert waiting["operation"] == {
        "type": "export:dataset",
        "target": "task",
        "project_id": None,
        "task_id": task["id"],
        "job_id": None,
        "org_id": None,
        "format": "COCO 1.0",
        "function_id": None,
        "lightweight": None,
    }
    assert waiting["owner"]["username"] == "mia" and waiting["log_url"].endswith(f"/v1/jobs/{rq_id}/log")
    await house.work()
    done = await mia.got(f"/requests/{rq_id}")
    assert done["status"] == "finished" and done["progress"] == 1.0
    assert done["result_url"] == f"{house.url}/api/tasks/{task['id']}/dataset/download?rq_id={rq_id}"
    assert done["expiry_date"] > done["finished_date"] >= done["started_date"] >= done["created_date"]
    number = task["id"]
    for name, wanted in (
        (f"export:task-{number}-dataset-in-COCO_1@0-format-by-1", rq_id),
        (f"action=export&target=task&target_id={number}&user_id=1&subresource=dataset&format=COCO_1~0", rq_id),
        (f"create:task-{number}", None),
        (f"action=create&target=task&target_id={number}", None),
    ):
        meant = await mia.got(f"/requests/{quote(name, safe='')}")
        assert (meant["id"] == rq_id) is (wanted is not None) and meant["operation"]["task_id"] == number
    for name in (f"export:task-{number}-backup-by-1", "create:task-99", "import:task-x-annotations", "action=export"):
        assert (await mia("GET", f"/requests/{quote(name, safe='')}")).status_code == 404


async def test_a_young_request_is_held_until_it_ends(house: House) -> None:
    mia = house.caller()
    task = await mia.task("a.png")
    rq_id = await exporting(mia, task["id"])
    look = asyncio.create_task(mia.got(f"/requests/{rq_id}"))
    await house.work()
    assert (await look)["status"] == "finished"


async def test_progress_and_the_workers_words_are_told_while_it_runs(house: House) -> None:
    mia = house.caller()
    task = await mia.task("a.png")
    rq_id = await exporting(mia, task["id"])
    assignment = await house.taken()
    assert assignment is not None
    await house.tell(assignment.job, progress=Progress(done=1, total=4, text="writing pictures"))
    told = await late(house, mia, rq_id)
    assert (told["status"], told["progress"], told["message"]) == ("started", 0.25, "writing pictures")
    await house.end(assignment.job, "fail")
    failed = await mia.got(f"/requests/{rq_id}")
    assert (failed["status"], failed["message"], failed["result_url"]) == ("failed", "it broke", None)


async def test_what_is_in_work_is_not_asked_for_twice(house: House) -> None:
    mia = house.caller()
    task = await mia.task("a.png")
    rq_id = await exporting(mia, task["id"])
    again = await mia("POST", EXPORT.format(task["id"], True))
    assert again.status_code == 409 and again.json()["rq_id"] == rq_id
    assert (await mia("POST", EXPORT.format(task["id"], False))).status_code == 202
    assert (await house.caller("olga")("POST", EXPORT.format(task["id"], True))).status_code == 202
    await house.work()
    assert await exporting(mia, task["id"]) != rq_id


async def test_waiting_and_running_requests_are_cancelled_and_gone(house: House) -> None:
    mia = house.caller()
    task = await mia.task("a.png")
    waiting = await exporting(mia, task["id"])
    answer = await mia("POST", f"/requests/{waiting}/cancel")
    assert answer.status_code == 200 and answer.content == b""
    assert (await mia("GET", f"/requests/{waiting}")).status_code == 404
    running = await exporting(mia, task["id"])
    assignment = await house.taken()
    assert assignment is not None
    assert (await mia("POST", f"/requests/{running}/cancel")).status_code == 200
    assert (await late(house, mia, running))["cancelling"] is True
    await house.end(assignment.job, "stop")
    assert (await mia("GET", f"/requests/{running}")).status_code == 404
    kept = await house.engine.listing.job(HOUSE, running)
    assert kept.state is State.CANCELLED
    created = (await mia.got("/requests?action=create"))["results"][0]["id"]
    assert (await mia("POST", f"/requests/{created}/cancel")).status_code == 400


@pytest.mark.parametrize("name", ["action=export&target=task", "0" * 32, "x", "%00", "..%2F..%2Fetc"])
async def test_what_is_no_request_is_not_found(house: House, name: str) -> None:
    for method, path in (("GET", f"/requests/{name}"), ("POST", f"/requests/{name}/cancel")):
        answer = await house.caller()(method, path)
        assert answer.status_code == 404 and "detail" in answer.json()


async def test_only_those_who_may_see_the_target_see_a_request(house: House) -> None:
    await house.project("team", mia=Role.MEMBER, max=Role.VIEWER)
    mia = house.caller(X_Organization="team")
    task = await mia.task("a.png")
    rq_id = await exporting(mia, task["id"])
    shared = house.caller("max")
    assert (await late(house, shared, rq_id))["id"] == rq_id
    assert (await shared("POST", f"/requests/{rq_id}/cancel")).status_code == 403
    for ask in (("GET", f"/requests/{rq_id}"), ("POST", f"/requests/{rq_id}/cancel")):
        answer = await house.caller("vera")(*ask)
        assert answer.status_code == 403 and set(answer.json()) == {"detail", "code"}
    assert (await shared.got("/requests"))["count"] == 0
    other = await house.submit()
    assert (await house.caller("vera")("GET", f"/requests/{other.id}")).status_code == 404
    assert (await mia("POST", f"/requests/{rq_id}/cancel")).status_code == 200
    assert (await house.caller("vera")("GET", f"/requests/{rq_id}")).status_code == 404


async def test_lists_are_filtered_sorted_and_paged(house: House) -> None:
    mia = house.caller()
    one, two = await mia.task("a.png"), await mia.task("a.png", name="dogs")
    await exporting(mia, one["id"])
    await house.work()
    await exporting(mia, two["id"], pictures=False)

    async def found(query: str) -> list[tuple[str, str]]:
        rows = (await mia.got(f"/requests?{query}"))["results"]
        return [(row["operation"]["type"], row["status"]) for row in rows]

    create = ("create:task", "finished")
    everything = [("export:annotations", "queued"), ("export:dataset", "finished"), create, create]
    assert await found("") == everything
    assert await found("sort=created_date") == everything[::-1]
    assert await found("sort=status") == [*everything[1:], everything[0]]
    assert await found("sort=-action") == everything
    assert await found("status=queued") == everything[:1]
    assert await found("action=export&subresource=dataset") == everything[1:2]
    assert await found(f"task_id={two['id']}") == [everything[0], create]
    assert await found("format=coco%201.0") == everything[:2]
    assert await found("target=project") == await found("status=nonsense") == []
    assert await found('filter={"or":[{"==":[{"var":"status"},"queued"]},{"==":[{"var":"action"},"create"]}]}') == [
        everything[0],
        *everything[2:],
    ]
    page = await mia.got("/requests?page=2&page_size=3")
    assert page["count"] == 4 and len(page["results"]) == 1 and page["next"] is None
    assert page["previous"] == f"{house.url}/api/requests?page_size=3"
    assert len((await mia.got("/requests?page_size=all"))["results"]) == 4


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("filter={", 400),
        ("filter=[]", 400),
        ('filter={"==":[{"var":"owner"},1]}', 400),
        ('filter={"cat":["a","b"]}', 400),
        ("sort=owner", 400),
        ("page_size=0", 400),
        ("page_size=x", 400),
        ("task_id=x", 400),
        ("page=2", 404),
        ("page=0", 404),
        ("page=x", 404),
    ],
)
async def test_a_list_that_makes_no_sense_is_refused(house: House, query: str, status: int) -> None:
    assert (await house.caller()("GET", f"/requests?{query}")).status_code == status


async def test_a_result_is_fetched_whole_in_part_and_described(house: House) -> None:
    mia = house.caller()
    task = await mia.task("a.png")
    rq_id = await exporting(mia, task["id"])
    path = f"/tasks/{task['id']}/dataset/download"
    assert (await mia("GET", f"{path}?rq_id={rq_id}")).status_code == 400
    await house.work()
    whole = await mia("GET", f"{path}?rq_id={rq_id}", Accept_Encoding="gzip")
    assert whole.status_code == 200 and "content-encoding" not in whole.headers
    assert zipfile.ZipFile(BytesIO(whole.content)).testzip() is None
    assert whole.headers["content-disposition"] == 'attachment; filename="cats_dataset_COCO_1.0.zip"'
    assert whole.headers["etag"] == f'"{hashlib.sha256(whole.content).hexdigest()}"'
    head = await mia("HEAD", f"{path}?rq_id={rq_id}")
    assert head.status_code == 200 and int(head.headers["content-length"]) == len(whole.content)
    bearer = f"Token {house.tokens['mia']}"
    assert not await left_open(house.door, f"/api{path}?rq_id={rq_id}", bearer)
    for asked, part in (
        ("bytes=5-", whole.content[5:]),
        ("bytes=0-9", whole.content[:10]),
        ("bytes=-4", whole.content[-4:]),
    ):
        piece = await mia("GET", f"{path}?rq_id={rq_id}", Range=asked)
        assert (piece.status_code, piece.content) == (206, part)
    assert (await mia("GET", f"{path}?rq_id={rq_id}", Range=f"bytes={len(whole.content)}-")).status_code == 416
    assert (await mia("GET", path)).status_code == 400
    assert (await mia("GET", f"/tasks/{task['id'] + 1}/dataset/download?rq_id={rq_id}")).status_code == 400
    assert (await house.caller("max")("GET", f"{path}?rq_id={rq_id}")).status_code == 403
    for id_ in ("x", "0" * 32):
        assert (await mia("GET", f"{path}?rq_id={id_}")).status_code == 400


async def test_a_format_narrows_by_every_way_it_is_said(house: House) -> None:
    mia = house.caller()
    task = await mia.task("a.png")
    coco = await exporting(mia, task["id"])
    await house.work()
    answer = await mia("POST", f"/tasks/{task['id']}/dataset/export?format=YOLO%201.1&save_images=True")
    yolo = answer.json()["rq_id"]
    await house.work()

    async def listed(query: str) -> list[str]:
        return [one["id"] for one in (await mia.got(f"/requests?{query}"))["results"]]

    equal = '{{"==":[{{"var":"format"}},"{}"]}}'
    for said in ("format=coco%201.0", f"filter={quote(equal.format('Coco 1.0'))}"):
        assert await listed(said) == [coco]
    assert await listed("format=COCO%201.0&sort=status&status=finished") == [coco]
    assert await listed(f"format=COCO%201.0&filter={quote(equal.format('YOLO 1.1'))}") == []
    joined = f'{{"and":[{equal.format("YOLO 1.1")},{{"==":[{{"var":"status"}},"finished"]}}]}}'
    assert await listed(f"filter={quote(joined)}") == [yolo]
    either = f'{{"or":[{equal.format("YOLO 1.1")},{equal.format("COCO 1.0")}]}}'
    assert await listed(f"filter={quote(either)}") == [yolo, coco]
    assert await listed("format=Nonsense") == await listed("target=job") == await listed("subresource=backup") == []
    assert await listed("target=task&subresource=dataset") == [yolo, coco]
    rows = [(await listed(f"page_size=1&page={page}"))[0] for page in (1, 2, 3)]
    assert rows[:2] == [yolo, coco] and len(set(rows)) == 3


async def test_every_request_of_our_own_doors_is_shown_too(house: House) -> None:
    mia = house.caller()
    task = await mia.task("a.png")
    job = await house.submit(kind="dataset.export", parameters={"dataset": "cats", "format": "YOLO 1.1"})
    told = await late(house, mia, job.id)
    assert told["operation"]["type"] == "export:annotations" and told["operation"]["task_id"] == task["id"]
    other = await house.submit()
    assert (await mia("GET", f"/requests/{other.id}")).status_code == 404


def test_every_state_has_a_word_or_none() -> None:
    assert set(words._STATUS) == set(State)
    assert {words._STATUS[state] for state in words.SHOWN} == {"queued", "started", "finished", "failed"}
    assert {state for state in State if not words._STATUS[state]} == {State.DRAFT, State.CANCELLED}
