"""The ModelArts face as its real clients see it: OpenStack's with the cloud's services, and Huawei's core."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import RunningHouse
from tests.clients.asking import ask

FAMILY = "modelarts"
PROGRAMS = Path(__file__).with_name(FAMILY)
PASSWORD = "correct horse battery"


def settings(house: RunningHouse) -> dict[str, Any]:
    """Return what `jobyard credentials` prints for this family, with the user's name and a fresh password."""
    made = house.call("credentials", "--json").json
    with house.client() as client:
        client.users.set_password("admin", PASSWORD)
    told = made["modelarts"]
    return {
        "url": told["endpoint"],
        "token": told["token"],
        "project": told["project_id"],
        "access": told["access_key"],
        "secret": told["secret_key"],
        "user": "admin",
        "password": PASSWORD,
    }


def pictures(folder: Path) -> Path:
    """Lay out pictures by what is on them."""
    for name in ("cat/1.jpg", "cat/2.jpg", "cat/3.jpg", "dog/4.jpg", "dog/5.jpg", "dog/6.jpg", "dog/notes.txt"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return folder


@pytest.fixture(scope="module")
def life(any_house: RunningHouse) -> Any:
    """What OpenStack's client saw of a dataset's life."""
    source = pictures(any_house.sources / "pictures")
    given = settings(any_house) | {"source": f"{source}/"}
    return ask(FAMILY, PROGRAMS / "life.py", given, any_house.folder)


def test_datasets_are_made_listed_found_changed_and_deleted(life: Any) -> None:
    assert life["listed once"] and life["second page"] and life["found by name"]
    assert life["searched"] == [f"set-{number:02}" for number in range(9, -1, -1)]
    assert (life["found by id"], life["not found"]) == ("cats", None)
    shown = life["shown"]
    assert (shown["description"], shown["dataset_type"], shown["status"]) == ("All the cats", 0, 1)
    assert life["left"] == ["cats"] and life["deleted twice"] is None
    assert (life["taken"]["raised"], life["taken"]["body"]["error_code"]) == ("BadRequestException", "ModelArts.4351")


def test_a_synchronization_finds_what_is_there_and_what_has_changed(life: Any) -> None:
    assert life["never"]["status"] == "NOT_EXIST"
    first, second = life["first"], life["second"]
    assert set(first["words"]) <= {"QUEUING", "STARTING", "RUNNING", "COMPLETED"}
    assert first["words"][-1] == second["words"][-1] == "COMPLETED"
    counts = ("add_sample_count", "deleted_sample_count", "total_sample_count")
    assert [first[name] for name in counts] == [6, 0, 6]
    assert [second[name] for name in counts] == [3, 1, 8]
    assert first["task_id"] != second["task_id"] and second["create_time"] >= first["create_time"] > 10**12
    counted = life["counted"]
    assert (counted["total_sample_count"], counted["annotated_sample_count"], counted["status"]) == (8, 8, 1)


def test_samples_and_labels_are_seen_set_and_deleted(life: Any) -> None:
    assert [len(page) for page in life["pages"]] == [4, 4, 0]
    assert len({name for page in life["pages"] for name in page}) == 8
    assert set(life["labels"]) == {"cat", "dog"}
    assert life["label made"] is True and life["labelled"] == {"success": True, "results": [{"success": True}]}
    assert [label["name"] for label in life["sample"]["labels"]] == ["odd"]
    assert life["odd ones"] == [True]
    counts = {one["name"]: one["sample_count"] for one in life["stats"]["label_stats"]}
    assert sum(counts.values()) == 8 and counts["odd"] == 1
    assert life["stats"]["sample_stats"]["un_annotation"] == 0
    assert life["sample deleted"] == [True, 7]


def test_a_file_is_not_deleted_where_nobody_allowed_it(life: Any) -> None:
    assert life["file kept"]["raised"] == "HttpException" and life["file"] is True
    assert life["comes back"]["total_sample_count"] == 8


def test_a_source_that_is_gone_is_named_and_nothing_is_deleted(life: Any) -> None:
    failed = life["failed"]
    assert (failed["status"], failed["error_code"]) == ("FAILED", "ModelArts.4312")
    assert "pictures" in failed["error_msg"] and life["kept"] == 8
    assert (life["mended"]["status"], life["mended"]["total_sample_count"]) == ("COMPLETED", 8)


def test_refusals_are_understood(life: Any) -> None:
    for name, raised, status, code in [
        ("unknown", "NotFoundException", 404, "ModelArts.4352"),
        ("unknown sync", "NotFoundException", 404, "ModelArts.4352"),
        ("wrong token", "HttpException", 401, "ModelArts.0203"),
        ("wrong project", "HttpException", 403, "ModelArts.0210"),
        ("wrong name", "BadRequestException", 400, "ModelArts.0104"),
        ("texts", "HttpException", 501, "ModelArts.4383"),
        ("gone", "NotFoundException", 404, "ModelArts.4352"),
        ("void", "HttpException", 401, "ModelArts.0203"),
    ]:
        told = life[name]
        assert (told["status"], told["body"]["error_code"]) == (status, code), name
        assert told["raised"] == raised, name
        assert code in told["said"], name


def test_a_password_lets_in_and_its_token_ends(life: Any) -> None:
    for name in ("by password", "project", "by project id", "by its token"):
        assert life[name] is True, name
    assert life["projects"] == ["admin"]
    assert (life["checked"], life["revoked"]) == (200, 204)
    assert life["wrong password"]["raised"] and "HTTP 401" in life["wrong password"]["said"]


@pytest.fixture(scope="module")
def signed(house: RunningHouse) -> Any:
    """What Huawei's core saw."""
    with house.client() as client:
        spare = client.keys.create("spare", form="pair")
    given = settings(house) | {"source": f"{pictures(house.sources / 'signed')}/"}
    given["spare"] = [spare.key.access, spare.secret]
    return ask(FAMILY, PROGRAMS / "signed.py", given, house.folder)


def test_what_the_core_signs_is_taken(signed: Any) -> None:
    told = signed["right"]
    assert told["made"]["status"] == 201
    assert told["listed"]["body"]["datasets"][0]["description"] == "signiert, sogar mit ä"
    for name in ("queried", "repeated", "early", "late", "with a token", "shown", "synchronized", "projects"):
        assert told[name]["status"] == 200, name
    assert told["queried"]["body"]["total_number"] == 0
    assert (told["odd name"]["status"], told["odd name"]["code"]) == (404, "ModelArts.4352")
    assert told["encoded separator"]["status"] == 404
    assert told["deleted"] == {"status": 204, "body": None}
    assert signed["by region"]["status"] == 200


def test_what_it_does_not_sign_is_not(signed: Any) -> None:
    told = signed["wrong"]
    for name in ("changed body", "changed query", "too early", "too late", "temporary", "unknown key", "form"):
        assert (told[name]["status"], told[name]["code"]) == (401, "APIGW.0301"), name
        assert told[name]["request"] and told[name]["said"], name
    assert (told["other project"]["status"], told["other project"]["code"]) == (403, "ModelArts.0210")
    assert (told["unread body"]["status"], told["unread body"]["code"]) == (400, "ModelArts.0104")


def test_a_key_is_locked_after_five_wrong_signatures(signed: Any) -> None:
    told = signed["locked"]
    assert (told["before"], told["guesses"], told["others"]) == (200, [401] * 5, 200)
    assert told["after"]["code"] == "APIGW.0301" and "locked" in told["after"]["said"]
