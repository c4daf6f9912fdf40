"""The OpenAPI document: whole, valid, and with every bound the shapes have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from msgspec import Meta, Struct, UnsetType
from openapi_spec_validator import OpenAPIV31SpecValidator

from jobyard.faces.native import wire
from jobyard.faces.native.document import document
from jobyard.faces.native.routes import router
from tests.faces.native.house import House

METHODS = {"get", "post", "put", "patch", "delete", "head"}


@pytest.fixture(scope="module")
def app() -> Litestar:
    return Litestar(route_handlers=[router()], openapi_config=None)


@pytest.fixture(scope="module")
def told(app: Litestar) -> dict[str, Any]:
    return document(app.routes, "1.2.3")


def operations(told: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            assert method in METHODS
            yield path, method, operation


def test_the_document_is_valid(told: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(told).validate()
    assert told["openapi"] == "3.1.0" and told["info"]["version"] == "1.2.3"


def test_every_route_stands_in_it(app: Litestar, told: dict[str, Any]) -> None:
    routes = {
        (route.path_format, str(method).lower())
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method in route.route_handler_map
        if method != "OPTIONS"
    }
    there = {(path, method) for path, method, _ in operations(told)}
    assert routes - there == {("/v1/openapi.json", "get")} and there <= routes
    assert len(there) > 50


def test_every_operation_has_a_name_a_sentence_and_its_refusals(told: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(told)]
    assert len(names) == len(set(names)) and all(name.isidentifier() for name in names)
    for path, method, operation in operations(told):
        where = f"{method} {path}"
        assert operation["description"].endswith("."), where
        assert "\n" not in operation["summary"], where
        responses = operation["responses"]
        assert any(status.startswith("2") for status in responses), where
        for status, response in responses.items():
            if status >= "4":
                assert response == {"$ref": "#/components/responses/Problem"}, where
        assert {"400", "500", "503"} <= responses.keys(), where
        public = operation.get("security") == []
        assert ("401" in responses) or public, where
        assert public == (operation["operationId"] == "signIn"), where
        assert ("404" in responses) or "{" not in path, where
        assert ("413" in responses and "415" in responses) or "requestBody" not in operation, where


OPERATIONS = [
    "signIn", "getSession", "signOut",
    "listJobs", "submitJob", "getJob", "deleteJob",
    "releaseJob", "withdrawJob", "cancelJob", "retryJob", "keepJob",
    "editJob", "runJobAgain", "changeJobs",
    "listSchedules", "addSchedule", "previewSchedule", "getSchedule", "changeSchedule", "deleteSchedule",
    "pauseSchedule", "resumeSchedule", "runSchedule",
    "listLimits", "listMyLimits", "setLimit", "dropLimit",
    "listEndpoints", "setEndpoint", "dropEndpoint", "testEndpoint",
    "startJob", "beatJob", "reportJob", "finishJob", "failJob", "stopJob",
    "listJobEvents", "listJobAttempts", "getJobLog",
    "listJobResults", "getJobResult", "headJobResult",
    "readFeed", "getCounts", "listKinds", "listQueues", "listWorkers",
    "pauseQueue", "resumeQueue", "drainWorker", "resumeWorker",
    "listRules", "setRule", "countRule", "dropRule", "listAudit",
    "prune", "backup", "compact", "doctor",
    "listDatasets", "addDataset", "getDataset", "changeDataset", "deleteDataset",
    "listSamples", "getSample", "deleteSamples", "labelSamples", "listLabels", "changeLabels", "getStatistics",
    "getExperiment", "listSeries", "readCurves", "listPlots", "listImages", "readConsole", "getExperimentFile",
    "listWorkflows", "addWorkflow", "addWorkflowFile", "deleteWorkflowFile",
    "getWorkflow", "getWorkflowLook", "getWorkflowPackage",
    "listWorkflowCollections", "addWorkflowCollection", "getWorkflowCollection", "changeWorkflowCollection",
    "deleteWorkflowCollection", "gatherWorkflow", "dropWorkflow", "gatherSchedule", "dropSchedule",
    "shareWithUser", "unshareWithUser", "shareWithGroup", "unshareWithGroup",
    "listGroups", "addGroup", "getGroup", "changeGroup", "deleteGroup", "addToGroup", "dropFromGroup",
    "changeWorkflow", "deleteWorkflow", "runWorkflow", "getWorkflowRun", "previewWorkflowFile",
    "resetExperiment", "cloneExperiment", "enqueueExperiment", "archiveExperiment",
    "listCollections", "addCollection", "getCollection", "changeCollection", "deleteCollection",
    "listCollectionLabels", "changeCollectionLabels",
    "listFormats", "beginUpload", "getUpload", "sendPiece", "dropUpload",
    "getThroughput", "getAnnotations", "changeAnnotations", "listSyncs", "getSync",
    "listPictures", "getPicture", "getPictureFile", "getThumbnail", "getPictureStatistics",
    "listAssignments", "addGroundTruth", "divideDataset",
    "getQuality", "listConflicts", "getConsensus", "listDissents",
    "listProjects", "addProject", "setMember", "dropMember",
    "listUsers", "addUser", "changeUser", "setPassword", "grantRight", "revokeRight",
    "listKeys", "addKey", "revokeKey", "makeCredentials",
    "listWebhooks", "addWebhook", "getWebhook", "changeWebhook", "deleteWebhook",
    "renewSecret", "testWebhook", "listDeliveries", "redeliver",
]  # fmt: skip
"""What clients' own code calls the operations."""


