"""What `up` says once the server answers: where to look, and, at the first start, how to get in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobyard.cli.showing import console, print_fields, print_json

if TYPE_CHECKING:
    from jobyard.cli.serving import Ready


def welcome(ready: Ready, *, json: bool) -> None:
    """Print the address and, where this start made the first administrator, their password and client settings."""
    if json:
        administrator = {"name": ready.user, "password": ready.password} if ready.password else None
        print_json({"url": ready.url, "data": ready.data, "workers": ready.workers, "administrator": administrator})
        return
    fields = [("address", ready.url), ("data", ready.data)]
    if ready.password:
        fields += [("sign in as", ready.user), ("with", f"{ready.password} (shown this once)")]
    console().print("Jobyard is up.", style="bold")
    print_fields(fields)
    if ready.password:
        _show_settings(ready)
    else:
        print(f"Fresh client settings: jobyard credentials --data {ready.data}")
    print("Stop with Ctrl-C.", flush=True)


def _show_settings(ready: Ready) -> None:
    from jobyard.cli.credentials import show
    from jobyard.client import Jobyard

    with Jobyard(ready.local_url, ready.token) as client:
        show(client.credentials())
