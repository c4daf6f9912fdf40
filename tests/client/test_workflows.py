"""Workflows through the client: handed in, run on a file beside, listened to, changed, fetched and removed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from jobyard.client import Conflict, Damaged, Invalid, Jobyard, NotFound
from jobyard.client.gathering import GatheringEdit
from jobyard.client.shapes.workflows import Look
from jobyard.client.workflows import WorkflowEdit
from tests.cli.running import RunningHouse
from tests.client.answering import Prepared, json
from tests.workflows.drawing import Canvas

OUT = '<File FileFormat="0">old.csv</File><FormatSpecificOptions><CodePage>65001</CodePage></FormatSpecificOptions>'


@pytest.fixture
def client(house: RunningHouse) -> Iterator[Jobyard]:
    with house.client() as client:
        yield client


def drawn(folder: Path, plugin: str = "Filter") -> Path:
    canvas = Canvas()
    source = canvas.tool("DbFileInput", '<File FileFormat="0">people.csv</File>')
    rule = "<Mode>Custom</Mode><Expression>ToNumber([age]) &gt; 40</Expression>"
    kept = canvas.tool(plugin, rule, Input=source)
    canvas.tool("DbFileOutput", OUT, Input=(kept, "True"))
    return canvas.saved(folder, name="old.yxmd")


def undone(look: Look) -> list[str]:
    """Return the tools that are not done here; a file that is missing is another matter."""
    return [one.title for one in look.tools if not one.runs and "people.csv" not in str(one.reasons)]


def test_a_workflow_runs_on_a_file_that_was_handed_in(client: Jobyard, tmp_path: Path) -> None:
    flow = client.workflows.add(drawn(tmp_path), "Who is old?", comment="first")
    assert (flow.name, flow.look.count, flow.published.comment) == ("Who is old?", 3, "first")
    # It runs once the file that it does not bring along is handed in.
    assert (flow.look.runs, flow.look.inputs, flow.look.outputs) == (False, ["people.csv"], ["old.csv"])
    (tmp_path / "people.csv").write_text("name,age\nAda,36\nEmmy,53\n")
    data = client.workflows.add_file(tmp_path / "people.csv")
    job = client.workflows.run(flow.id, files={"people.csv": data.file}, name="Ask")
    ended = client.wait(job.id, timeout=60)
    assert (ended.state, ended.name) == ("succeeded", "Ask"), ended.failure
    told = client.workflows.told(job.id)
    assert (told.workflow, told.version, [one.name for one in told.files]) == (flow.id, 1, ["old.csv"])
    assert [port.records for port in told.records[1].ports] == [1, 1]
    assert any("2 records were read" in one.text and one.tool == 1 for one in told.messages)
    shown = client.workflows.preview(job.id, "old.csv")
    assert (shown.columns, shown.rows) == (["name", "age"], [["Emmy", "53"]])
    assert client.download(job.id, "old.csv", tmp_path).read_bytes() == b"name,age\r\nEmmy,53\r\n"
    client.workflows.delete_file(data.file)
    with pytest.raises(NotFound):
        client.workflows.delete_file(data.file)
    with pytest.raises(Invalid, match="nobody asks"):
        client.workflows.run(flow.id, {"Colour": "red"})


def test_versions_are_kept_changed_and_fetched(client: Jobyard, tmp_path: Path) -> None:
    flow = client.workflows.add(drawn(tmp_path))
    assert flow.name == "old"
    again = client.workflows.add_version(flow.id, drawn(tmp_path / "second", "SpatialMatch"), comment="worse")
    assert (again.published.number, undone(again.look)) == (2, ["Spatial Match"])
    assert undone(client.workflows.look(flow.id, 1)) == []
    changed = client.workflows.change(flow.id, WorkflowEdit(name="Old ones", published=1))
    assert (changed.name, changed.published.number, changed.comments) == ("Old ones", 1, "")
    assert flow.id in [one.id for one in client.workflows.all()]
    place = client.workflows.download(flow.id, tmp_path / "second.yxmd", 2)
    assert place.read_bytes() == (tmp_path / "second" / "old.yxmd").read_bytes()
    with pytest.raises(FileExistsError):
        client.workflows.download(flow.id, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"old.yxmd", "second", "second.yxmd"}
    held = client.workflows.run(flow.id, queue="nobody")
    with pytest.raises(Conflict):
        client.workflows.delete(flow.id)
    client.workflows.delete(flow.id, force=True)
    client.cancel(held.id)
    with pytest.raises(NotFound):
        client.workflows.get(flow.id)


def test_a_collection_is_filled_and_shared(client: Jobyard, tmp_path: Path) -> None:
    flow = client.workflows.add(drawn(tmp_path))
    if "carl" not in {one.name for one in client.users.all()}:
        client.users.add("carl", "member")
    collections = client.workflows.collections
    made = collections.create("Reports")
    collections.add_workflow(made.id, flow.id)
    shared = collections.share(made.id, "carl", ["add-assets"])
    assert (shared.workflows, [(one.id, one.permissions) for one in shared.members]) == (
        [flow.id],
        [("carl", ["add-assets"])],
    )
    assert collections.change(made.id, GatheringEdit(name="More")).name == "More"
    collections.drop_workflow(made.id, flow.id)
    collections.unshare(made.id, "carl")
    left = collections.get(made.id)
    assert (left.workflows, left.schedules, left.members) == ([], [], [])
    assert made.id in [one.id for one in collections.all()]
    with pytest.raises(NotFound):
        collections.add_schedule(made.id, "0" * 32)
    with pytest.raises(NotFound):
        collections.drop_schedule(made.id, "0" * 32)
    collections.delete(made.id)
    with pytest.raises(NotFound):
        collections.get(made.id)


def test_a_group_is_filled_and_shared_with(client: Jobyard) -> None:
    if "carl" not in {one.name for one in client.users.all()}:
        client.users.add("carl", "member")
    groups, collections = client.workflows.groups, client.workflows.collections
    made, place = groups.create("Analysts"), collections.create("Shared")
    assert groups.add(made.id, "carl").members == ["carl"]
    assert groups.rename(made.id, "Experts").name == "Experts"
    shared = collections.share_with_group(place.id, made.id, ["admin"])
    assert [(one.form, one.id, one.permissions) for one in shared.members] == [("group", made.id, ["admin"])]
    collections.unshare_with_group(place.id, made.id)
    assert collections.get(place.id).members == []
    with pytest.raises(Conflict):
        groups.delete(made.id)
    groups.drop(made.id, "carl")
    assert [one.name for one in groups.all() if one.id == made.id] == ["Experts"]
    assert groups.get(made.id).members == []
    groups.delete(made.id, force=True)
    with pytest.raises(NotFound):
        groups.get(made.id)
    collections.delete(place.id)


def test_a_package_that_arrives_damaged_is_not_kept(tmp_path: Path) -> None:
    version = {
        "number": 1,
        "file": "a.yxmd",
        "size": 3,
        "owner": "mia",
        "drawn": "workflow",
        "comment": "",
        "sha256": hashlib.sha256(b"right").hexdigest(),
        "created_at": "2026-01-01T00:00:00Z",
    }
    look = {"drawn": "workflow", "file": "a.yxmd", "runs": True, "count": 0, "tools": [], "problem": ""}
    flow = {
        "id": "a" * 32,
        "number": 1,
        "name": "a",
        "owner": "mia",
        "project": None,
        "public": False,
        "comments": "",
        "queue": "",
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
        "published": version,
        "may": [],
        "versions": [version],
        "look": {**look, "questions": [], "inputs": [], "outputs": [], "canvas": {"tools": [], "wires": []}},
    }
    house = Prepared(json(flow), httpx2.Response(200, stream=httpx2.ByteStream(b"wrong")))
    with house.client() as client, pytest.raises(Damaged):
        client.workflows.download("a" * 32, tmp_path)
    assert list(tmp_path.iterdir()) == []
