"""The login (Identity API v3) on the wire."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Text = Annotated[str, Meta(min_length=1, max_length=255)]
Secret = Annotated[str, Meta(max_length=512)]


class DomainIn(Struct, kw_only=True):
    """A domain by id or name. A house has one, and takes any name for it."""

    id: Text | None = None
    name: Text | None = None


class UserIn(Struct, kw_only=True):
    """A user by id, or by name within a domain."""

    id: Text | None = None
    name: Text | None = None
    domain: DomainIn | None = None
    password: Secret


class PasswordIn(Struct, kw_only=True):
    """The method `password`."""

    user: UserIn


class TokenIn(Struct, kw_only=True):
    """The method `token`."""

    id: Secret


class MethodsIn(Struct, kw_only=True):
    """With what somebody comes."""

    methods: Annotated[list[Literal["password", "token"]], Meta(min_length=1, max_length=1)]
    password: PasswordIn | None = None
    token: TokenIn | None = None


class ProjectIn(Struct, kw_only=True):
    """A project by id, or by name within a domain."""

    id: Text | None = None
    name: Text | None = None
    domain: DomainIn | None = None


class ScopeIn(Struct, kw_only=True):
    """Where somebody wants to work."""

    project: ProjectIn | None = None
    domain: DomainIn | None = None


class AuthIn(Struct, kw_only=True):
    """Who comes and for what. Without a scope, the project is one's own."""

    identity: MethodsIn
    scope: ScopeIn | Literal["unscoped"] | None = None


class LoginIn(Struct, kw_only=True):
    """The body of a login."""

    auth: AuthIn


class DomainOut(Struct, kw_only=True):
    """The one domain of a house."""

    id: str = "default"
    name: str = "Default"


class ProjectRef(Struct, kw_only=True):
    """A project, as a token names it."""

    id: str
    name: str
    domain: DomainOut


class UserOut(Struct, kw_only=True):
    """A user, as a token names them."""

    id: str
    name: str
    domain: DomainOut
    password_expires_at: None = None


class RoleOut(Struct, kw_only=True):
    """What somebody may do in a house: the role's name is its id too."""

    id: str
    name: str


class EndpointOut(Struct, kw_only=True):
    """Where a catalog entry is found."""

    id: str
    interface: str
    region: str
    region_id: str
    url: str


class EntryOut(Struct, kw_only=True):
    """A catalog entry."""

    id: str
    name: str
    type: str
    endpoints: list[EndpointOut]


class TokenOut(Struct, kw_only=True):
    """What a token is good for. Times are ISO 8601 with microseconds."""

    methods: list[str]
    user: UserOut
    audit_ids: list[str]
    expires_at: str
    issued_at: str
    roles: list[RoleOut] | UnsetType = UNSET
    catalog: list[EntryOut] | UnsetType = UNSET
    project: ProjectRef | UnsetType = UNSET
    domain: DomainOut | UnsetType = UNSET


class LoginOut(Struct, kw_only=True):
    """The answer to a login; the token itself stands in the header X-Subject-Token."""

    token: TokenOut


class ProjectOut(Struct, kw_only=True):
    """A project in a list."""

    id: str
    name: str
    links: dict[str, str]
    description: str = ""
    domain_id: str = "default"
    parent_id: str = "default"
    enabled: bool = True
    is_domain: bool = False


class ProjectsOut(Struct, kw_only=True):
    """The projects somebody may work in."""

    projects: list[ProjectOut]
    links: dict[str, Any]


class OneProjectOut(Struct, kw_only=True):
    """One project."""

    project: ProjectOut


class CatalogOut(Struct, kw_only=True):
    """The catalog by itself."""

    catalog: list[EntryOut]
    links: dict[str, Any]


class ProjectsAsked(Struct, kw_only=True):
    """What a list of projects is narrowed by."""

    name: str | None = None


class IdentityFault(Struct, kw_only=True):
    """What went wrong at the login."""

    code: int
    message: str
    title: str


class IdentityProblem(Struct, kw_only=True):
    """The body of what went wrong at the login."""

    error: IdentityFault
