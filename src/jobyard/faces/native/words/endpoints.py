"""Endpoints in the native protocol's words."""

from __future__ import annotations

import msgspec

from jobyard.datasets.endpoints import EndpointWish, Trial
from jobyard.datasets.sources.endpoint import Endpoint
from jobyard.faces.native.wire import EndpointIn, EndpointOut, Slug, TrialOut
from jobyard.faces.native.words.times import moment
from jobyard.job.errors import Invalid


def endpoint_in(name: str, wish: EndpointIn) -> EndpointWish:
    """Return an endpoint as the room of datasets takes it. Raises Invalid for a name that none may have."""
    try:
        msgspec.convert(name, Slug)
    except msgspec.ValidationError as error:
        raise Invalid(reason=f"{error} (name).", fields=[{"path": "name", "message": str(error)}]) from None
    return EndpointWish(
        name=name,
        url=wish.url,
        allowed=tuple(wish.allowed),
        region=wish.region,
        host_style=wish.host_style,
        access=wish.access,
        secret=wish.secret,
    )


def endpoint_out(endpoint: Endpoint) -> EndpointOut:
    """Return an endpoint, without its secret."""
    return EndpointOut(
        name=endpoint.name,
        url=endpoint.url,
        allowed=list(endpoint.allowed),
        region=endpoint.region,
        host_style=endpoint.host_style,
        access=endpoint.access,
        set_by=endpoint.set_by,
        set_at=moment(endpoint.set_at),
    )


def trial_out(trial: Trial) -> TrialOut:
    """Return how a listing went."""
    return TrialOut(place=trial.place, trouble=trial.trouble, code=trial.code)
