"""ClearML's own clients in a test: programs of theirs against a house, and calls beside them."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2

from tests.cli.running import RunningHouse
from tests.clients.asking import ask, surroundings
from tests.clients.environments import environment
from tests.plain import NO_TRUST

FAMILY = "clearml"
FINAL = {"succeeded", "failed", "cancelled"}
PROGRAMS = Path(__file__).with_name(FAMILY)


def variables(house: RunningHouse) -> dict[str, str]:
    """Return what `jobyard credentials` tells to put into the environment of this family's clients."""
    told = house.call("credentials", "--json").json["clearml"]
    return {
        "CLEARML_API_HOST": told["api_server"],
        "CLEARML_WEB_HOST": told["web_server"],
        "CLEARML_FILES_HOST": told["files_server"],
        "CLEARML_API_ACCESS_KEY": told["access_key"],
        "CLEARML_API_SECRET_KEY": told["secret_key"],
    }


def program(house: RunningHouse, program_name: str, **given: Any) -> Any:
    """Run a program of this family; return what it saw."""
    folder = house.folder / program_name
    folder.mkdir(exist_ok=True)
    more = given.pop("more", {})
    told = {"variables": {**variables(house), **more, "PYTHONPATH": str(PROGRAMS)}, **given}
    return ask(FAMILY, PROGRAMS / f"{program_name}.py", told, folder)


@contextmanager
def left_running(house: RunningHouse, name: str, words: list[str], **more: str) -> Iterator[subprocess.Popen[str]]:
    """Run a program of this family beside the test, and end it with all that it started."""
    folder = house.folder / name
    folder.mkdir(exist_ok=True)
    told = surroundings(folder) | variables(house) | more
    with (folder / "said.txt").open("w") as said:
        process = subprocess.Popen(
            words,
            cwd=folder,
            env=told,
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            ended(process)
            if process.stdin is not None:
                process.stdin.close()


def ended(process: subprocess.Popen[str]) -> None:
    """End a program at once, with all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def agent(
    house: RunningHouse, name: str, *words: str, worker: str, **settings: str
) -> AbstractContextManager[subprocess.Popen[str]]:
    """Run the agent beside the test, in its own environment, which it then does not make for every task."""
    more = {
        **settings,
        "CLEARML_AGENT_SKIP_PYTHON_ENV_INSTALL": "1",
        "CLEARML_WORKER_ID": worker,
        "PATH": f"{environment(FAMILY)}{os.pathsep}{os.environ['PATH']}",
    }
    return left_running(house, name, [str(environment(FAMILY) / "clearml-agent"), *words], **more)


def called(house: RunningHouse, action: str, **body: Any) -> Any:
    """Call an action of the face as the house's own administrator."""
    headers = {"Authorization": f"Bearer {house.plate.token}"}
    with httpx2.Client(base_url=house.url, headers=headers, trust_env=False, verify=NO_TRUST, timeout=30) as client:
        answer = client.post(f"/{action}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]
