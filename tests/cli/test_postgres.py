"""The command line over a house on PostgreSQL: up, opened in place, backed up and restored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard.client import Conflict, TooMuch
from tests.cli.running import called, running
from tests.postgres_server import database


@pytest.fixture
def other_address(postgres_server: str) -> Iterator[str]:
    with database(postgres_server, "template0") as address:
        yield address


def test_a_house_on_postgresql_lives_is_copied_and_comes_back(
    bare_postgres_address: str, other_address: str, tmp_path: Path
) -> None:
    with running(tmp_path, JOBYARD_DATABASE=bare_postgres_address) as house, house.client() as client:
        told = {"argv": ["sh", "-c", "echo hello > out.txt"], "files": ["out.txt"]}
        job = client.wait(client.submit("command.run", told).id, timeout=40)
        assert job.state == "succeeded"
        key = house.cli("credentials", "--json").json["native"]["token"]
        backup = house.cli("keep", "backup", str(tmp_path / "copy.tar"), "--json")
        assert backup.code == 0 and backup.json["blobs"] == 1
    offline = house.cli("jobs", "list", "--json", JOBYARD_DATABASE=bare_postgres_address)
    assert [one["id"] for one in offline.json] == [job.id]

    wrong = called("keep", "restore", str(tmp_path / "copy.tar"), "--data", str(tmp_path / "new" / "data"))
    assert wrong.code == 2 and "--database" in wrong.err
    words = ("--data", str(tmp_path / "new" / "data"), "--database", other_address, "--json")
    restored = called("keep", "restore", str(tmp_path / "copy.tar"), *words)
    assert restored.code == 0, restored.err
    assert (restored.json["jobs"], restored.json["blobs"]) == (1, 1)
    with running(tmp_path / "new", workers=0, JOBYARD_DATABASE=other_address) as again, again.client(key) as client:
        assert client.job(job.id) == job
        assert client.download(job.id, "out.txt", tmp_path).read_text() == "hello\n"
        assert again.call("keep", "doctor").code == 0


def test_waiting_chains_and_bulk_verbs_are_the_same_on_postgresql(bare_postgres_address: str, tmp_path: Path) -> None:
    with running(tmp_path, workers=0, JOBYARD_DATABASE=bare_postgres_address) as house, house.client() as client:
        first = client.submit("command.run", {"argv": ["echo"]}, unique="one")
        with pytest.raises(Conflict) as caught:
            client.submit("command.run", {"argv": ["echo"]}, unique="one")
        assert caught.value.job == first.id
        second = client.submit("command.run", {"argv": ["echo"]}, after=[first.id])
        told = [client.job(job.id).waiting for job in (first, second)]
        assert [waiting.cause for waiting in told if waiting] == ["unserved", "needs"]
        assert client.edit(second.id, priority=9, name="Other").priority == 9
        assert house.call("limits", "set", "queue", "default", "--queued", "4").code == 0
        client.submit("command.run", {"argv": ["echo"]})
        client.submit("command.run", {"argv": ["echo"]})
        with pytest.raises(TooMuch):
            client.submit("command.run", {"argv": ["echo"]})
        [use] = client.limits.mine()
        assert use.queued is not None and (use.queued.used, use.queued.limit) == (4, 4)
        assert client.bulk("edit", edits={"priority": 1}, state="queued").done == 4
        done = client.bulk("cancel", state="queued")
        assert (done.matched, done.done, done.refused) == (4, 4, [])
        assert client.again(first.id, {"argv": ["echo", "2"]}).unique == "one"
        retried = client.bulk("retry", state="cancelled")
        assert (retried.done, sum(one.count for one in retried.refused)) == (3, 1)


def test_a_copy_is_only_poured_into_an_empty_database(
    bare_postgres_address: str, other_address: str, tmp_path: Path
) -> None:
    with running(tmp_path, workers=0, JOBYARD_DATABASE=bare_postgres_address) as house:
        assert house.cli("keep", "backup", str(tmp_path / "copy")).code == 0
    told = called(
        *("keep", "restore", str(tmp_path / "copy"), "--data", str(tmp_path / "n"), "--database", bare_postgres_address)
    )
    assert told.code == 6 and told.err.count("\n") == 1
    assert not (tmp_path / "n").exists()


def test_a_database_that_does_not_answer_is_told(tmp_path: Path) -> None:
    told = called("up", "--data", str(tmp_path / "d"), "--port", "0", "--database", "postgresql://127.0.0.1:9/none")
    assert told.code == 4
    assert told.err.count("\n") == 1 and "Traceback" not in told.err
