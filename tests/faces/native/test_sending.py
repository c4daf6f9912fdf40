"""Files that are sent in piece by piece, collections, and formats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.faces.native.house import House, served

pytestmark = pytest.mark.anyio
BYTES = {"content-type": "application/octet-stream"}


async def made(client: httpx2.AsyncClient, **more: Any) -> dict[str, Any]:
    """Make a dataset whose pictures are sent in."""
    answer = await client.post("/v1/datasets", json={"name": "sent", **more})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def begun(client: httpx2.AsyncClient, **wish: Any) -> httpx2.Response:
    """Ask to send a file in."""
    return await client.post("/v1/uploads", json={"name": "a.zip", "length": 6} | wish)


async def test_a_file_comes_in_pieces_and_a_piece_may_be_sent_again(house: House) -> None:
    async with house.client("mia") as client:
        dataset = await made(client)
        answer = await begun(client, purpose="annotations", dataset=dataset["id"])
        assert answer.status_code == 201, answer.text
        place = f"/v1/uploads/{answer.json()['upload']}"
        assert answer.json() | {"upload": ""} == {"upload": "", "name": "a.zip", "length": 6, "offset": 0}
        for _ in range(2):
            told = await client.patch(place, content=b"abcd", headers=BYTES)
            assert (told.status_code, told.json()["offset"]) == (200, 4)
        gap = await client.patch(f"{place}?offset=5", content=b"f", headers=BYTES)
        assert gap.status_code == 409 and "4 bytes" in gap.json()["detail"]
        form = await client.patch(f"{place}?offset=4", content=b"ef", headers={"content-type": "text/plain"})
        assert form.status_code == 415
        much = await client.patch(f"{place}?offset=4", content=b"efg", headers=BYTES)
        assert much.status_code == 413
        assert (await client.patch(f"{place}?offset=4", content=b"ef", headers=BYTES)).json()["offset"] == 6
        assert (await client.get(place)).json()["offset"] == 6
        group, _, file = answer.json()["upload"].partition("/")
        assert house.uploads.path(group, file).read_bytes() == b"abcdef"
        assert (await client.delete(place)).status_code == 204
        assert (await client.get(place)).status_code == (await client.delete(place)).status_code == 404


async def test_a_piece_may_be_larger_than_other_bodies_and_no_larger_than_was_said(house: House) -> None:
    size = house.settings.body_limit + 1
    async with house.client("mia") as client:
        place = f"/v1/uploads/{(await begun(client, purpose='backup', length=size)).json()['upload']}"
        assert (await client.patch(place, content=bytes(size + 1), headers=BYTES)).status_code == 413
        assert (await client.patch(place, content=bytes(size), headers=BYTES)).json()["offset"] == size
        await client.delete(place)
        assert (await begun(client, purpose="backup", length=house.settings.upload_limit + 1)).status_code == 413


async def test_what_a_file_is_for_is_looked_at_before_it_comes(house: House) -> None:
    async with house.client("mia") as client, house.client("max") as other, house.client("vera") as viewer:
        dataset = await made(client)
        collection = (await client.post("/v1/collections", json={"name": "zoo"})).json()
        for wish in (
            {"purpose": "annotations"},
            {"purpose": "annotations", "collection": collection["id"]},
            {"purpose": "archive", "dataset": dataset["id"]},
            {"purpose": "backup", "dataset": dataset["id"]},
            {"purpose": "pictures", "dataset": dataset["id"], "collection": collection["id"]},
            {"purpose": "backup", "name": ""},
            {"purpose": "backup", "name": "a\0b"},
            {"purpose": "backup", "length": -1},
            {"purpose": "dinner"},
        ):
            assert (await begun(client, **wish)).status_code == 400, wish
        unknown = await begun(client, purpose="annotations", dataset=dataset["id"], assignment=99)
        assert unknown.status_code == 404
        for who in (other, viewer):
            for wish in (
                {"purpose": "annotations", "dataset": dataset["id"]},
                {"purpose": "pictures", "dataset": dataset["id"]},
                {"purpose": "archive", "collection": collection["id"]},
            ):
                assert (await begun(who, **wish)).status_code == 404, wish
        assert (await begun(viewer, purpose="backup")).status_code == 403


async def test_nobody_else_knows_of_a_file(house: House) -> None:
    async with house.client("mia") as client, house.client("ada") as administrator:
        place = f"/v1/uploads/{(await begun(client, purpose='backup')).json()['upload']}"
        assert (await administrator.get(place)).status_code == 404
        assert (await administrator.patch(place, content=b"x", headers=BYTES)).status_code == 404
        assert (await administrator.delete(place)).status_code == 404
        for group in ("..", "A", "a" * 101, "%2e%2e"):
            assert (await client.get(f"/v1/uploads/{group}/{'0' * 32}")).status_code == 404
        await client.delete(place)


async def test_pictures_come_only_where_the_house_keeps_them(built: Callable[..., House], tmp_path: Path) -> None:
    (tmp_path / "sources" / "d").mkdir(parents=True)
    async with served(built(source_roots=(str(tmp_path / "sources"),))) as house:
        await house.people()
        async with house.client("ada") as client:
            kept = await made(client)
            assert (await begun(client, purpose="pictures", dataset=kept["id"])).status_code == 201
            other = await made(client, name="folder", source=str(tmp_path / "sources" / "d"))
            assert (await begun(client, purpose="pictures", dataset=other["id"])).status_code == 409


async def test_collections_share_labels_and_go_with_their_datasets(house: House) -> None:
    async with house.client("mia") as client, house.client("max") as other:
        wish = {"name": "zoo", "description": "Animals", "labels": [{"name": "cat"}]}
        collection = (await client.post("/v1/collections", json=wish)).json()
        assert (collection["name"], collection["description"]) == ("zoo", "Animals")
        place = f"/v1/collections/{collection['id']}"
        assert (await client.get(place)).json() == collection
        assert (await client.post("/v1/collections", json={"name": "zoo"})).status_code == 409
        changed = await client.patch(place, json={"description": "Beasts"})
        assert changed.json()["description"] == "Beasts"
        dataset = await made(client, collection=collection["id"])
        assert dataset["collection"] == collection["id"]
        for at in (place, f"/v1/datasets/{dataset['id']}"):
            assert [label["name"] for label in (await client.get(f"{at}/labels")).json()] == ["cat"]
        added = await client.patch(f"{place}/labels", json={"add": [{"name": "dog"}]})
        assert [label["name"] for label in added.json()] == ["cat", "dog"]
        labelled = await client.post("/v1/datasets", json={"name": "x", "collection": collection["id"], **wish})
        assert labelled.status_code == 400
        for method, at in (("GET", place), ("PATCH", place), ("DELETE", place), ("GET", f"{place}/labels")):
            assert (await other.request(method, at, json={} if method == "PATCH" else None)).status_code == 404
        assert (await client.delete(place)).status_code == 204
        assert (await client.get(f"/v1/datasets/{dataset['id']}")).status_code == 404


async def test_collections_are_listed_page_by_page(house: House) -> None:
    async with house.client("mia") as client:
        for number in range(3):
            await client.post("/v1/collections", json={"name": f"c{number}"})
        first = (await client.get("/v1/collections?limit=2")).json()
        assert [one["name"] for one in first["collections"]] == ["c2", "c1"] and first["total"] == 3
        second = (await client.get(f"/v1/collections?limit=2&cursor={first['next']}")).json()
        assert [one["name"] for one in second["collections"]] == ["c0"] and second["next"] is None
        assert (await client.get("/v1/collections?cursor=nonsense")).status_code == 400


async def test_formats_are_listed(house: House) -> None:
    async with house.client("vera") as client:
        told = (await client.get("/v1/formats")).json()
    assert {"COCO 1.0", "CVAT for images 1.1"} <= {one["name"] for one in told["exports"]}
    assert {"COCO 1.0", "CVAT 1.1"} <= {one["name"] for one in told["imports"]}
