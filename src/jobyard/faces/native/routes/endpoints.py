"""Endpoints: where buckets are that may be sources of datasets, and with which keys they are read."""

from __future__ import annotations

from litestar import delete, get, post, put
from litestar.params import JSONBody

from jobyard.faces.native import words
from jobyard.faces.native.surroundings import Ask
from jobyard.faces.native.taking import InPath
from jobyard.faces.native.wire import EndpointIn, EndpointOut, TrialOut


@get("/endpoints", operation_id="listEndpoints")
async def list_endpoints(request: Ask) -> list[EndpointOut]:
    """Return all endpoints by name, without their secret keys. For administrators."""
    return [words.endpoint_out(one) for one in await request.house.endpoints.list(request.user)]


@put("/endpoints/{name:str}", operation_id="setEndpoint")
async def set_endpoint(request: Ask, name: InPath, data: JSONBody[EndpointIn]) -> EndpointOut:
    """Set an endpoint in place of one of the same name. For administrators."""
    return words.endpoint_out(await request.house.endpoints.put(request.user, words.endpoint_in(name, data)))


@delete("/endpoints/{name:str}", operation_id="dropEndpoint")
async def drop_endpoint(request: Ask, name: InPath) -> None:
    """Forget an endpoint and its secret key; its buckets are no sources any more. For administrators."""
    await request.house.endpoints.drop(request.user, name)


@post("/endpoints/{name:str}/test", operation_id="testEndpoint", status_code=200)
async def test_endpoint(request: Ask, name: InPath) -> list[TrialOut]:
    """Ask for the first objects of each place that the endpoint allows, and tell how it went. For administrators."""
    return [words.trial_out(one) for one in await request.house.endpoints.test(request.user, name)]


HANDLERS = (list_endpoints, set_endpoint, drop_endpoint, test_endpoint)
