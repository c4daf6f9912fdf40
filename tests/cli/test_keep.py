"""`jobyard keep`: backup, restore, prune and doctor."""

from __future__ import annotations

import hashlib
import io
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobyard.cli import archive
from jobyard.engine.upkeep import DATABASE
from jobyard.job.ids import new_id
from tests.cli.running import RunningHouse, called, running


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A running house in which things happened."""
    with running(tmp_path_factory.mktemp("lived")) as house, house.client() as client:
        for number in range(3):
            told = {"argv": ["sh", "-c", f"seq {number + 5} > out.txt"], "files": ["out.txt"]}
            client.wait(client.submit("command.run", told, name=f"made {number}").id, timeout=40)
        client.users.add("lena", "viewer")
        yield house


@pytest.fixture(scope="module")
def copy(lived: RunningHouse) -> Path:
    told = lived.cli("keep", "backup", str(lived.folder / "copy"), "--json")
    assert told.code == 0, told.err
    assert told.json["blobs"] == 3 and told.json["size"] > 0
    return lived.folder / "copy"


@pytest.fixture
def spoiled(copy: Path, tmp_path: Path) -> Path:
    """A copy of the copy, to do harm to."""
    return Path(shutil.copytree(copy, tmp_path / "spoiled"))


def state(house: RunningHouse) -> dict[str, Any]:
    with house.client() as client:
        jobs = [(job.id, job.number, job.name, job.state, job.revision) for job in client.jobs(order="number")]
        files = {id_: [(one.name, one.sha256) for one in client.results(id_)] for id_, *_ in jobs}
        return {"jobs": jobs, "files": files, "users": [(user.id, user.name, user.role) for user in client.users.all()]}


def test_a_backup_of_a_running_house_is_the_house(lived: RunningHouse, copy: Path, tmp_path: Path) -> None:
    before = state(lived)
    target = tmp_path / "data"
    told = called("keep", "restore", str(copy), "--data", str(target), "--json")
    assert told.code == 0, told.err
    assert (told.json["jobs"], told.json["blobs"]) == (3, 3)
    assert target.stat().st_mode & 0o777 == 0o700
    assert (target / "master.key").read_bytes() == (lived.data / "master.key").read_bytes()
    with running(tmp_path, workers=0) as restored:
        assert restored.ready["administrator"] is None
        assert state(restored) == before
        id_, name = before["jobs"][0][0], "out.txt"
        got = restored.cli("jobs", "download", id_, "--to", str(tmp_path), "--json")
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == got.json["sha256"]
        assert restored.call("keep", "doctor").code == 0


def test_a_backup_is_for_its_owner_only_and_not_written_over(lived: RunningHouse, copy: Path) -> None:
    assert copy.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in copy.rglob("*") if path.is_file())
    again = lived.call("keep", "backup", str(copy))
    assert again.code == 3 and "empty folder" in again.err


def test_a_backup_may_be_one_file(lived: RunningHouse, tmp_path: Path) -> None:
    target = tmp_path / "house.tar"
    assert lived.cli("keep", "backup", str(target)).code == 0
    assert target.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["house.tar"]
    with tarfile.open(target) as tar:
        assert all(archive.belongs(member.name) and member.isreg() and member.mode == 0o600 for member in tar)
    again = lived.call("keep", "backup", str(target))
    assert again.code == 2 and "exists" in again.err
    told = called("keep", "restore", str(target), "--data", str(tmp_path / "new"))
    assert told.code == 0 and "3 jobs, 3 result files" in told.out


def test_a_house_without_a_server_is_backed_up_too(copy: Path, tmp_path: Path) -> None:
    called("keep", "restore", str(copy), "--data", str(tmp_path / "a"))
    assert called("keep", "backup", str(tmp_path / "b"), "--data", str(tmp_path / "a")).code == 0
    assert called("keep", "restore", str(tmp_path / "b"), "--data", str(tmp_path / "c")).code == 0


def test_nothing_is_restored_over_what_is_there(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    told = called("keep", "restore", str(copy), "--data", str(tmp_path))
    assert told.code == 2 and "not an empty folder" in told.err
    assert (tmp_path / "mine").read_text() == "mine"
    empty = tmp_path / "empty"
    empty.mkdir()
    assert called("keep", "restore", str(copy), "--data", str(empty)).code == 0


def nothing_left(tmp_path: Path, told: Any, word: str) -> None:
    assert told.code == 6, told
    assert word in told.err and told.err.count("\n") == 1 and "Traceback" not in told.err
    assert sorted(path.name for path in tmp_path.iterdir() if "spoiled" not in path.name) == []


def test_a_changed_result_file_is_found(spoiled: Path, tmp_path: Path) -> None:
    blob = next(path for path in spoiled.glob("blobs/*/*"))
    blob.write_bytes(bytes(blob.stat().st_size))
    told = called("keep", "restore", str(spoiled), "--data", str(tmp_path / "new"))
    nothing_left(tmp_path, told, "another checksum")


def test_a_missing_result_file_is_found(spoiled: Path, tmp_path: Path) -> None:
    next(path for path in spoiled.glob("blobs/*/*")).unlink()
    nothing_left(tmp_path, called("keep", "restore", str(spoiled), "--data", str(tmp_path / "new")), "lacks")


@pytest.mark.parametrize("name", [DATABASE, "master.key"])
def test_a_missing_part_is_found(spoiled: Path, tmp_path: Path, name: str) -> None:
    (spoiled / name).unlink()
    nothing_left(tmp_path, called("keep", "restore", str(spoiled), "--data", str(tmp_path / "new")), name)


def test_a_damaged_database_is_found(spoiled: Path, tmp_path: Path) -> None:
    content = bytearray((spoiled / DATABASE).read_bytes())
    content[4096 * 3 : 4096 * 20] = b"\xff" * (4096 * 17)
    (spoiled / DATABASE).write_bytes(content)
    nothing_left(tmp_path, called("keep", "restore", str(spoiled), "--data", str(tmp_path / "new")), "database")


def test_a_cut_database_is_found(spoiled: Path, tmp_path: Path) -> None:
    content = (spoiled / DATABASE).read_bytes()
    (spoiled / DATABASE).write_bytes(content[: len(content) // 2])
    nothing_left(tmp_path, called("keep", "restore", str(spoiled), "--data", str(tmp_path / "new")), "database")


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", "blobs/aa/../../../evil", "extra", "blobs/aa/not-an-id", ".."]
)
def test_an_archive_cannot_write_elsewhere(copy: Path, tmp_path: Path, name: str) -> None:
    place = tmp_path / "spoiled.tar"
    with tarfile.open(place, "w") as tar:
        tar.add(copy / DATABASE, DATABASE)
        member = tarfile.TarInfo(name)
        member.size = 4
        tar.addfile(member, io.BytesIO(b"evil"))
    nothing_left(tmp_path, called("keep", "restore", str(place), "--data", str(tmp_path / "new")), "no backup has")
    assert not list(tmp_path.parent.glob("evil"))


def test_an_archive_cannot_bring_links(copy: Path, tmp_path: Path) -> None:
    place = tmp_path / "spoiled.tar"
    with tarfile.open(place, "w") as tar:
        member = tarfile.TarInfo("master.key")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(member)
    nothing_left(tmp_path, called("keep", "restore", str(place), "--data", str(tmp_path / "new")), "no backup has")


def test_a_folder_cannot_bring_links(spoiled: Path, tmp_path: Path) -> None:
    (spoiled / "master.key").unlink()
    (spoiled / "master.key").symlink_to("/etc/passwd")
    nothing_left(tmp_path, called("keep", "restore", str(spoiled), "--data", str(tmp_path / "new")), "no backup has")


def test_what_is_no_archive_is_told(tmp_path: Path) -> None:
    (tmp_path / "spoiled.tar").write_bytes(b"not a tar" * 1000)
    told = called("keep", "restore", str(tmp_path / "spoiled.tar"), "--data", str(tmp_path / "new"))
    nothing_left(tmp_path, told, "neither")


def test_a_cut_archive_is_found(lived: RunningHouse, tmp_path: Path) -> None:
    place = tmp_path / "spoiled.tar"
    lived.call("keep", "backup", str(place))
    content = place.read_bytes()
    place.write_bytes(content[: len(content) * 2 // 3])
    told = called("keep", "restore", str(place), "--data", str(tmp_path / "new"))
    assert told.code == 6 and told.err.count("\n") == 1
    assert not (tmp_path / "new").exists()


def test_a_backup_needs_to_know_where_from(copy: Path, tmp_path: Path) -> None:
    told = called("keep", "restore", str(copy), "--data", str(tmp_path / "x"), "--database", "postgresql:///nowhere")
    assert told.code == 6 or told.code == 2
    assert not (tmp_path / "x").exists()


def test_pictures_that_were_sent_in_go_along(lived: RunningHouse, tmp_path: Path) -> None:
    place = f"pictures/{new_id()}/täst/ä b.png"
    (lived.data / place).parent.mkdir(parents=True)
    (lived.data / place).write_bytes(b"picture")
    (lived.data / "pictures" / "link").symlink_to("/etc")
    for target in (tmp_path / "copy", tmp_path / "copy.tar"):
        assert lived.call("keep", "backup", str(target)).code == 0
        restored = tmp_path / f"from {target.name}"
        told = called("keep", "restore", str(target), "--data", str(restored))
        assert told.code == 0, told.err
        assert (restored / place).read_bytes() == b"picture"
        assert [path.name for path in (restored / "pictures").iterdir()] == [place.split("/")[1]]


def test_task_files_and_workflows_go_along_and_what_is_still_written_does_not(
    lived: RunningHouse, tmp_path: Path
) -> None:
    places = []
    for folder in ("experiments", "packages"):
        blob = new_id()
        places.append(f"{folder}/{blob[-2:]}/{blob}")
        (lived.data / places[-1]).parent.mkdir(parents=True)
        (lived.data / places[-1]).write_bytes(blob.encode())
        (lived.data / folder / "aside" / new_id()).write_bytes(b"half")
    for target in (tmp_path / "whole", tmp_path / "whole.tar"):
        assert lived.call("keep", "backup", str(target)).code == 0
        restored = tmp_path / f"from {target.name}"
        told = called("keep", "restore", str(target), "--data", str(restored))
        assert told.code == 0, told.err
        assert [(restored / place).read_bytes().decode() for place in places] == [place[-32:] for place in places]
        assert not [path for path in restored.rglob("aside/*") if path.parents[1].name != "blobs"]


@pytest.mark.parametrize(
    ("name", "belongs"),
    [
        (DATABASE, True),
        ("master.key", True),
        ("server.json", False),
        ("", False),
        (".", False),
        ("blobs", False),
    ],
)
def test_only_what_a_backup_has_belongs_to_it(name: str, belongs: bool) -> None:
    assert archive.belongs(name) is belongs


def test_a_blob_belongs_where_its_name_says() -> None:
    blob = new_id()
    for folder in ("blobs", "experiments", "packages"):
        assert archive.belongs(f"{folder}/{blob[-2:]}/{blob}")
    assert not archive.belongs(f"uploads/{blob[-2:]}/{blob}")
    assert not archive.belongs(f"blobs/zz/{blob}")
    assert not archive.belongs(f"blobs/{blob[-2:]}/{blob}/x")


def test_a_picture_belongs_below_its_dataset() -> None:
    dataset = new_id()
    assert archive.belongs(f"pictures/{dataset}/a.png") and archive.belongs(f"pictures/{dataset}/a/ä b.png")
    for name in (f"pictures/{dataset}", f"pictures/{dataset}/../x", "pictures/x/a.png", f"pictures/{dataset}//a"):
        assert not archive.belongs(name)


def test_old_jobs_are_counted_and_then_pruned(copy: Path, tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    called("keep", "restore", str(copy), "--data", data)
    assert called("jobs", "keep", "1", "--always", "--data", data).code == 0
    counted = called("keep", "prune", "--older-than", "0", "--dry-run", "--data", data, "--json").json
    assert counted["jobs"] == 2 and counted["freed"] > 0
    assert len(called("jobs", "list", "--json", "--data", data).json) == 3
    pruned = called("keep", "prune", "--older-than", "0", "--data", data)
    assert (pruned.code, pruned.out.split(",")[0]) == (0, "2 jobs removed")
    assert [job["number"] for job in called("jobs", "list", "--json", "--data", data).json] == [1]
    assert called("keep", "prune", "--older-than", "-1", "--data", data).code == 3


def test_the_doctor_finds_what_is_missing(copy: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    called("keep", "restore", str(copy), "--data", str(data))
    assert called("keep", "doctor", "--data", str(data)).out.startswith("The house is sound.\n")
    next(path for path in data.glob("blobs/??/*")).unlink()
    told = called("keep", "doctor", "--data", str(data), "--json")
    assert told.code == 1 and len(told.json["findings"]) == 1 and "missing" in told.json["findings"][0]
    assert called("keep", "doctor", "--data", str(data)).code == 1
