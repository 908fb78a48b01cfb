"""Instagram's consent in both ways: by Instagram itself, and by Facebook for accounts that are linked to a Page."""

from collections.abc import Mapping
from typing import Any

from core import clock
from publishing.platforms.base import Tokens
from publishing.platforms.http import Answer, Caller
from publishing.platforms.instagram import tokens
from publishing.platforms.meta import errors
from publishing.platforms.meta.login import FacebookLogin
from publishing.platforms.meta.tokens import good, parse
from publishing.platforms.oauth import ConnectBackend


class InstagramConnect(ConnectBackend):
    name = "connect-instagram"
    platform = "instagram"
    authorize_path = "/oauth/authorize"
    token_role = "token"  # noqa: S105
    token_path = "/oauth/access_token"  # noqa: S105
    DEFAULT_USE_PKCE = False
    SCOPE_SEPARATOR = ","

    def auth_complete_params(self, state: str | None = None) -> dict[str, str]:
        """The quirk: Instagram appends `#_` to the code."""
        params = super().auth_complete_params(state)
        return {**params, "code": str(params.get("code", "")).removesuffix("#_")}

    def request_access_token(self, url: str, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        """Code to token, token to long-lived token. The id of the answer is the app's own name for the person."""
        with Caller(self.platform) as http:
            short = tokens.flat(good(http.call("POST", url, form=kwargs.get("data") or {}), tokens.LABEL))
            found = tokens.exchange(http, str(short.get("access_token", "")))
        return {**found, "permissions": short.get("permissions"), "user_id": short.get("user_id")}

    def refusal(self, answer: Answer) -> Exception:
        return errors.oauth(answer, tokens.LABEL)

    def tokens(self, answer: Mapping[str, Any]) -> Tokens:
        given = tokens.scopes(answer.get("permissions"))
        return parse(answer, clock.now(), given, str(answer.get("user_id") or ""))


class InstagramByFacebook(FacebookLogin):
    name = "connect-instagram-facebook"
    platform = "instagram"
