"""Runs beside Huawei's core: requests signed by it, right and wrong ones, each told by what came back."""

from __future__ import annotations

import json
import sys
import warnings
from datetime import UTC, datetime, timedelta
from typing import Any

warnings.filterwarnings("ignore")  # another product's; they are no news here

from huaweicloudsdkcore.auth.credentials import BasicCredentials  # type: ignore[import-not-found]  # noqa: E402
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException  # type: ignore[import-not-found]  # noqa: E402
from huaweicloudsdkcore.http.http_config import HttpConfig  # type: ignore[import-not-found]  # noqa: E402
from huaweicloudsdkcore.region.region import Region  # type: ignore[import-not-found]  # noqa: E402
from huaweicloudsdkmodelarts.v1 import ModelArtsClient  # type: ignore[import-not-found]  # noqa: E402

GIVEN = json.load(sys.stdin)
PATH = "/v2/{project_id}/datasets"


def client(access: str, secret: str, project: str | None = GIVEN["project"]) -> Any:
    """Return a client that signs with these keys."""
    config = HttpConfig(ignore_ssl_verification=True)
    keys = BasicCredentials(access, secret, project)
    return ModelArtsClient.new_builder().with_http_config(config).with_credentials(keys)


def mine(**more: Any) -> Any:
    """Return a client of the house with the right keys."""
    made = client(GIVEN["access"], GIVEN["secret"], **more)
    return made.with_endpoint(GIVEN["url"]).build()


def asked(by: Any, method: str = "GET", path: str = PATH, **said: Any) -> dict[str, Any]:
    """Let a client sign and send a request, changed in between where that is said; return what came back."""
    change, body = said.pop("change", None), said.pop("body", None)
    names = {"path": {}, "query": [], "headers": {}} | said
    request = by.build_future_request(
        method, path, names["path"], names["query"], names["headers"], body, {}, None, None, {}, None
    ).result()
    if change is not None:
        change(request)
    try:
        answer = by.get_http_client().do_request_sync(request)
    except ServiceResponseException as error:
        return {
            "status": error.status_code,
            "code": error.error_code,
            "said": error.error_msg,
            "request": bool(error.request_id),
        }
    return {"status": answer.status_code, "body": answer.json() if answer.content else None}


def other_body(request: Any) -> None:
    request.body = request.body.replace(b"signed", b"change")


def other_query(request: Any) -> None:
    request.uri = request.uri.replace("limit=5", "limit=6")


def at(minutes: float) -> dict[str, str]:
    return {"X-Sdk-Date": (datetime.now(UTC) + timedelta(minutes=minutes)).strftime("%Y%m%dT%H%M%SZ")}


def right(house: Any) -> dict[str, Any]:
    """Return what came of requests that were signed as they have to be."""
    said = {
        "dataset_name": "signed",
        "data_sources": [{"data_type": 0, "data_path": GIVEN["source"]}],
        "work_path": "/results/signed/",
        "description": "signiert, sogar mit ä",
    }
    made = asked(house, "POST", body=said)
    dataset = made["body"]["dataset_id"]
    return {
        "made": made,
        "listed": asked(house),
        "queried": asked(house, query=[("limit", 5), ("search_content", "si~g n+&=/"), ("with_labels", True)]),
        "repeated": asked(house, query=[("tag", "b"), ("tag", "a"), ("tag", "10"), ("tag", "2"), ("limit", "5")]),
        "shown": asked(house, "GET", f"{PATH}/{dataset}"),
        "odd name": asked(house, "GET", PATH + "/a~b%20c%C3%A4"),
        "encoded separator": asked(house, "GET", PATH + "/a%2Fb"),
        "synchronized": asked(house, "POST", f"{PATH}/{dataset}/sync-data", body={}),
        "early": asked(house, headers=at(14)),
        "late": asked(house, headers=at(-14)),
        "with a token": asked(house, headers={"X-Auth-Token": "jy_whatever"}),
        "projects": asked(house, path="/v3/projects", query=[("name", GIVEN["user"])]),
        "deleted": asked(house, "DELETE", f"{PATH}/{dataset}"),
    }


def wrong(house: Any) -> dict[str, Any]:
    """Return what came of requests that were not."""
    body = {"dataset_name": "signed"}
    return {
        "changed body": asked(house, "POST", body=body, change=other_body),
        "changed query": asked(house, query=[("limit", 5)], change=other_query),
        "too early": asked(house, headers=at(16)),
        "too late": asked(house, headers=at(-16)),
        "temporary": asked(house, headers={"X-Security-Token": "t"}),
        "other project": asked(client(GIVEN["access"], GIVEN["secret"], "0" * 32).with_endpoint(GIVEN["url"]).build()),
        "unknown key": asked(client("JYAKNOBODY", "x").with_endpoint(GIVEN["url"]).build()),
        "unread body": asked(house, "POST", body={"dataset_name": "a b"}),
        "form": asked(house, "POST", body="a=b", headers={"Content-Type": "text/plain"}),
    }


def locked() -> dict[str, Any]:
    """Sign wrongly five times with a key of its own, then rightly."""
    access, secret = GIVEN["spare"]
    guesser = client(access, "guess").with_endpoint(GIVEN["url"]).build()
    owner = client(access, secret).with_endpoint(GIVEN["url"]).build()
    before = asked(owner)["status"]
    guesses = [asked(guesser)["status"] for _ in range(5)]
    return {"before": before, "guesses": guesses, "after": asked(owner), "others": asked(mine())["status"]}


def by_region() -> Any:
    """Find the project by the region's name, as the core does where none is said."""
    region = Region(GIVEN["user"], GIVEN["url"])
    keys = BasicCredentials(GIVEN["access"], GIVEN["secret"]).with_iam_endpoint(GIVEN["url"])
    config = HttpConfig(ignore_ssl_verification=True)
    made = ModelArtsClient.new_builder().with_http_config(config).with_credentials(keys).with_region(region).build()
    return asked(made)


def main() -> None:
    """Ask it all."""
    house = mine()
    told = {"right": right(house), "wrong": wrong(house), "locked": locked(), "by region": by_region()}
    json.dump(told, sys.stdout, default=str)


main()
