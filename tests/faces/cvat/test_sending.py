from __future__ import annotations

import zipfile
from base64 import b64encode
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from jobyard.job.record import Job
from jobyard.job.states import State
from tests.datasets.formats import drawn
from tests.faces.cvat.house import Caller, House, served

pytestmark = pytest.mark.anyio


def packed(**members: bytes) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("|", "/"), content)
    return target.getvalue()


async def tus(come: Caller, path: str, name: str, content: bytes, piece: int = 64) -> str:
    """Send a file as the client does; return the name by which the server knows it."""
    begun = await come(
        "POST",
        f"{path}/",
        b"",
        Upload_Length=str(len(content)),
        Upload_Metadata=f"filename {b64encode(name.encode()).decode()}",
        Tus_Resumable="1.0.0",
    )
    assert begun.status_code == 201 and begun.content == b"", begun.text
    place = begun.headers["location"]
    assert place.startswith(come.house.url)
    below = place.removeprefix(f"{come.house.url}/api")
    for offset in range(0, len(content), piece):
        sent = await come(
            "PATCH",
            below,
            content[offset : offset + piece],
            Upload_Offset=str(offset),
            Content_Type="application/offset+octet-stream",
        )
        assert sent.status_code == 204 and sent.headers["upload-offset"] == str(min(offset + piece, len(content)))
    state = await come("HEAD", below)
    assert state.headers["upload-offset"] == str(len(content))
    return begun.headers["upload-filename"]


async def sent(come: Caller, number: int, options: Any = None, *files: tuple[str, bytes]) -> Job:
    """Send files and options of a task in the order of the SDK, and let them be taken in."""
    path = f"/tasks/{number}/data/"
    begun = await come("POST", path, b"", Upload_Start="")
    # The client takes no JSON for an answer that says nothing, not even `null`.
    assert begun.status_code == 202 and begun.content == b""
    if files:
        many = [(f"client_files[{place}]", (name, content)) for place, (name, content) in enumerate(files)]
        answer = await come("POST", path, files=many, data={"image_quality": "70"}, Upload_Multiple="")
        assert answer.status_code == 200 and answer.content == b"", answer.text
    answer = await come("POST", path, options or {"image_quality": 70}, Upload_Finish="")
    assert answer.status_code == 202, answer.text
    return await come.house.work()


async def names(come: Caller, number: int) -> list[str]:
    return [frame["name"] for frame in (await come.got(f"/tasks/{number}/data/meta"))["frames"]]


PNG = drawn.png(8, 6)


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({}, ["10.png", "2.png", "B.png", "a.png"]),
        ({"sorting_method": "natural"}, ["2.png", "10.png", "a.png", "B.png"]),
        (
            {"sorting_method": "predefined", "upload_file_order": ["B.png", "2.png", "a.png", "10.png"]},
            ["B.png", "2.png", "a.png", "10.png"],
        ),
        ({"start_frame": 1, "stop_frame": 2}, ["2.png", "B.png"]),
        ({"frame_filter": "step=3"}, ["10.png", "a.png"]),
        ({"job_file_mapping": [["a.png"], ["2.png", "10.png", "B.png"]]}, ["a.png", "2.png", "10.png", "B.png"]),
    ],
)
async def test_pictures_become_frames_in_the_order_that_was_asked_for(
    house: House, options: dict[str, Any], wanted: list[str]
) -> None:
    mia = house.caller()
    task = await mia.task()
    files = [(f"/home/mia/{name}", PNG) for name in ("a.png", "B.png", "10.png", "2.png")]
    job = await sent(mia, task["id"], {"image_quality": 70, **options}, *files)
    assert job.state is State.SUCCEEDED, job.failure
    assert await names(mia, task["id"]) == wanted
    jobs = (await mia.got(f"/jobs?task_id={task['id']}"))["results"]
    assert len(jobs) == (2 if "job_file_mapping" in options else 1)
    # Chosen pictures are told by their numbers among all of them: as many as there are from the first to the last.
    start, step = options.get("start_frame", 0), 3 if "frame_filter" in options else 1
    meta = await mia.got(f"/tasks/{task['id']}/data/meta")
    assert list(range(meta["start_frame"], meta["stop_frame"] + 1, step)) == [
        start + step * i for i in range(len(wanted))
    ]


async def test_a_form_says_in_json_what_it_has_no_other_way_for(house: House) -> None:
    mia = house.caller()
    task = await mia.task()
    truth = '{"mode": "gt", "frame_selection_method": "manual", "frames": ["b.png"]}'
    await mia.fill(task["id"], "a.png", "b.png", validation_params=truth, job_file_mapping='[["b.png"], ["a.png"]]')
    jobs = (await mia.got(f"/jobs?task_id={task['id']}&sort=id"))["results"]
    assert [(job["type"], job["frame_count"]) for job in jobs] == [
        ("annotation", 1),
        ("annotation", 1),
        ("ground_truth", 1),
    ]
    assert await names(mia, task["id"]) == ["b.png", "a.png"]