def test_names_of_operations_stay(told: dict[str, Any]) -> None:
    assert sorted(operation["operationId"] for _, _, operation in operations(told)) == sorted(OPERATIONS)


def test_paths_name_their_parameters(told: dict[str, Any]) -> None:
    for path, method, operation in operations(told):
        named = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
        assert named == {part.strip("{}") for part in path.split("/") if part.startswith("{")}, (path, method)
        assert ":" not in path


def shapes() -> list[type[Struct]]:
    found = [getattr(wire, name) for name in wire.__all__]
    return [shape for shape in found if isinstance(shape, type) and issubclass(shape, Struct)]


def bounds(hint: Any) -> Iterator[dict[str, Any]]:
    """Give out what JSON Schema should say of a type, for the type itself and for each part of a union."""
    if get_origin(hint) is Annotated:
        inner, *metas = get_args(hint)
        container = get_origin(inner) in {list, dict}
        words = {
            "ge": "minimum",
            "gt": "exclusiveMinimum",
            "le": "maximum",
            "lt": "exclusiveMaximum",
            "pattern": "pattern",
            "min_length": "minItems" if container else "minLength",
            "max_length": "maxItems" if container else "maxLength",
        }
        if get_origin(inner) is dict:
            words |= {"min_length": "minProperties", "max_length": "maxProperties"}
        said: dict[str, Any] = {}
        for meta in metas:
            assert isinstance(meta, Meta)
            said |= {word: getattr(meta, name) for name, word in words.items() if getattr(meta, name) is not None}
            if meta.tz:
                said["format"] = "date-time"
        yield said
        yield from bounds(inner)
    elif get_origin(hint) is Literal:
        yield {"enum": sorted(get_args(hint))}
    elif get_origin(hint) in {list, dict}:
        for part in get_args(hint):
            yield from bounds(part)
    else:
        for part in get_args(hint):
            if part not in {type(None), UnsetType}:
                yield from bounds(part)


