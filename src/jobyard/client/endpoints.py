"""The endpoints of a house: where buckets are that may be sources of datasets."""

from __future__ import annotations

from collections.abc import Sequence

from jobyard.client.exchange import Call, Exchange, segment
from jobyard.client.requests import NewEndpoint
from jobyard.client.shapes import Endpoint, Trial


class Endpoints:
    """See, set, test and drop endpoints. For administrators."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def all(self) -> list[Endpoint]:
        """Return all endpoints by name, without their secret keys."""
        return self._exchange.ask(Call(path="/endpoints"), list[Endpoint])

    def set(
        self,
        name: str,
        url: str,
        allowed: Sequence[str],
        *,
        access: str = "",
        secret: str | None = None,
        region: str = "us-east-1",
        host_style: bool = False,
    ) -> Endpoint:
        """Set an endpoint in place of one of the same name. `allowed` are buckets, or folders as `bucket/folder`.

        Without `secret` the one that is there is kept, as long as the access key and the address stay the same.
        Raises Invalid for an address that is none, and for a place that another endpoint allows.
        """
        body = NewEndpoint(
            url=url,
            allowed=list(allowed),
            access=access,
            secret=secret,
            region=region,
            host_style=host_style,
        )
        return self._exchange.ask(Call(method="PUT", path=f"/endpoints/{segment(name)}", body=body), Endpoint)

    def test(self, name: str) -> list[Trial]:
        """Have the house list each allowed place, and return how it went. Raises NotFound."""
        return self._exchange.ask(Call(method="POST", path=f"/endpoints/{segment(name)}/test"), list[Trial])

    def drop(self, name: str) -> None:
        """Forget an endpoint and its secret key. Raises NotFound."""
        self._exchange.tell(Call(method="DELETE", path=f"/endpoints/{segment(name)}", again=False))
