"""The CVAT face as its real clients see it: the SDK and the command line, version 2.80."""

from __future__ import annotations

import json
import signal
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PIL import Image

from tests.cli.running import RunningHouse, eventually, running
from tests.clients.asking import ask, surroundings, typed
from tests.clients.environments import environment
from tests.postgres_server import database

FAMILY = "cvat"
PROGRAM = Path(__file__).with_name(FAMILY) / "programs.py"
PASSWORD, OTHER = "correct horse battery", "another staple"
BOX = [1.0, 2.0, 11.0, 12.0]


def given(house: RunningHouse, scenario: str, **more: Any) -> dict[str, Any]:
    """Return the facts that a scenario needs."""
    with house.client() as client:
        client.users.set_password("admin", PASSWORD)
    folder = house.folder / scenario
    folder.mkdir(exist_ok=True)
    told = {"url": house.plate.url, "user": "admin", "password": PASSWORD, "scenario": scenario, "folder": str(folder)}
    return told | more


def played(house: RunningHouse, scenario: str, **more: Any) -> Any:
    """Let the SDK play a scenario; return what it saw."""
    return ask(FAMILY, PROGRAM, given(house, scenario, **more), house.folder)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.storm)])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A house on each database: the life of a task is played on both always, everything else on both in storms."""
    settings: dict[str, Any] = {}
    with ExitStack() as things:
        if request.param == "postgres":
            server = request.getfixturevalue("postgres_server")
            settings["JOBYARD_DATABASE"] = things.enter_context(database(server, "template0"))
        yield things.enter_context(running(tmp_path_factory.mktemp("house"), **settings))


@pytest.fixture(scope="module")
def life(any_house: RunningHouse) -> Any:
    """What the SDK saw of a task's life."""
    return played(any_house, "life")


def test_a_task_is_made_of_pictures_and_looked_at(life: Any) -> None:
    assert life["user"] == "admin"
    assert life["task"] == ["Kätzchen 1", 6, "annotation", "annotation", 2, "https://bugs.example/1", 3]
    assert life["frames"] == [[f"p{place:02d}.png", 40 + place, 30] for place in range(6)]
    assert life["pixels"] == [[[40, 30], [0, 100, 200]], [[45, 30], [100, 100, 200]]]
    assert life["jobs"] == [[0, 2, "annotation"], [3, 5, "annotation"]]
    assert [label[:2] for label in life["labels"]] == [["cat", "any"], ["dog", "any"], ["man", "skeleton"]]
    assert life["labels"][1][2] == "#102030" and life["labels"][2][3] == ["head", "foot"]
    assert life["downloaded"] == ["frame_000001.png", "frame_000004.png"]


def test_annotations_of_every_kind_come_back_as_they_were_said(life: Any) -> None:
    said = life["said"]
    assert said["tags"] == [["dog", 0]]
    kinds = ["cuboid", "ellipse", "mask", "points", "polygon", "polyline", "skeleton"]
    assert [shape["type"] for shape in said["shapes"]] == ["rectangle", *kinds]
    box = said["shapes"][0]
    assert (box["points"], box["rotation"], box["occluded"], box["z"]) == ([1.25, 2.5, 20.0, 22.75], 30.0, True, 2)
    assert box["attributes"] == [["age", "3"], ["mood", "bad"]] and box["group"] == 7
    man = said["shapes"][-1]
    assert [[one["label"], one["points"], one["outside"]] for one in man["elements"]] == [
        ["foot", [3.0, 9.0], True],
        ["head", [1.0, 2.0], False],
    ]
    [[label, frame, attributes, positions]] = said["tracks"]
    assert (label, frame, attributes) == ("cat", 1, [["age", "4"]])
    assert [position[0] for position in positions] == [1, 3, 4] and positions[-1][3] is True
    assert (life["created"], life["updated"], life["deleted"]) == ([1.0, 1.0], [9.0, 9.0], True)


def test_an_export_holds_everything_and_is_read_again(life: Any) -> None:
    assert life["exported"] == ["annotations.xml", *(f"images/p{place:02d}.png" for place in range(6))]
    assert life["removed"] == {"tags": [], "shapes": [], "tracks": []}
    still = [shape for shape in life["imported"]["shapes"] if shape["frame"] < 2 and shape["label"] != "cat"]
    assert still == [shape for shape in life["said"]["shapes"] if shape["label"] != "cat"]
    moved = [shape for shape in life["imported"]["shapes"] if shape["label"] == "cat" and not shape["rotation"]]
    assert [[one["frame"], one["points"][0]] for one in moved] == [[1, 0.0], [2, 4.0], [3, 8.0]]


def test_a_backup_gives_back_what_was_deleted(life: Any) -> None:
    assert life["gone"] == 404
    assert life["restored"] == ["Kätzchen 1", 6, "https://bugs.example/1", 2]
    assert life["restored_said"] == life["said"]
    assert life["restored_pixels"] == life["pixels"]


def test_every_request_has_a_row_of_its_own(life: Any) -> None:
    types = ["import:backup", "export:backup", "import:annotations", "export:dataset", "create:task"]
    assert life["requests"] == [[type_, "finished", 1.0] for type_ in types]


