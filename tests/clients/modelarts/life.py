"""Runs beside OpenStack's client: a dataset's whole life, each step told by what the client gave back."""

from __future__ import annotations

import json
import shutil
import sys
import time
import warnings
from pathlib import Path
from typing import Any

warnings.filterwarnings("ignore")  # another product's; they are no news here

import openstack  # type: ignore[import-not-found]  # noqa: E402
import otcextensions.sdk  # type: ignore[import-not-found]  # noqa: E402
from openstack import exceptions  # noqa: E402

GIVEN = json.load(sys.stdin)
TOLD: dict[str, Any] = {}
ENDS = {"COMPLETED", "FAILED"}
WITHIN = 40.0


def connected(**how: Any) -> Any:
    """Return the proxy of the datasets."""
    made = openstack.connect(load_envvars=False, load_yaml_config=False, **how)
    otcextensions.sdk.register_otc_extensions(made)
    return made


def by_token(token: str | None = None, project: str | None = None) -> Any:
    """Come with a token, without any login."""
    endpoint = f"{GIVEN['url']}/v2/{project or GIVEN['project']}"
    auth = {"endpoint": endpoint, "token": token or GIVEN["token"]}
    return connected(auth_type="admin_token", auth=auth, region_name="x").modelartsv2


def by_password(password: str | None = None, **scope: str) -> Any:
    """Come with a name and a password."""
    auth = {
        "auth_url": f"{GIVEN['url']}/v3",
        "username": GIVEN["user"],
        "password": password or GIVEN["password"],
        "user_domain_name": "Default",
        "project_domain_name": "Default",
        **(scope or {"project_name": GIVEN["user"]}),
    }
    return connected(auth=auth, region_name="jobyard")


def plain(thing: Any) -> dict[str, Any]:
    """Return what the server told of a resource, without what was not told."""
    return {name: value for name, value in thing.to_dict(computed=False).items() if value is not None}


def refused(work: Any) -> dict[str, Any]:
    """Return how the client was refused."""
    try:
        work()
    except exceptions.HttpException as error:
        body = error.response.json() if error.response is not None else {}
        return {"raised": type(error).__name__, "status": error.status_code, "said": str(error), "body": body}
    except exceptions.SDKException as error:
        return {"raised": type(error).__name__, "said": str(error)}
    return {"raised": None}


def synchronized(client: Any, dataset: str) -> dict[str, Any]:
    """Ask for a synchronization and wait for its end; return how it ended and which words were seen on the way."""
    client.dataset_sync(dataset)
    words = list[str]()
    until = time.monotonic() + WITHIN
    while time.monotonic() < until:
        status = client.get_dataset_sync_status(dataset)
        if status.status not in words[-1:]:
            words.append(status.status)
        if status.status in ENDS:
            return {**plain(status), "words": words}
        time.sleep(0.02)
    raise TimeoutError(words)


def making(client: Any) -> str:
    """Create datasets, page through them, find them, change one."""
    common = {"data_sources": [{"data_type": 0, "data_path": GIVEN["source"]}], "dataset_type": 0}
    many = [
        client.create_dataset(dataset_name=f"set-{number:02}", work_path="/results/sets/", **common).id
        for number in range(12)
    ]
    TOLD["listed once"] = [one.id for one in client.datasets()] == many[::-1]
    TOLD["second page"] = [one.id for one in client.datasets(limit=5, offset=1)] == many[::-1][5:10]
    TOLD["searched"] = [one.name for one in client.datasets(search_content="set-0", limit=100)]
    cats = client.create_dataset(dataset_name="cats", work_path="/results/cats/", description="old", **common)
    TOLD["found by id"] = client.find_dataset(cats.id).name
    TOLD["found by name"] = client.find_dataset("cats").id == cats.id
    TOLD["not found"] = client.find_dataset("nothing")
    client.update_dataset(cats.id, description="All the cats")
    TOLD["shown"] = plain(client.get_dataset(cats.id))
    TOLD["taken"] = refused(lambda: client.create_dataset(dataset_name="cats", work_path="/results/x/", **common))
    for one in many:
        client.delete_dataset(one)
    TOLD["left"] = [one.name for one in client.datasets()]
    TOLD["deleted twice"] = client.delete_dataset(many[0], ignore_missing=True)
    return str(cats.id)


def synchronizing(client: Any, dataset: str) -> None:
    """Synchronize, change the files, and synchronize again."""
    source = Path(GIVEN["source"])
    TOLD["never"] = plain(client.get_dataset_sync_status(dataset))
    TOLD["first"] = synchronized(client, dataset)
    (source / "cat" / "1.jpg").unlink()
    for name in ("8.jpg", "9.jpg", "10.jpg"):
        (source / "dog" / name).write_bytes(b"new")
    TOLD["second"] = synchronized(client, dataset)
    TOLD["counted"] = plain(client.get_dataset(dataset))


