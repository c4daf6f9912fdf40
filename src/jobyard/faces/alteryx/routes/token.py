"""The token: given for a pair of keys."""

from __future__ import annotations

from litestar import Response, post

from jobyard.faces.alteryx import taking
from jobyard.faces.alteryx.gate import PUBLIC
from jobyard.faces.alteryx.login import LIFE, Login
from jobyard.faces.alteryx.refusals import WrongGrant
from jobyard.faces.alteryx.surroundings import Ask
from jobyard.faces.alteryx.taking import TAKES
from jobyard.faces.alteryx.wire.token import TokenIn, TokenOut

GRANT = "client_credentials"
_SCHEME = "Bearer"


@post("/oauth2/token", status_code=200, opt={PUBLIC: True, TAKES: TokenIn})
async def issue_token(request: Ask) -> Response[TokenOut]:
    """Give a token for a pair of keys, which come in the form, in the Authorization header or in a JSON body."""
    told = await taking.body(request, TokenIn)
    if told.grant_type != GRANT:
        raise WrongGrant(grant=repr(told.grant_type[:100]), error="unsupported_grant_type")
    login: Login = request.app.state["login"]
    pair = login.pair(request.headers.get("authorization", ""), told.client_id, told.client_secret)
    answer = TokenOut(access_token=await login.token(*pair), token_type=_SCHEME, expires_in=LIFE)
    return Response(answer, headers={"Pragma": "no-cache"})


HANDLERS = (issue_token,)
