from __future__ import annotations

import json
from typing import Any

import pytest

from jobyard.faces.alteryx.routes import handlers
from tests.faces.alteryx.house import BASE, House

pytestmark = pytest.mark.anyio
TYPES = {"string", "integer", "number", "boolean", "array", "object", "file"}


def every(found: Any) -> list[dict[str, Any]]:
    """Return all objects inside a document."""
    inside = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    return [*([found] if isinstance(found, dict) else []), *(one for part in inside for one in every(part))]


async def test_the_face_describes_every_route_in_swagger(house: House) -> None:
    nobody = house.caller(None)
    document = await nobody.got("/swagger/docs/v3")
    assert document == await nobody.got("/v3/swagger.json")
    assert (document["swagger"], document["host"], document["basePath"]) == ("2.0", BASE.partition("//")[2], "/webapi/")
    assert document["securityDefinitions"]["oauth2"]["tokenUrl"] == f"{BASE}/webapi/oauth2/token"
    count = sum(len(handler.paths) * len(handler.http_methods) for handler in handlers())
    operations = [one for methods in document["paths"].values() for one in methods.values()]
    assert len(operations) == count
    assert len({one["operationId"] for one in operations}) + 1 >= len({one["summary"] for one in operations})
    for one in operations:
        assert one["summary"].endswith("."), one
    run = document["paths"]["/v3/workflows/{workflowId}/jobs"]["post"]
    assert [one["name"] for one in run["parameters"]] == ["workflowId", "body"]
    assert run["responses"]["200"]["schema"] == {"$ref": "#/definitions/JobOut"}
    upload = document["paths"]["/v3/workflows"]["post"]
    assert upload["consumes"] == ["multipart/form-data"]
    assert upload["parameters"][0] == {"name": "file", "in": "formData", "required": True, "type": "file"}


async def test_the_document_holds_only_what_swagger_knows(house: House) -> None:
    document = await house.caller(None).got("/swagger/docs/v3")
    text = json.dumps(document)
    assert "anyOf" not in text and '"null"' not in text
    for one in every(document):
        if "$ref" in one:
            assert one["$ref"].removeprefix("#/definitions/") in document["definitions"], one
        if isinstance(one.get("type"), str) and "flow" not in one:
            assert one["type"] in TYPES, one
    job = document["definitions"]["JobOut"]
    assert list(job["properties"]) == [
        "id",
        "appId",
        "createDateTime",
        "status",
        "disposition",
        "outputs",
        "messages",
        "priority",
        "workerTag",
        "runWithE2",
    ]
    assert job["properties"]["runWithE2"] == {"type": "boolean"}
