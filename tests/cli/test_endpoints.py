"""`jobyard endpoints` and a dataset over a bucket, against a real house, a real worker and a real S3 server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.job.ids import new_id
from tests.cli.running import RunningHouse
from tests.datasets.sources import servers
from tests.datasets.yard import put


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with servers.rclone(folder) as url:
        yield url


def test_a_bucket_is_allowed_synchronized_and_taken_back(house: RunningHouse, folder: Path, url: str) -> None:
    bucket, name = f"cats-{new_id()[:8]}", f"main-{new_id()[:8]}"
    for number in range(30):
        put(folder, f"{bucket}/train/{number % 3}/{number}.jpg", b"x" * number)
    key = ("--access", servers.ACCESS)
    told = house.cli("endpoints", "add", name, url, "--allow", bucket, *key, stdin=f"{servers.SECRET}\n")
    assert (told.code, told.out) == (0, f"{name} allows {bucket}/\n"), told.err
    listed = house.cli("endpoints", "list")
    assert name in listed.out and servers.ACCESS in listed.out and servers.SECRET not in listed.out
    assert house.call("endpoints", "test", name).code == 0
    made = house.call("datasets", "create", name, f"s3://{bucket}/train", "--json").json
    assert made["source"] == f"s3://{bucket}/train/"
    done = house.call("datasets", "sync", name, "--wait", "--json").json
    assert (done["state"], done["result"]["added"]) == ("succeeded", 30)
    (folder / bucket / "train/1/1.jpg").unlink()
    assert house.call("datasets", "sync", name, "--wait", "--json").json["result"]["deleted"] == 1
    everything = house.call("jobs", "logs", done["id"]).out + house.errors.read_text() + str(done)
    assert servers.SECRET not in everything
    wrong = house.cli("endpoints", "add", name, url, "--allow", bucket, *key, stdin="another\n")
    assert wrong.code == 0
    tried = house.call("endpoints", "test", name, "--json")
    assert (tried.code, tried.json[0]["code"]) == (1, "source_forbidden")
    failed = house.call("datasets", "sync", name, "--wait", "--json")
    assert failed.code == 1
    assert "may not be read: the secret key is not that of the access key" in failed.json["failure"]["message"]
    assert house.call("endpoints", "remove", name).code == 0
    assert house.call("endpoints", "remove", name).code == 3
    gone = house.call("datasets", "sync", name, "--wait", "--json").json
    assert "is not inside a folder that an administrator allowed" in gone["failure"]["message"]
