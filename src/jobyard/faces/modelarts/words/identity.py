"""The login in the protocol's words: who somebody is, what their token is good for, and where things are found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import sha256

from msgspec import UNSET, Struct

from jobyard.faces.modelarts.wire.identity import (
    CatalogOut,
    DomainOut,
    EndpointOut,
    EntryOut,
    LoginOut,
    ProjectOut,
    ProjectRef,
    ProjectsOut,
    RoleOut,
    TokenOut,
    UserOut,
)
from jobyard.job.clock import SECOND
from jobyard.people.record import Key, User

REGION = "jobyard"
"""The one region of a house; clients that name a region have to name this one."""
SERVICE = "modelartsv2"
LONGEST = 86_400 * SECOND
"""How long a token is good for that was given for a password; one without an end is told to be good for as long."""


class Granted(Struct, frozen=True, kw_only=True):
    """What a token is told to be good for."""

    key: Key
    user: User
    method: str
    project: tuple[str, str] | None
    """Id and name of the project."""
    domain: bool = False
    """It is for the whole domain."""


def login_out(granted: Granted, base: str, now: int, *, catalog: bool = True) -> LoginOut:
    """Return what is told of a token."""
    key, user, project = granted.key, granted.user, granted.project
    ends = key.expires_at if key.expires_at is not None else now + LONGEST
    token = TokenOut(
        methods=[granted.method],
        user=UserOut(id=user.id, name=user.name, domain=DomainOut()),
        audit_ids=[sha256(key.id.encode("ascii")).hexdigest()[:22]],
        expires_at=_moment(ends),
        issued_at=_moment(key.created_at or now),
    )
    if project is not None:
        token.project = ProjectRef(id=project[0], name=project[1], domain=DomainOut())
    elif granted.domain:
        token.domain = DomainOut()
    if project is not None or granted.domain:
        token.roles = [RoleOut(id=user.role.value, name=user.role.value)]
        token.catalog = entries(base, project[0] if project else None) if catalog else UNSET
    return LoginOut(token=token)


def catalog_out(base: str, project: str) -> CatalogOut:
    """Return the catalog by itself."""
    return CatalogOut(catalog=entries(base, project), links={"self": f"{base}/v3/auth/catalog"})


def entries(base: str, project: str | None) -> list[EntryOut]:
    """Return where the login is found and, for a project, where its datasets are."""
    found = [_entry("identity", "jobyard", f"{base}/v3")]
    return found if project is None else [*found, _entry(SERVICE, "modelarts", f"{base}/v2/{project}")]


def projects_out(projects: Iterable[tuple[str, str]], base: str, path: str) -> ProjectsOut:
    """Return projects by id and name as a list at `path`."""
    links = {"self": f"{base}{path}", "next": None, "previous": None}
    return ProjectsOut(projects=[project_out(id_, name, base) for id_, name in projects], links=links)


def project_out(id_: str, name: str, base: str) -> ProjectOut:
    """Return one project."""
    return ProjectOut(id=id_, name=name, links={"self": f"{base}/v3/projects/{id_}"})


def version_out(base: str) -> dict[str, object]:
    """Return which version of the login this is."""
    links: Sequence[dict[str, str]] = [{"rel": "self", "href": f"{base}/v3/"}]
    media = [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}]
    version = {"id": "v3.14", "status": "stable", "updated": "2020-04-07T00:00:00Z"}
    return {"version": version | {"links": links, "media-types": media}}


def _entry(type_: str, name: str, url: str) -> EntryOut:
    endpoint = EndpointOut(
        id=sha256(f"{type_} {url}".encode()).hexdigest()[:32],
        interface="public",
        region=REGION,
        region_id=REGION,
        url=url,
    )
    return EntryOut(id=sha256(type_.encode("ascii")).hexdigest()[:32], name=name, type=type_, endpoints=[endpoint])


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
