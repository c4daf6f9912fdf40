"""`jobyard users`, `keys`, `projects` and `credentials`, beside a running server and without one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jobyard.client import Forbidden, Jobyard, Unauthenticated
from tests.cli.running import Done, RunningHouse, running

FAMILIES = {"user", "native", "clearml", "cvat", "alteryx", "modelarts"}


def works(house: RunningHouse, settings: dict[str, Any], name: str, role: str) -> None:
    """Check that what was printed lets its user in, at the house's real address."""
    assert settings.keys() == FAMILIES
    assert settings["native"]["url"] == house.url
    assert settings["clearml"]["api_server"] == house.url
    assert settings["cvat"]["username"] == name
    with Jobyard(house.url, settings["native"]["token"]) as client:
        user = client.session().user
    assert (user.name, user.role, user.id) == (name, role, settings["user"]["id"])


def test_a_user_is_added_beside_a_running_server(house: RunningHouse) -> None:
    told = house.cli("users", "add", "erna", "--role", "operator", "--json")
    assert told.code == 0
    works(house, told.json, "erna", "operator")
    assert told.json["user"]["password"] == told.json["cvat"]["password"] != None  # noqa: E711 - all three are one text
    again = house.call("users", "add", "erna")
    assert (again.code, again.err) == (3, "jobyard: The user erna exists already.\n")


def test_a_right_is_granted_shown_and_revoked(house: RunningHouse) -> None:
    house.call("users", "add", "paula")
    assert house.cli("users", "grant", "paula", "python", "--json").json["rights"] == ["python"]
    listed = {one["name"]: one["rights"] for one in house.cli("users", "list", "--json").json}
    assert listed["paula"] == ["python"] and listed["admin"] == []
    assert house.call("users", "revoke", "paula", "python").out == "paula: nothing beyond the role\n"
    assert house.call("users", "revoke", "paula", "python").code == 3
    assert house.call("users", "grant", "nobody", "python").code == 3
    assert house.call("users", "grant", "paula", "everything").code == 2


def test_credentials_are_made_beside_a_running_server(house: RunningHouse) -> None:
    told = house.cli("credentials", "--json")
    works(house, told.json, "admin", "administrator")
    assert told.json["user"]["password"] is None
    house.call("users", "add", "fritz")
    first = house.call("credentials", "--user", "fritz", "--new-password", "--json").json
    second = house.call("credentials", "--user", "fritz", "--json").json
    assert first["user"]["password"] and second["user"]["password"] is None
    assert first["native"]["token"] != second["native"]["token"]
    works(house, first, "fritz", "member")
    plain = house.call("credentials", "--user", "fritz")
    assert f"  export JOBYARD_URL={house.url}\n  export JOBYARD_TOKEN=jy_" in plain.out
    assert f"export CLEARML_API_HOST={house.url}\n" in plain.out and "export HUAWEICLOUD_SDK_AK=" in plain.out
    assert f"\nAlteryx Server\n  export ALTERYX_BASE_URL={house.url}/webapi/\n" in plain.out
    assert "export CVAT_ACCESS_TOKEN=" in plain.out
    assert house.call("credentials", "--user", "nobody").code == 3


def test_credentials_are_made_without_a_server_and_work_with_the_next(tmp_path: Path) -> None:
    with running(tmp_path, workers=0) as house:
        pass
    offline = house.cli("credentials", "--json").json
    assert offline.keys() == FAMILIES
    assert offline["native"]["url"] == "http://127.0.0.1:8080", "the address the settings tell"
    added = house.cli("users", "add", "gerda", "--role", "viewer", "--json").json
    assert added["user"]["role"] == "viewer" and added["user"]["password"]
    with running(tmp_path, workers=0) as again:
        for settings, name in ((offline, "admin"), (added, "gerda")):
            with again.client(settings["native"]["token"]) as client:
                assert client.session().user.name == name


def test_users_are_listed_and_changed(house: RunningHouse) -> None:
    token = house.call("users", "add", "hans", "--json").json["native"]["token"]
    assert house.call("users", "change", "hans", "--role", "viewer").out == "hans is viewer\n"
    with house.client(token) as client, pytest.raises(Forbidden):
        client.submit("command.run", {"argv": ["echo"]})
    assert house.call("users", "change", "hans", "--disable").out == "hans is viewer and shut out\n"
    with house.client(token) as client, pytest.raises(Unauthenticated):
        client.session()
    assert house.call("users", "change", "hans", "--enable", "--json").json["disabled"] is False
    listed = {user["name"]: user for user in house.call("users", "list", "--json").json}
    assert listed["hans"]["role"] == "viewer"
    assert "hans" in house.call("users", "list").out
    assert house.call("users", "change", "nobody", "--disable").code == 3


def test_passwords_are_made_or_given(house: RunningHouse) -> None:
    house.call("users", "add", "ida")
    made = house.call("users", "password", "ida", "--json").json
    assert made["user"] == "ida" and len(made["password"]) >= 12
    own = house.cli("users", "password", "ida", "--ask", stdin="a long enough one\n")
    assert (own.code, own.out) == (0, "password of ida is set\n")
    short = house.cli("users", "password", "ida", "--ask", stdin="short\n")
    assert short.code == 3 and "short" not in short.err.replace("shorter", "")


def test_keys_are_made_listed_and_revoked(house: RunningHouse) -> None:
    made = house.call("keys", "create", "--label", "laptop", "--scope", "read", "--days", "2", "--json").json
    assert made["key"]["scope"] == "read" and made["key"]["expires_at"]
    with house.client(made["secret"]) as reader:
        assert reader.session().scope == "read"
        with pytest.raises(Forbidden):
            reader.submit("command.run", {"argv": ["echo"]})
    pair = house.call("keys", "create", "--form", "pair")
    assert "access key" in pair.out and "shown this once" in pair.out
    listed = house.call("keys", "list", "--json").json
    assert made["key"]["id"] in {key["id"] for key in listed}
    assert made["secret"] not in house.call("keys", "list").out
    assert house.call("keys", "revoke", made["key"]["id"]).out == f"key {made['key']['id']} is void\n"
    with house.client(made["secret"]) as reader, pytest.raises(Unauthenticated):
        reader.session()
    assert house.call("keys", "revoke", made["key"]["id"]).code == 3
    assert house.call("keys", "create", "--days", "1e300").code == 2


def test_projects_are_made_and_shared(house: RunningHouse) -> None:
    project = house.call("projects", "create", "Street views", "--json").json
    house.call("users", "add", "jan")
    members: Done = house.call("projects", "member", "Street views", "jan", "--role", "operator", "--json")
    assert {one["user"]: one["role"] for one in members.json}["jan"] == "operator"
    assert "Street views" in house.call("projects", "list").out
    told = house.call("projects", "drop", project["id"], "jan")
    assert told.out == f"jan has no place in {project['id']} any more\n"
    assert house.call("projects", "drop", project["id"], "jan").code == 3
    assert house.call("projects", "member", "No such project", "jan").code == 3
    assert house.call("projects", "create", "Street views").code == 3


def test_what_an_ordinary_user_may_not_do_is_refused(house: RunningHouse) -> None:
    token = house.call("users", "add", "karl", "--json").json["native"]["token"]
    from tests.cli.running import called

    mine = ("--url", house.url, "--token", token)
    for words in (("users", "list"), ("credentials", "--user", "admin"), ("keep", "doctor"), ("users", "add", "x")):
        told = called(*words, *mine)
        assert told.code == 3 and told.err.count("\n") == 1, words
    assert called("credentials", "--json", *mine).json["user"]["name"] == "karl"