def labelling(client: Any, dataset: str) -> None:
    """Look at samples and labels, label, delete. What this client cannot send, its own session sends."""
    at = f"/datasets/{dataset}/data-annotations"
    pages = [
        [
            one.name or one.sample_name
            for one in client.dataset_samples(dataset, dataset_id=dataset, limit=4, offset=at_)
        ]
        for at_ in range(3)
    ]
    TOLD["pages"] = pages
    samples = list(client.dataset_samples(dataset, dataset_id=dataset, limit=100))
    first = samples[0].sample_id
    TOLD["labels"] = [one.name for one in client.dataset_labels(dataset, dataset_id=dataset)]
    made = client.create_dataset_label(dataset, dataset_id=dataset, labels=[{"name": "odd", "type": 0}])
    TOLD["label made"] = made.success
    body = {"samples": [{"sample_id": first, "labels": [{"name": "odd", "type": 0}]}]}
    TOLD["labelled"] = client.put(f"{at}/samples", json=body).json()
    TOLD["sample"] = client.get(f"{at}/samples/{first}").json()
    TOLD["odd ones"] = [
        one.sample_id == first for one in client.dataset_samples(dataset, dataset_id=dataset, label_name="odd")
    ]
    TOLD["stats"] = client.get(f"{at}/stats").json()
    deleted = client.delete_dataset_samples(dataset, [first])
    TOLD["sample deleted"] = (deleted.success, client.get_dataset(dataset).total_sample_count)
    with_file = [samples[1].sample_id]
    TOLD["file kept"] = refused(lambda: client.delete_dataset_samples(dataset, with_file, delete_source=True))
    TOLD["file"] = Path(samples[1].source).exists()
    TOLD["comes back"] = synchronized(client, dataset)


def failing(client: Any, dataset: str) -> None:
    """Take the source away: nothing is deleted, and the cause is named."""
    source = Path(GIVEN["source"])
    aside = source.with_name("aside")
    shutil.move(source, aside)
    TOLD["failed"] = synchronized(client, dataset)
    TOLD["kept"] = client.get_dataset(dataset).total_sample_count
    shutil.move(aside, source)
    TOLD["mended"] = synchronized(client, dataset)


def refusing(client: Any, dataset: str) -> None:
    """Ask for what is not there, or not one's own."""
    TOLD["unknown"] = refused(lambda: client.get_dataset("0" * 32))
    TOLD["unknown sync"] = refused(lambda: client.dataset_sync("0" * 32))
    TOLD["wrong token"] = refused(lambda: by_token("jy_wrong").get_dataset(dataset))
    TOLD["wrong project"] = refused(lambda: by_token(project="0" * 32).get_dataset(dataset))
    TOLD["wrong name"] = refused(lambda: client.update_dataset(dataset, dataset_name="no good"))
    texts = client.create_dataset(
        dataset_name="texts",
        dataset_type=100,
        work_path="/results/texts/",
        data_sources=[{"data_type": 0, "data_path": GIVEN["source"]}],
    )
    TOLD["texts"] = refused(lambda: client.dataset_sync(texts.id))
    client.delete_dataset(texts.id)


def signing_in(dataset: str) -> None:
    """Come with a password: the login, its catalog, its projects, its end."""
    cloud = by_password()
    TOLD["by password"] = [one.id for one in cloud.modelartsv2.datasets()] == [dataset]
    TOLD["project"] = cloud.current_project_id == GIVEN["project"]
    TOLD["projects"] = [one.name for one in cloud.identity.projects()]
    TOLD["by project id"] = bool(list(by_password(project_id=GIVEN["project"]).modelartsv2.datasets()))
    TOLD["wrong password"] = refused(lambda: by_password("wrong").authorize())
    token = cloud.auth_token
    again = connected(
        auth_type="token",
        auth={"auth_url": f"{GIVEN['url']}/v3", "token": token, "project_name": GIVEN["user"]}
        | {"project_domain_name": "Default"},
        region_name="jobyard",
    )
    TOLD["by its token"] = [one.id for one in again.modelartsv2.datasets()] == [dataset]
    headers = {"X-Subject-Token": token}
    TOLD["checked"] = cloud.identity.head("/auth/tokens", headers=headers).status_code
    TOLD["revoked"] = cloud.identity.delete("/auth/tokens", headers=headers).status_code
    TOLD["void"] = refused(lambda: by_token(token).get_dataset(dataset))


def main() -> None:
    """Live through it all."""
    client = by_token()
    dataset = making(client)
    synchronizing(client, dataset)
    labelling(client, dataset)
    failing(client, dataset)
    refusing(client, dataset)
    signing_in(dataset)
    client.delete_dataset(dataset)
    TOLD["gone"] = refused(lambda: client.get_dataset_sync_status(dataset))
    json.dump(TOLD, sys.stdout, default=str)


main()
