"""Run where cvat-sdk is installed: plays the named scenario against a house and tells what it saw as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cvat_sdk import Client, make_client
from cvat_sdk.core.client import AccessTokenCredentials, PasswordCredentials

Scenario = Callable[[Client, Path, dict[str, Any]], dict[str, Any]]


def scenarios() -> dict[str, Scenario]:
    """Return the scenarios by name; they lie in this checkout, which the clients' environment does not know."""
    sys.path.insert(0, str(Path(__file__).parents[3]))
    from tests.clients.cvat import judging, lives, refusing, reviewing

    every: list[Scenario] = [
        lives.life,
        lives.project,
        refusing.refusals,
        refusing.strangers,
        refusing.asked,
        refusing.waiting,
        judging.judged,
        reviewing.reviewed,
    ]
    return {scenario.__name__: scenario for scenario in every}


def main() -> None:
    """Read the facts, do what they say, write what was seen."""
    given = json.load(sys.stdin)
    host, _, port = given["url"].rpartition(":")

    def again(password: str, user: str = given["user"]) -> Client:
        return make_client(host, port=int(port), credentials=PasswordCredentials(user, password))

    given["again"] = again
    if "token" in given:
        client = make_client(host, port=int(port), credentials=AccessTokenCredentials(given["token"]))
    else:
        client = again(given["password"])
    with client:
        client.config.status_check_period = 0.5
        told = scenarios()[given["scenario"]](client, Path(given["folder"]), given)
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