def said_by(schema: Any) -> Iterator[dict[str, Any]]:
    """Give out every schema inside a schema."""
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from said_by(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from said_by(value)


def holds(schema: Any, wanted: dict[str, Any]) -> bool:
    return any(
        all(sorted(one[key]) == value if key == "enum" else one[key] == value for key, value in wanted.items())
        for one in said_by(schema)
        if wanted.keys() <= one.keys()
    )


def test_no_bound_of_a_body_or_an_answer_is_lost(told: dict[str, Any]) -> None:
    checked = 0
    components = told["components"]["schemas"]
    asked = {shape for shape in shapes() if shape.__name__.endswith("Asked")}
    for shape in shapes():
        if shape in asked:
            continue
        schema = components[shape.__name__]
        fields = {field.name: field for field in msgspec.structs.fields(shape)}
        assert schema["properties"].keys() == fields.keys()
        needed = {field.name for field in fields.values() if field.required}
        assert set(schema.get("required", [])) == needed, shape
        assert (schema.get("additionalProperties") is False) == shape.__struct_config__.forbid_unknown_fields
        for name, field in fields.items():
            if not field.required and field.default not in {msgspec.UNSET, msgspec.NODEFAULT}:
                assert schema["properties"][name]["default"] == field.default, (shape, name)
            for wanted in bounds(field.type):
                assert holds(schema["properties"][name], wanted), f"{shape.__name__}.{name}: {wanted}"
                checked += bool(wanted)
    assert checked > 80


def test_no_bound_of_a_query_parameter_is_lost(app: Litestar, told: dict[str, Any]) -> None:
    checked = 0
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        for method, (handler, _) in route.route_handler_map.items():
            shape = handler.opt.get("asked")
            if shape is None or method == "OPTIONS":
                continue
            said = told["paths"][route.path_format][str(method).lower()]["parameters"]
            parameters = {one["name"]: one for one in said if one["in"] == "query"}
            fields = {field.name: field for field in msgspec.structs.fields(shape)}
            assert parameters.keys() == fields.keys()
            for name, field in fields.items():
                assert parameters[name]["required"] is False
                schema = parameters[name]["schema"]
                assert "anyOf" not in schema and not holds(schema, {"type": "null"})
                if field.default not in {None, msgspec.NODEFAULT}:
                    assert schema["default"] == field.default
                for wanted in bounds(field.type):
                    assert holds(schema, wanted), f"{shape.__name__}.{name}: {wanted}"
                    checked += bool(wanted)
    assert checked > 40


def test_an_optional_float_keeps_its_range(told: dict[str, Any]) -> None:
    time_limit = told["components"]["schemas"]["JobIn"]["properties"]["time_limit"]
    assert {"type": "number", "exclusiveMinimum": 0, "maximum": 31_536_000} in time_limit["anyOf"]
    wait = {one["name"]: one for one in told["paths"]["/v1/jobs/{job_id}"]["get"]["parameters"]}["wait"]
    assert wait["schema"] == {"type": "number", "minimum": 0, "maximum": 30, "default": 0.0}


def test_shapes_inside_streams_are_told_too(told: dict[str, Any]) -> None:
    assert {"FeedHello", "FeedJob", "FeedProgress", "FeedResync", "LogLineOut", "LogEnd"} <= told["components"][
        "schemas"
    ].keys()
    feed = told["paths"]["/v1/feed"]["get"]["responses"]["200"]["content"]
    log = told["paths"]["/v1/jobs/{job_id}/log"]["get"]["responses"]["200"]["content"]
    file = told["paths"]["/v1/jobs/{job_id}/results/{name}"]["get"]["responses"]["200"]["content"]
    assert feed.keys() == {"text/event-stream"}
    assert log.keys() == {"application/json", "text/event-stream", "text/plain"}
    assert file.keys() == {"application/octet-stream"}


def test_headers_and_pieces_are_told(told: dict[str, Any]) -> None:
    def heeded(path: str, method: str) -> set[str]:
        return {one["name"] for one in told["paths"][path][method]["parameters"] if one["in"] == "header"}

    assert heeded("/v1/jobs", "post") == {"Idempotency-Key"}
    assert heeded("/v1/feed", "get") == heeded("/v1/jobs/{job_id}/log", "get") == {"Last-Event-ID"}
    file = "/v1/jobs/{job_id}/results/{name}"
    assert heeded(file, "get") == {"Range", "If-Range", "If-None-Match"}
    responses = told["paths"][file]["get"]["responses"]
    assert {"200", "206", "304", "404", "410", "416"} <= responses.keys()
    assert responses["206"]["content"] == responses["200"]["content"] and "content" not in responses["304"]


def test_signing_is_explained(told: dict[str, Any]) -> None:
    schemes = told["components"]["securitySchemes"]
    assert {name for needed in told["security"] for name in needed} == schemes.keys() == {"token", "basic", "session"}
    assert schemes["session"]["name"] == "jobyard_session"


@pytest.mark.anyio
async def test_the_house_gives_the_document_to_everybody(house: House, told: dict[str, Any]) -> None:
    async with house.client(None) as client:
        answer = await client.get("/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json"
    assert answer.json() == msgspec.json.decode(msgspec.json.encode(told))
    assert "/v1/desk" not in answer.text.replace("/v1/desk/", "")