async def test_a_random_order_is_another_one_and_the_same_each_time(house: House) -> None:
    mia, orders = house.caller(), []
    files = [(f"{place:02d}.png", PNG) for place in range(12)]
    for _ in range(2):
        task = await mia.task()
        await sent(mia, task["id"], {"sorting_method": "random"}, *files)
        orders.append(await names(mia, task["id"]))
    assert orders[0] == orders[1] != sorted(orders[0])


async def test_an_archive_is_unpacked_and_what_is_no_picture_passed_by(house: House) -> None:
    mia = house.caller()
    task = await mia.task()
    archive = packed(**{"deep|a.png": PNG, "b.jpg": drawn.png(9, 9), "notes.txt": b"x", "__MACOSX|a.png": b"x"})
    name = await tus(mia, f"/tasks/{task['id']}/data", "pictures.zip", archive)
    assert name == "pictures.zip"
    job = await sent_already(mia, task["id"])
    assert job.state is State.SUCCEEDED, job.failure
    assert await names(mia, task["id"]) == ["b.jpg", "deep/a.png"]


async def sent_already(come: Caller, number: int) -> Job:
    answer = await come("POST", f"/tasks/{number}/data/", {"image_quality": 70}, Upload_Finish="")
    assert answer.status_code == 202, answer.text
    return await come.house.work()


async def test_files_of_allowed_folders_are_taken_in_and_no_others(house: House) -> None:
    mia = house.caller()
    for name in ("share/one/a.png", "share/one/b.png", "share/one/notes.txt", "share/c.png"):
        path = house.files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PNG)
    (house.files / "share" / "link.png").symlink_to("/etc/passwd")
    task = await mia.task()
    job = await sent(
        mia, task["id"], {"server_files": ["share"], "server_files_exclude": ["share/c.png", "share/link.png"]}
    )
    assert job.state is State.SUCCEEDED, job.failure
    assert await names(mia, task["id"]) == ["share/one/a.png", "share/one/b.png"]
    for wrong in ("../secret.png", "/etc/passwd", "share/../../x", "nothing.png", "share/link.png", ""):
        task = await mia.task()
        job = await sent(mia, task["id"], {"server_files": [wrong]})
        assert job.state is State.FAILED, wrong
        assert job.failure is not None and str(house.folder) not in job.failure.message


@pytest.mark.parametrize(
    ("files", "offender"),
    [
        ([("a.png", b"no picture")], "a.png"),
        ([("a.png", PNG), ("b.txt", b"text")], "b.txt"),
        ([("a.png", PNG), ("x/a.png", PNG)], "a.png"),
        ([("broken.zip", b"PK\x03\x04garbage")], "archive"),
        ([("slip.zip", packed(**{"..|..|evil.png": PNG}))], "evil.png"),
        ([("bomb.zip", packed(**{"a.png": bytes(40 << 20)}))], "a.png would become"),
        ([("movie.mp4", b"\0\0\0\x18ftyp")], "movie.mp4"),
    ],
)
async def test_what_cannot_be_taken_in_is_named_and_leaves_nothing(
    house: House, files: list[tuple[str, bytes]], offender: str
) -> None:
    mia = house.caller()
    task = await mia.task()
    job = await sent(mia, task["id"], None, *files)
    assert job.state is State.FAILED and job.failure is not None
    assert offender in job.failure.message and str(house.folder) not in job.failure.message
    assert (await mia.got(f"/tasks/{task['id']}"))["size"] == 0
    assert [folder for folder in house.pictures.rglob("*") if folder.is_file()] == []
    again = await sent(mia, task["id"], None, ("fine.png", PNG))
    assert again.state is State.SUCCEEDED and await names(mia, task["id"]) == ["fine.png"]


async def test_names_of_every_sort_are_kept(house: House) -> None:
    mia = house.caller()
    task = await mia.task()
    hostile = ["täst 猫.png", "a\\b;c'd.png", "-rf.png", "$(x).png", "con.png", "…\u202egnp.png"]
    job = await sent(mia, task["id"], {"sorting_method": "predefined"}, *((name, PNG) for name in hostile))
    assert job.state is State.SUCCEEDED, job.failure
    kept = await names(mia, task["id"])
    assert kept == [name.rpartition("\\")[2] for name in hostile]
    frame = await mia("GET", f"/tasks/{task['id']}/data?type=frame&number=5")
    assert frame.content == PNG