def test_projects_share_labels_and_take_in_whole_datasets(house: RunningHouse) -> None:
    told = played(house, "project")
    assert told["labels"] == ["cat", "dog"]
    assert told["exported"][0] == "annotations/instances_train.json" and len(told["exported"]) == 4
    assert told["tasks"] == [["first", 3], ["project", 3]]
    assert told["imported"] == [[1, BOX]] and told["pixels"] == [[41, 30], [20, 100, 200]]
    assert told["gone"] == 404 and told["restored"] == ["Zoo", [3, 3]]


def test_what_cannot_be_is_refused_with_its_reason_and_changes_nothing(house: RunningHouse) -> None:
    told = played(house, "refusals")
    assert told["format"][0] == 400 and "Nonsense 7" in told["format"][1]["detail"]
    broken = {name: told[name][1] for name in ("no zip", "no xml", "label", "no picture")}
    assert "no zip archive" in broken["no zip"] and "no whole XML" in broken["no xml"]
    assert "the label bird" in broken["label"] and "note.png" in broken["no picture"]
    assert str(house.data) not in json.dumps(told)
    assert told["frame"][0] == told["points"][0] == 400
    assert told["no task"][0] == told["no request"][0] == 404
    assert told["password"][0] == 400
    assert told["kept"] == [[1.0, 2.0, 3.0, 4.0]]


def test_nobody_sees_what_somebody_else_has_but_for_a_job_that_is_given_to_them(house: RunningHouse) -> None:
    with house.client() as client:
        client.users.add("mia", "member", password=OTHER)
    told = played(house, "strangers", other="mia", other_password=OTHER)
    assert (told["tasks"], told["requests"]) == ([], [])
    assert {told[name] for name in ("task", "frame", "label")} == {403}
    assert (told["request"], told["cancel"]) == (403, 403)
    given = told["given"]
    assert (given["tasks"], given["task"], given["state"]) == ([True], "mine", "completed")
    assert (given["frames"], given["tags"], given["picture"]) == (["p00.png", "p01.png"], [1], "89504e47")
    assert (given["whole"], given["stage"], given["remove"]) == (403, 403, 403)
    assert told["taken"] == [403, 0, 0]


def test_quality_consensus_and_reports_are_real_work(house: RunningHouse) -> None:
    (house.sources / "shared" / "more").mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(house.sources / "shared" / "a.png")
    told = played(house, "judged")
    assert told["early"] == 400 and told["truth"] == ["ground_truth", 2] and told["own"] == 2
    assert told["report"] == ["task", 2, 4, 1] and told["listed"]
    assert told["conflicts"] == [["mismatching_label", 1, "error"]]
    assert told["jobs"] == ["annotation", "replica", "replica", "replica"]
    assert told["merge"] == ["merge:task", "finished"] and told["merged"] == [[0, "consensus"]]
    assert told["events"][0] == "export:events" and told["events"][2]
    assert (told["settings"], told["base"]) == ([True, True, False, 1], [True, 0.4, 0.9, "precision"])
    assert told["matrix"] == [["cat", "dog"], [[1, 1], [0, 0]]] and told["table"] == ",cat,dog,unmatched"
    assert (told["parameters"], told["refused"]) == ([0.9, "precision"], 400)
    assert told["merging"] == [True, 0.4, 0.3]
    assert told["layout"] == ["gt", [0, 1], [], 0] and told["left_out"] == [[0, 1], [1], 1, 0]
    assert told["pool"] == [0, 400, 400, 400]
    assert sorted(told["shared"]) == [["a.png", "REG"], ["more", "DIR"]]


def test_people_review_what_was_annotated_by_itself(house: RunningHouse) -> None:
    told = played(house, "reviewed")
    assert told["labels"] == ["car", "person"]
    assert told["tasks"] == [["filled", 2, 1], ["moved", 3, 3]]
    assert told["samples"] == [[f"p{place:02d}.png", 40 + place, 1] for place in range(3)]
    assert (told["forms"], told["chunk"]) == (["PNG", "JPEG"], [f"{place:06d}.jpeg" for place in range(3)])
    assert told["empty"][0] == 400 and "No media data found" in told["empty"][1]["detail"]
    assert (told["issues"], told["said"], told["no issue"]) == ([[True, True, 2]], ["hello", "hi!"], 404)
    assert told["guide"] == [True, "# How", True]
    assert told["organization"] == ["reviewers", "Reviewers", "They look twice.", {"email": "a@b.invalid"}]
    assert (told["gone"], told["first name"]) == (404, "Ada")


@pytest.fixture
def task(house: RunningHouse) -> int:
    """A task of many pictures."""
    return many(house, 300)


def signed_in(house: RunningHouse) -> list[str]:
    """Return how the command line finds a house and comes in."""
    facts = given(house, "typed")
    host, _, port = facts["url"].rpartition(":")
    return ["--server-host", host, "--server-port", port, "--auth", f"admin:{PASSWORD}"]


