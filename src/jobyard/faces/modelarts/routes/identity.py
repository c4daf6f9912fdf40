"""The login: which version, tokens, projects, catalog."""

from __future__ import annotations

from litestar import HttpMethod, Response, delete, get, post, route
from litestar.params import FromPath

from jobyard.faces.modelarts import login, words
from jobyard.faces.modelarts.gate import PUBLIC
from jobyard.faces.modelarts.login import Login, Place
from jobyard.faces.modelarts.refusals import WrongLogin
from jobyard.faces.modelarts.surroundings import Ask
from jobyard.faces.modelarts.wire.identity import (
    AuthIn,
    CatalogOut,
    LoginIn,
    LoginOut,
    MethodsIn,
    OneProjectOut,
    ProjectsAsked,
    ProjectsOut,
    ScopeIn,
)
from jobyard.faces.modelarts.words import identity
from jobyard.faces.modelarts.words.identity import Granted
from jobyard.job.errors import Invalid, NotFound, Unauthenticated
from jobyard.people.record import Actor, Key

FACE = "modelarts"
_SUBJECT = "X-Subject-Token"


@get("/", opt={PUBLIC: True})
async def get_version(request: Ask) -> dict[str, object]:
    """Return which version of the login this is."""
    return identity.version_out(request.house.base_url())


@post("/auth/tokens", opt={PUBLIC: True})
async def issue_token(request: Ask) -> Response[LoginOut]:
    """Let somebody in with name and password, or show what a token is good for; the token comes as a header."""
    said = words.told(await request.body(), LoginIn).auth
    token = await _proved(request, said.identity)
    granted = await _granted(request, token, said)
    answer = identity.login_out(
        granted, request.house.base_url(), request.engine.ledger.now(), catalog=not _without_catalog(request)
    )
    return Response(answer, status_code=201, headers={_SUBJECT: token, "Vary": "X-Auth-Token"})


@route("/auth/tokens", http_method=[HttpMethod.GET, HttpMethod.HEAD])
async def show_token(request: Ask) -> Response[LoginOut]:
    """Return what the token in X-Subject-Token is good for: one's own, or, for an administrator, anybody's."""
    token = _subject(request)
    key, actor = await _standing(request, token)
    user = await request.engine.people.user(request.user, actor.name)
    granted = Granted(key=key, user=user, method="token", project=(user.id, user.name))
    answer = identity.login_out(
        granted, request.house.base_url(), request.engine.ledger.now(), catalog=not _without_catalog(request)
    )
    return Response(answer, headers={_SUBJECT: token, "Vary": "X-Auth-Token"})


@delete("/auth/tokens")
async def revoke_token(request: Ask) -> Response[None]:
    """Make the token in X-Subject-Token void: one's own, or, for an administrator, anybody's."""
    key, _ = await _standing(request, _subject(request))
    await request.engine.people.revoke_key(request.user, key.id)
    return Response(None, status_code=204)


@get(["/projects", "/auth/projects"])
async def list_projects(request: Ask) -> ProjectsOut:
    """Return the projects somebody may work in: their own first, then the shared ones."""
    asked = words.asked(request.scope["query_string"], ProjectsAsked)
    found = [(one.id, one.name) for one in await login.places(request.engine, request.user)]
    meant = [one for one in found if asked.name in {None, one[1]}]
    return identity.projects_out(meant, request.house.base_url(), "/v3/projects")


@get("/projects/{wanted:str}")
async def get_project(request: Ask, wanted: FromPath[str]) -> OneProjectOut:
    """Return one project by its id."""
    places = await login.places(request.engine, request.user)
    found = next((one for one in places if one.id == wanted), None)
    if found is None:
        raise NotFound(what="project", name=wanted)
    return OneProjectOut(project=identity.project_out(found.id, found.name, request.house.base_url()))


@get("/auth/catalog")
async def get_catalog(request: Ask) -> CatalogOut:
    """Return where the login and one's own datasets are found."""
    own = (await login.places(request.engine, request.user))[0]
    return identity.catalog_out(request.house.base_url(), own.id)


async def _proved(request: Ask, said: MethodsIn) -> str:
    """Return the token of whoever comes: a fresh one for a password, the same for a token. Raises WrongLogin."""
    try:
        if said.methods == ["token"] and said.token is not None:
            await _login(request).of(said.token.id)
            return said.token.id
        if said.methods != ["password"] or said.password is None:
            raise Invalid(reason=f"What comes with the method {said.methods[0]} is missing.")
        user = said.password.user
        name = user.name or await request.engine.people.name_of(user.id or "") or user.id or ""
        people = request.engine.people
        _, token = await people.sign_in(name, user.password, request.address, FACE, identity.LONGEST)
    except Unauthenticated:
        raise WrongLogin from None
    return token


async def _granted(request: Ask, token: str, said: AuthIn) -> Granted:
    """Return what the token is good for in the scope that was asked for. Raises WrongLogin for a foreign project."""
    key, actor = await _standing(request, token)
    user = await request.engine.people.user(actor, actor.name)
    places = await login.places(request.engine, actor)
    scope = said.scope
    method = said.identity.methods[0]
    if scope is None:
        return Granted(key=key, user=user, method=method, project=(places[0].id, places[0].name))
    if not isinstance(scope, ScopeIn) or scope.project is None:
        domain = isinstance(scope, ScopeIn) and scope.domain is not None
        return Granted(key=key, user=user, method=method, project=None, domain=domain)
    found = _meant(places, scope.project.id, scope.project.name)
    return Granted(key=key, user=user, method=method, project=(found.id, found.name))


def _meant(places: list[Place], id_: str | None, name: str | None) -> Place:
    for one in places:
        if one.id == id_ or (id_ is None and one.name == name):
            return one
    raise WrongLogin


async def _standing(request: Ask, token: str) -> tuple[Key, Actor]:
    try:
        return await request.engine.people.standing(token)
    except Unauthenticated:
        raise NotFound(what="token", name="like this") from None


def _subject(request: Ask) -> str:
    token = request.headers.get(_SUBJECT.lower(), "")
    if not token:
        raise Invalid(reason="The header X-Subject-Token is missing.")
    return token


def _login(request: Ask) -> Login:
    found: Login = request.app.state["login"]
    return found


def _without_catalog(request: Ask) -> bool:
    return b"nocatalog" in request.scope["query_string"]


HANDLERS = (get_version, issue_token, show_token, revoke_token, list_projects, get_project, get_catalog)