async def test_pieces_may_come_twice_and_never_leave_a_gap(house: House) -> None:
    mia = house.caller()
    task = await mia.task()
    path = f"/tasks/{task['id']}/data"
    begun = await mia("POST", path, b"", Upload_Length="10", Upload_Metadata="filename YS5wbmc=")
    place = begun.headers["location"].removeprefix(f"{house.url}/api")

    async def piece(offset: int, content: bytes) -> tuple[int, str | None]:
        answer = await mia("PATCH", place, content, Upload_Offset=str(offset))
        return answer.status_code, answer.headers.get("upload-offset")

    assert await piece(0, b"01234") == (204, "5")
    assert await piece(0, b"01234") == (204, "5")
    assert await piece(3, b"34") == (204, "5")
    assert await piece(3, b"3456") == (409, "5")
    assert await piece(0, b"01") == (409, "5")
    assert await piece(5, b"56") == (204, "7")
    assert await piece(9, b"9") == (409, "7")
    assert (await piece(7, b"789!!"))[0] == 413
    assert (await mia("HEAD", place)).headers["upload-offset"] == "7"
    finish = await mia("POST", path, {"image_quality": 70}, Upload_Finish="")
    assert finish.status_code in {202, 400}
    assert (await mia("PATCH", place, b"x", Upload_Offset="x")).status_code == 400
    assert (await mia("PATCH", f"{path}/{'0' * 32}", b"x", Upload_Offset="0")).status_code == 404
    assert (await house.caller("max")("PATCH", place, b"x", Upload_Offset="0")).status_code == 403


async def test_a_file_that_is_not_whole_is_not_used(house: House) -> None:
    mia = house.caller()
    task = await mia.task("a.png")
    path = f"/tasks/{task['id']}/annotations"
    begun = await mia("POST", path, b"", Upload_Length="10", Upload_Metadata="filename YS54bWw=")
    name = begun.headers["upload-filename"]
    assert name.endswith(".xml")
    query = f"?format=CVAT%201.1&filename={name}"
    assert (await mia("POST", path + query, b"", Upload_Finish="")).status_code == 400
    assert (
        await mia("POST", f"{path}?format=CVAT%201.1&filename=nothing.xml", b"", Upload_Finish="")
    ).status_code == 400
    assert (await mia("POST", f"{path}?format=Nonsense&filename={name}", b"", Upload_Finish="")).status_code == 400


async def test_what_is_too_large_is_refused_before_it_is_sent(built: Callable[..., House]) -> None:
    async with served(built(upload_limit=1024)) as house:
        await house.people()
        mia = house.caller()
        task = await mia.task()
        path = f"/tasks/{task['id']}/data"
        begun = await mia("POST", path, b"", Upload_Length="1025", Upload_Metadata="filename YQ==")
        assert begun.status_code == 413 and "1,024" in begun.json()["detail"]
        answer = await mia("POST", path, files=[("client_files[0]", ("a.png", bytes(2000)))], Upload_Multiple="")
        assert answer.status_code == 413
        assert house.uploads.files(f"task-{task['id']}-data") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("image_quality", 500),
        ("sorting_method", "odd"),
        ("frame_filter", "step=0"),
        ("stop_frame", -1),
        ("remote_files", ["https://evil.example/a.png"]),
        ("cloud_storage_id", 3),
        ("validation_params", {"mode": "odd"}),
        ("validation_params", "{"),
    ],
)
async def test_options_that_make_no_sense_are_refused_at_once(house: House, field: str, value: Any) -> None:
    mia = house.caller()
    task = await mia.task()
    path = f"/tasks/{task['id']}/data/"
    await mia("POST", path, files=[("client_files[0]", ("a.png", PNG))], Upload_Multiple="")
    answer = await mia("POST", path, {"image_quality": 70, field: value}, Upload_Finish="")
    assert answer.status_code == 400 and answer.json()
    assert await house.taken() is None


async def test_what_is_being_taken_in_is_not_taken_away(house: House) -> None:
    mia = house.caller()
    task = await mia.task()
    path = f"/tasks/{task['id']}/data/"
    await mia("POST", path, files=[("client_files[0]", ("a.png", PNG))], Upload_Multiple="")
    asked = await mia("POST", path, {"image_quality": 70}, Upload_Finish="")
    for header in ("Upload_Start", "Upload_Finish"):
        again = await mia("POST", path, {"image_quality": 70}, **{header: ""})
        assert again.status_code == 409 and again.json()["rq_id"] == asked.json()["rq_id"]
    job = await house.work()
    assert job.state is State.SUCCEEDED, job.failure
    assert await names(mia, task["id"]) == ["a.png"]


async def test_pictures_are_sent_in_once(house: House) -> None:
    mia = house.caller()
    task = await mia.task("a.png")
    answer = await mia("POST", f"/tasks/{task['id']}/data/", b"", Upload_Start="")
    assert answer.status_code == 400
    empty = await mia.task()
    assert (await mia("POST", f"/tasks/{empty['id']}/data/", {}, Upload_Finish="")).status_code == 400