def test_requests_are_listed_filtered_sorted_and_cancelled(house: RunningHouse, task: int) -> None:
    house.call("queues", "pause", "default")
    try:
        told = played(house, "asked", task=task)
    finally:
        house.call("queues", "resume", "default")
    assert told["once"] == [None, None] and told["twice"] == 409
    assert "paused" in told["waiting"]["reason"]
    listed = told["listed"]
    assert listed["task"] >= 2 and listed["other task"] == 0 and listed["filter"] == 1 and listed["page"] == 1
    assert listed["sorted"] == sorted(listed["sorted"])
    assert (told["wrong filter"], told["wrong field"], told["past the end"]) == (400, 400, 404)
    assert (told["cancelled"], told["cancelled again"], told["too late"]) == (404, 404, 400)
    needed = {"id", "status", "message", "operation", "progress", "created_date", "started_date", "finished_date"}
    assert needed | {"expiry_date", "owner", "result_url", "result_id", "log_url", "attempt"} <= set(told["shape"])


def test_the_command_line_does_everything_it_knows(house: RunningHouse, tmp_path: Path) -> None:
    pictures = [tmp_path / f"a{place}.png" for place in range(3)]
    for path in pictures:
        Image.new("RGB", (16, 12), (9, 9, 9)).save(path)

    def cvat(*words: str) -> str:
        ended = typed(FAMILY, ["cvat-cli", *signed_in(house), *words], tmp_path, {})
        assert ended.returncode == 0, ended.stderr
        return ended.stdout.strip()

    number = cvat("task", "create", "typed", "--labels", '[{"name":"cat"}]', "local", *map(str, pictures))
    assert number in cvat("task", "ls").split()
    cvat("task", "frames", number, "0", "2", "--outdir", "frames")
    assert len(list((tmp_path / "frames").iterdir())) == 2
    cvat("task", "export-dataset", number, "out.zip", "--format", "COCO 1.0", "--with-images", "yes")
    assert len(zipfile.ZipFile(tmp_path / "out.zip").namelist()) == 4
    cvat("task", "import-dataset", number, "out.zip", "--format", "COCO 1.0")
    cvat("task", "backup", number, "backup.zip")
    cvat("task", "delete", number)
    assert number not in cvat("task", "ls").split()
    cvat("task", "create-from-backup", "backup.zip")
    assert len(cvat("task", "ls").split()) >= 1
    project = cvat("project", "create", "typed too", "--labels", '[{"name":"cat"}]')
    assert project in cvat("project", "ls").split()
    cvat("project", "delete", project)


def test_an_access_token_opens_the_door_until_it_is_revoked(house: RunningHouse) -> None:
    made = house.call("credentials", "--json").json
    variables = {"CVAT_ACCESS_TOKEN": made["cvat"]["access_token"]}
    host, _, port = house.plate.url.rpartition(":")
    words = ["cvat-cli", "--server-host", host, "--server-port", port, "task", "ls"]
    assert typed(FAMILY, words, house.folder, variables).returncode == 0
    variables["CVAT_ACCESS_TOKEN"] = "jy_nobody"
    assert typed(FAMILY, words, house.folder, variables).returncode != 0


def answers(house: RunningHouse) -> float:
    """Return how many looks at requests have been answered."""
    headers = {"Authorization": f"Bearer {house.plate.token}"}
    told = httpx2.get(f"{house.plate.url}/metrics", headers=headers, trust_env=False).text
    lines = [line for line in told.splitlines() if '"/api/requests/{rq_id}"' in line and "_count" in line]
    return sum(float(line.rpartition(" ")[2]) for line in lines)


def many(house: RunningHouse, count: int) -> int:
    """Make a task of many pictures of an allowed folder; return its number."""
    folder = house.sources / "many"
    folder.mkdir(exist_ok=True)
    for place in range(count):
        Image.new("RGB", (8, 8), (place % 256, 0, 0)).save(folder / f"{place:03d}.png")
    words = ["cvat-cli", *signed_in(house), "task", "create", "many", "--labels", '[{"name":"cat"}]', "share", "many"]
    ended = typed(FAMILY, words, house.folder, {})
    assert ended.returncode == 0, ended.stderr
    return int(ended.stdout)


def test_a_client_that_waits_survives_the_server(tmp_path: Path) -> None:
    with running(tmp_path / "house") as house:
        number = many(house, 20)
        house.call("queues", "pause", "default")
        facts, port = given(house, "waiting", task=number), house.port
        before = answers(house)
        with subprocess.Popen(
            [str(environment(FAMILY) / "python"), str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=surroundings(house.folder),
            text=True,
        ) as client:
            assert client.stdin is not None
            client.stdin.write(json.dumps(facts))
            client.stdin.close()
            client.stdin = None
            # It has looked once and sleeps now for ten seconds; then it asks again for three, and gives up.
            eventually(lambda: answers(house) > before)
            house.process.send_signal(signal.SIGKILL)
            house.process.wait()
            with running(tmp_path / "house", JOBYARD_PORT=str(port)) as again:
                again.call("queues", "resume", "default")
                out, errors = client.communicate(timeout=60)
    assert client.returncode == 0, errors
    assert json.loads(out)["names"] == 21
