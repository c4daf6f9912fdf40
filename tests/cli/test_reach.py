"""How a command finds its house, and what it says when there is none."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobyard import settings
from jobyard.cli.doorplate import Doorplate, write_private
from tests.cli.running import RunningHouse, command, running

NOBODY = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> RunningHouse:
    """A house that was up once and has a job in it."""
    with running(tmp_path_factory.mktemp("closed"), workers=0) as house, house.client() as client:
        client.submit("command.run", {"argv": ["echo"]}, name="left behind")
    return house


@pytest.fixture
def stranger() -> Iterator[str]:
    """A service that is not ours."""
    server = http.server.HTTPServer(("127.0.0.1", 0), Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


class Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *rest: object) -> None:
        """Say nothing."""


def test_a_running_server_is_found_by_its_folder(house: RunningHouse) -> None:
    assert house.cli("users", "list", "--json").code == 0
    told = house.cli("users", "list", "--json", JOBYARD_URL=NOBODY, JOBYARD_TOKEN="t")
    assert told.code == 0, "a folder that was named wins over the environment"
    told = command("users", "list", "--json", folder=house.folder, JOBYARD_DATA=str(house.data))
    assert "admin" in {user["name"] for user in told.json}


def test_an_address_and_a_token_are_enough(house: RunningHouse, tmp_path: Path) -> None:
    token = house.plate.token
    flags = command("queues", "--url", house.url, "--token", token, "--json", folder=tmp_path)
    variables = command("queues", "--json", folder=tmp_path, JOBYARD_URL=house.url, JOBYARD_TOKEN=token)
    mixed = command("queues", "--url", house.url, "--json", folder=tmp_path, JOBYARD_URL=NOBODY, JOBYARD_TOKEN=token)
    assert flags.code == variables.code == mixed.code == 0
    assert {queue["name"] for queue in flags.json} >= {"default"}


def test_a_wrong_token_is_refused_in_one_sentence(house: RunningHouse, tmp_path: Path) -> None:
    told = command("jobs", "list", "--url", house.url, "--token", "jy_wrong", folder=tmp_path)
    assert told.code == 3
    assert told.err.count("\n") == 1 and "jy_wrong" not in told.err


def test_a_house_that_does_not_answer_is_unreachable(tmp_path: Path) -> None:
    told = command("jobs", "list", "--url", NOBODY, "--token", "t", folder=tmp_path)
    assert told.code == 4
    assert NOBODY in told.err and told.err.count("\n") == 1 and told.out == ""


def test_another_service_is_told_from_a_house(stranger: str, tmp_path: Path) -> None:
    told = command("jobs", "list", "--url", stranger, "--token", "t", folder=tmp_path)
    assert told.code == 4 and "not as Jobyard does" in told.err


def test_without_a_server_there_is_nobody_to_run_jobs(closed: RunningHouse) -> None:
    for words in (("jobs", "submit", "command.run"), ("jobs", "watch"), ("jobs", "wait", "1")):
        told = closed.call(*words)
        assert told.code == 4 and "jobyard up" in told.err, words


def test_a_folder_without_a_server_is_opened_in_place(closed: RunningHouse) -> None:
    listed = closed.cli("jobs", "list", "--json")
    assert [job["name"] for job in listed.json] == ["left behind"]
    shown = closed.call("jobs", "show", "1", "--json")
    assert shown.json["job"]["state"] == "queued"
    for words in (("queues",), ("kinds",), ("workers",), ("projects", "list"), ("keys", "list"), ("datasets", "list")):
        assert closed.call(*words).code == 0, words
    assert closed.call("keep", "doctor", "--json").json["findings"] == []


def test_opening_in_place_leaves_no_key_behind(closed: RunningHouse) -> None:
    before = closed.call("keys", "list", "--json").json
    after = closed.call("keys", "list", "--json").json
    assert len(before) == len(after) == 1, "only the one that is asking"
    assert before[0]["id"] != after[0]["id"]


def test_a_folder_that_is_no_house_is_left_alone(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        told = command("jobs", "list", "--data", str(folder), folder=tmp_path)
        assert told.code == 3 and "is no house" in told.err
    assert list(tmp_path.iterdir()) == []


def test_a_doorplate_of_another_process_is_not_believed(closed: RunningHouse, stranger: str) -> None:
    for url in (stranger, NOBODY, "nonsense"):
        Doorplate(url=url, pid=1, token="t").hang(closed.data)
        assert closed.call("users", "list").code == 0
    (closed.data / "server.json").write_bytes(b"{half")
    assert closed.call("users", "list").code == 0
    Doorplate.take_down(closed.data)
    Doorplate.take_down(closed.data)


def test_a_private_file_is_written_over_a_link_and_not_through_it(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / "secret").symlink_to(other)
    write_private(tmp_path / "secret", b"token")
    assert other.read_text() == "mine"
    assert (tmp_path / "secret").read_bytes() == b"token"
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "secret"]


def test_the_environment_says_where_the_house_is() -> None:
    said = settings.reach({"JOBYARD_URL": "http://a", "JOBYARD_TOKEN": "t", "OTHER": "x"})
    assert (said.url, said.token) == ("http://a", "t")
    assert settings.reach({}) == settings.Reach()
