"""What the README and the how-to say to users of OpenStack's command line is typed as it stands."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.running import RunningHouse, environment
from tests.clients.asking import surroundings, typed
from tests.clients.environments import environment as clients
from tests.house import markdown, tree

FAMILY = "modelarts"
README = tree.ROOT / "README.md"
HOW_TO = tree.ROOT / "docs" / "how-to" / "synchronize-with-openstack.md"
PACE = "0.02"


@contextmanager
def shown(folder: Path) -> Iterator[str]:
    """Run the demo as `make run` does, give all that it says, and press Ctrl-C."""
    words = [sys.executable, "-m", "jobyard", "demo", "--data", str(folder / "demo"), "--port", "0", "--pace", PACE]
    with (folder / "demo.err").open("wb") as errors:
        process = subprocess.Popen(words, env=environment(), stdout=subprocess.PIPE, stderr=errors, text=True)
    assert process.stdout is not None
    said = ""
    try:
        while "Ctrl-C" not in said:
            line = process.stdout.readline()
            assert line, (folder / "demo.err").read_text()
            said += line
        yield said
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        process.stdout.close()


def pasted(said: str) -> dict[str, str]:
    """Return the variables that were printed to be pasted."""
    lines = [line.strip().removeprefix("export ") for line in said.splitlines() if line.strip().startswith("export ")]
    return dict(shlex.split(line)[0].split("=", 1) for line in lines)


def lines(page: Path) -> list[list[str]]:
    """Return the commands of OpenStack's command line on a page."""
    told = [line for block in markdown.blocks(page, "sh") for line in markdown.commands(block)]
    return [shlex.split(line) for line in told if line.startswith("openstack ")]


@pytest.mark.storm
@pytest.mark.timeout(240)
def test_the_readme_is_true_of_what_make_run_shows(tmp_path: Path) -> None:
    with shown(tmp_path) as said:
        variables = pasted(said)
        assert variables.keys() == {"OS_AUTH_TYPE", "OS_ENDPOINT", "OS_TOKEN"}
        listed, synced, status = [typed(FAMILY, words, tmp_path, variables) for words in lines(README)]
    for ended in (listed, synced, status):
        assert ended.returncode == 0, ended.stderr
    assert "pictures" in listed.stdout and synced.stdout == ""
    assert any(word in status.stdout for word in ("QUEUING", "STARTING", "RUNNING", "COMPLETED"))


@pytest.mark.storm
@pytest.mark.timeout(240)
def test_the_how_to_can_be_typed_as_it_stands(house: RunningHouse, tmp_path: Path) -> None:
    for name in ("a.jpg", "b.png", "notes.txt"):
        (house.sources / "streets").mkdir(exist_ok=True)
        (house.sources / "streets" / name).write_bytes(name.encode())
    variables = pasted(house.call("credentials").out)
    variables = {name: value for name, value in variables.items() if name.startswith("OS_")}
    create, sync, status = lines(HOW_TO)
    create = [word.replace("/data/photos/", f"{house.sources}/") for word in create]
    for words in (create, sync):
        ended = typed(FAMILY, words, tmp_path, variables)
        assert ended.returncode == 0, ended.stderr
    with house.client() as client:
        [job] = client.jobs()
        assert client.wait(job.id, timeout=30).state == "succeeded"
        assert (job.kind, job.face) == ("dataset.sync", "modelarts")
    told = typed(FAMILY, [*status, "-f", "shell"], tmp_path, variables)
    for line in ('status="COMPLETED"', 'add_sample_count="2"', 'total_sample_count="2"'):
        assert line in told.stdout.splitlines(), told.stdout
    [block] = markdown.blocks(HOW_TO, "python")
    text = block.text.replace("http://127.0.0.1:8080/v2/PROJECT", variables["OS_ENDPOINT"])
    text = text.replace("jy_...", variables["OS_TOKEN"])
    python = str(clients(FAMILY) / "python")
    ran = subprocess.run([python, "-c", text], env=surroundings(tmp_path), capture_output=True, text=True, timeout=60)
    assert ran.stdout == "streets 2 COMPLETED\n", ran.stderr
    assert pasted("\n".join(one.text for one in markdown.blocks(HOW_TO, "sh"))).keys() >= variables.keys()
