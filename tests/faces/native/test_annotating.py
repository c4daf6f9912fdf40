"""Labels, annotations and statistics of datasets over the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from jobyard.people.record import Role
from tests.faces.native.house import House, served
from tests.faces.native.test_datasets import synchronized

pytestmark = pytest.mark.anyio

HORSE = {
    "name": "horse",
    "kind": "skeleton",
    "attributes": [{"name": "mood", "input": "select", "values": ["calm", "wild"], "default": "calm", "mutable": True}],
    "parts": [{"name": "head"}, {"name": "tail", "color": "#00FF00"}],
    "drawing": "<circle/>",
}


class Shelf:
    """A dataset of three files, shared in a project, as people in several roles come to it."""

    def __init__(self, house: House, path: str, client: httpx2.AsyncClient, source: Path) -> None:
        self.house = house
        self.path = path
        self.client = client
        self.source = source

    async def get(self, rest: str = "", user: str | None = None) -> Any:
        """Return what is at an address below the dataset."""
        if user is None:
            answer = await self.client.get(self.path + rest)
        else:
            async with self.house.client(user) as client:
                answer = await client.get(self.path + rest)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def send(self, method: str, rest: str, body: Any, user: str | None = None) -> httpx2.Response:
        """Send a body to an address below the dataset."""
        if user is None:
            return await self.client.request(method, self.path + rest, json=body)
        async with self.house.client(user) as client:
            return await client.request(method, self.path + rest, json=body)

    async def done(self, method: str, rest: str, body: Any) -> Any:
        """Send a body and return the answer of what was done."""
        answer = await self.send(method, rest, body)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
async def shelf(built: Callable[..., House], tmp_path: Path) -> AsyncIterator[Shelf]:
    source = tmp_path / "sources" / "a"
    source.mkdir(parents=True)
    for name in ("1.jpg", "2.jpg", "3.jpg"):
        (source / name).touch()
    async with served(built(source_roots=(str(source.parent),), source_deletes=True)) as house:
        await house.people()
        project = await house.project("vision", mia=Role.OPERATOR, max=Role.MEMBER, vera=Role.VIEWER)
        async with house.client() as client:
            wanted = {
                "name": "cats",
                "source": str(source),
                "project": project,
                "purpose": "image_classification",
                "description": "Cats",
                "work_path": "/out/",
                "read_labels": False,
                "labels": [{"name": "cat"}, HORSE],
            }
            made = (await client.post("/v1/datasets", json=wanted)).json()
            await synchronized(house, made["id"], tmp_path)
            yield Shelf(house, f"/v1/datasets/{made['id']}", client, source)


async def test_a_dataset_says_what_it_is_for_and_is_changed(shelf: Shelf) -> None:
    shown = await shelf.get()
    assert (shown["purpose"], shown["description"], shown["work_path"]) == ("image_classification", "Cats", "/out/")
    assert (shown["read_labels"], shown["annotated"], shown["collection"]) == (False, 0, None)
    changed = await shelf.done("PATCH", "", {"name": "lions", "description": "", "read_labels": True})
    assert (changed["name"], changed["description"], changed["read_labels"]) == ("lions", "", True)
    assert changed["updated_at"] > shown["updated_at"]
    assert await shelf.get() == changed == await shelf.done("PATCH", "", {})
    bodies: list[Any] = [{"name": ""}, {"name": "a\nb"}, {"purpose": "free"}, {"name": None}, [], "x"]
    for wrong in bodies:
        assert (await shelf.send("PATCH", "", wrong)).status_code == 400, wrong
    assert (await shelf.send("PATCH", "", {"description": "x"}, "vera")).status_code == 403
    assert (await shelf.send("PATCH", "", {"description": "x"}, "max")).status_code == 200


async def test_labels_travel_whole_and_are_changed(shelf: Shelf) -> None:
    cat, horse = await shelf.get("/labels")
    assert (cat["name"], cat["kind"], len(cat["color"])) == ("cat", "any", 7)
    assert (horse["drawing"], [part["name"] for part in horse["parts"]]) == ("<circle/>", ["head", "tail"])
    assert horse["parts"][1]["color"] == "#00ff00"
    assert {**horse["attributes"][0], "number": 0} == {**HORSE["attributes"][0], "number": 0}  # type: ignore[dict-item]
    change = {"add": [{"name": "dog"}], "update": [{**cat, "name": "lion"}], "delete": [horse["number"]]}
    there = await shelf.done("PATCH", "/labels", change)
    assert [label["name"] for label in there] == ["lion", "dog"]
    assert there == await shelf.get("/labels")
    assert (await shelf.send("PATCH", "/labels", {"add": [{"name": "dog"}]})).status_code == 409
    assert (await shelf.send("PATCH", "/labels", {"delete": [horse["number"]]})).status_code == 404
    bodies: list[Any] = [
        {"add": [{"name": ""}]},
        {"add": [{"name": "x", "kind": "circle"}]},
        {"add": [{"name": "x", "color": "red"}]},
        {"add": [{"name": "x", "kind": "skeleton"}]},
        {"update": [{"name": "x", "number": -1}]},
        {"delete": [2**60]},
        {"policy": "burn"},
        {"remove": []},
    ]
    for wrong in bodies:
        assert (await shelf.send("PATCH", "/labels", wrong)).status_code == 400, wrong
    assert (await shelf.send("PATCH", "/labels", {}, "vera")).status_code == 403


async def test_samples_are_labelled_found_and_counted(shelf: Shelf) -> None:
    samples = (await shelf.get("/samples"))["samples"]
    assert [(one["number"], one["labels"], one["by_hand"]) for one in samples] == [(n, [], False) for n in (1, 2, 3)]
    ids = [one["id"] for one in samples]
    box = {"name": "cat", "kind": "rectangle", "points": [1, 2, 3, 4], "score": 0.5}
    wanted = [
        {"sample": ids[0], "labels": [{"name": "cat"}, box]},
        {"sample": ids[1], "labels": [{"name": "dog"}]},
        {"sample": "f" * 32, "labels": []},
        {"sample": ids[2], "labels": []},
    ]
    outcomes = (await shelf.done("PUT", "/samples/labels", {"samples": wanted}))["outcomes"]
    assert [one["code"] for one in outcomes] == ["", "not_found", "not_found", ""]
    assert outcomes[1]["reason"] == "There is no label dog."
    made = await shelf.done("PUT", "/samples/labels", {"samples": wanted[1:2], "make_labels": True})
    assert made["outcomes"][0]["code"] == ""
    found = await shelf.get("/samples?label=cat")
    assert ([one["path"] for one in found["samples"]], found["total"], found["next"]) == (["1.jpg"], 1, None)
    assert [one["path"] for one in (await shelf.get("/samples?annotated=false"))["samples"]] == ["3.jpg"]
    first = await shelf.get("/samples?annotated=true&limit=1")
    assert (first["samples"][0]["path"], first["total"]) == ("1.jpg", 2)
    second = await shelf.get(f"/samples?annotated=true&limit=1&cursor={first['next']}")
    assert [one["path"] for one in second["samples"]] == ["2.jpg"]
    assert [one["path"] for one in (await shelf.get("/samples?text=3.j"))["samples"]] == ["3.jpg"]
    whole = await shelf.get(f"/samples/{ids[0]}")
    assert (len(whole["annotations"]["tags"]), whole["labels"], whole["by_hand"]) == (1, ["cat"], True)
    shape = whole["annotations"]["shapes"][0]
    assert (shape["kind"], shape["points"], shape["score"], shape["frame"]) == ("rectangle", [1, 2, 3, 4], 0.5, 0)
    statistics = await shelf.get("/statistics")
    assert (statistics["samples"], statistics["annotated"]) == (3, 2)
    counts = {one["label"]["name"]: (one["samples"], one["uses"]) for one in statistics["labels"]}
    assert counts == {"cat": (1, 2), "horse": (0, 0), "dog": (1, 1)}
    assert (await shelf.get())["annotated"] == 2
    for wrong in ("label=", "annotated=2", "cursor=x", f"cursor={first['next']}"):
        assert (await shelf.client.get(f"{shelf.path}/samples?{wrong}")).status_code == 400, wrong
    assert (await shelf.send("PUT", "/samples/labels", {"samples": wanted}, "vera")).status_code == 403


async def test_samples_are_deleted_with_and_without_their_files(shelf: Shelf) -> None:
    ids = [one["id"] for one in (await shelf.get("/samples"))["samples"]]
    kept = await shelf.done("POST", "/samples/delete", {"samples": ids[:1]})
    assert kept["outcomes"] == [{"sample": ids[0], "code": "", "reason": ""}]
    gone = await shelf.done("POST", "/samples/delete", {"samples": ids[:2], "delete_source": True})
    assert [one["code"] for one in gone["outcomes"]] == ["not_found", ""]
    assert sorted(file.name for file in shelf.source.iterdir()) == ["1.jpg", "3.jpg"]
    assert (await shelf.get())["samples"] == 1
    asked = {"samples": ids[2:], "delete_source": True}
    assert (await shelf.send("POST", "/samples/delete", asked, "max")).status_code == 403
    assert (await shelf.send("POST", "/samples/delete", {"samples": ids[2:]}, "vera")).status_code == 403
    for wrong in ({}, {"samples": ["x"]}, {"samples": [ids[2]] * 1001}):
        assert (await shelf.send("POST", "/samples/delete", wrong)).status_code == 400, wrong


def said(cat: Any, horse: Any) -> dict[str, Any]:
    """Return a tag, shapes and a track of two labels."""
    head, tail = horse["parts"]
    value = [{"attribute": horse["attributes"][0]["number"], "value": "wild"}]
    spots = [{"frame": frame, "kind": "points", "points": [frame, 0.5]} for frame in (0, 2)]
    track = {
        "frame": 0,
        "label": horse["number"],
        "group": 2,
        "attributes": value,
        "positions": [
            {"frame": 0, "kind": "skeleton"},
            {"frame": 2, "kind": "skeleton", "outside": True, "attributes": value},
        ],
        "parts": [{"frame": 0, "label": head["number"], "positions": spots}],
    }
    bones = {
        "frame": 1,
        "label": horse["number"],
        "kind": "skeleton",
        "attributes": value,
        "parts": [{"label": tail["number"], "points": [1.5, 2.25], "occluded": True}],
    }
    mask = {"frame": 2, "label": cat["number"], "kind": "mask", "points": [0, 4, 5, 6, 6, 7], "source": "auto"}
    tag = {"frame": 2, "label": cat["number"], "score": 0.125}
    return {"tags": [tag], "shapes": [bones, mask], "tracks": [track]}


async def test_annotations_are_read_and_changed(shelf: Shelf) -> None:
    wanted = said(*await shelf.get("/labels"))
    added = await shelf.done("PATCH", "/annotations", {"add": wanted})
    assert await shelf.get("/annotations") == added
    for sent, kept in ((wanted["tags"][0], added["tags"][0]), (wanted["shapes"][1], added["shapes"][1])):
        assert kept | sent == kept and kept["number"] > 0
    assert added["shapes"][0]["parts"][0]["points"] == [1.5, 2.25]
    assert added["tracks"][0]["parts"][0]["positions"][1]["points"] == [2, 0.5]
    assert len((await shelf.get("/annotations?first=1&last=1"))["shapes"]) == 1
    moved = {**added["shapes"][1], "frame": 0}
    gone = [added["tags"][0]["number"]]
    revision = {"replace": {"first": 0, "last": 1}, "update": {"shapes": [moved]}, "delete": gone}
    changed = await shelf.done("PATCH", "/annotations", revision)
    assert changed["shapes"] == [moved]
    assert await shelf.get("/annotations", "vera") == {"tags": [], "shapes": [moved], "tracks": []}


async def test_annotations_that_do_not_fit_change_nothing(shelf: Shelf) -> None:
    wanted = said(*await shelf.get("/labels"))
    [tag], [bones, mask], [track] = wanted["tags"], wanted["shapes"], wanted["tracks"]
    added = await shelf.done("PATCH", "/annotations", {"add": wanted})
    wrong_label = await shelf.send("PATCH", "/annotations", {"add": {"tags": [{"frame": 0, "label": 2**40}]}})
    assert wrong_label.status_code == 400 and wrong_label.json()["errors"][0]["path"] == "tags[0]"
    for wrong in (
        {"add": {"shapes": [{**bones, "attributes": bones["attributes"] * 2}]}},
        {"add": {"shapes": [{**mask, "points": [1]}]}},
        {"add": {"tags": [{**tag, "frame": 9}]}},
        {"add": {"tags": [{**tag, "score": 2}]}},
        {"add": {"tracks": [{**track, "positions": []}]}},
        {"replace": {"first": 1, "last": 0}},
        {"layer": -1},
        {"add": None, "delete": [-1]},
    ):
        assert (await shelf.send("PATCH", "/annotations", wrong)).status_code == 400, wrong
    assert (await shelf.send("PATCH", "/annotations", {"delete": [10**9]})).status_code == 404
    assert (await shelf.send("PATCH", "/annotations", {"layer": 7})).status_code == 404
    assert (await shelf.send("PATCH", "/annotations", {}, "vera")).status_code == 403
    assert (await shelf.client.get(f"{shelf.path}/annotations?layer=7")).status_code == 404
    assert (await shelf.client.get(f"{shelf.path}/annotations?first=-1")).status_code == 400
    assert await shelf.get("/annotations") == added


async def test_synchronizations_are_told_with_their_counts(shelf: Shelf) -> None:
    [sync] = await shelf.get("/syncs")
    assert (sync["listed"], sync["added"], sync["deleted"], sync["expected"]) == (3, 3, 0, 0)
    assert sync["finished_at"] is not None
    assert sync == await shelf.get(f"/syncs/{sync['job']}", "vera")
    assert sync["job"] == (await shelf.get())["last_job"]
    assert (await shelf.client.get(f"{shelf.path}/syncs/{'0' * 32}")).status_code == 404


async def test_for_strangers_there_is_no_such_dataset(shelf: Shelf) -> None:
    await shelf.house.project("other", vera=Role.MEMBER)
    async with shelf.house.client("olga") as operator:
        assert (await operator.get(f"{shelf.path}/labels")).status_code == 200
    private = await shelf.client.post("/v1/datasets", json={"name": "own", "source": str(shelf.source)})
    shelf.path = f"/v1/datasets/{private.json()['id']}"
    for rest in ("", "/labels", "/statistics", "/annotations", "/samples?annotated=true", "/syncs"):
        async with shelf.house.client("max") as client:
            assert (await client.get(shelf.path + rest)).status_code == 404, rest
    for method, rest, body in (
        ("PATCH", "", {"description": "x"}),
        ("PATCH", "/labels", {}),
        ("PATCH", "/annotations", {}),
        ("PUT", "/samples/labels", {"samples": []}),
        ("POST", "/samples/delete", {"samples": []}),
    ):
        assert (await shelf.send(method, rest, body, "max")).status_code == 404, rest
