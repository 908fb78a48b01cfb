"""Facebook Login: no PKCE, commas between scopes, a short-lived token that is exchanged at once."""

from collections.abc import Mapping
from typing import Any

from core import clock
from publishing.platforms.base import Tokens
from publishing.platforms.http import Answer, Caller
from publishing.platforms.meta import errors, tokens
from publishing.platforms.oauth import ConnectBackend


class FacebookLogin(ConnectBackend):
    """What Facebook and Instagram by Facebook share; a subclass names its platform."""

    DEFAULT_USE_PKCE = False
    ACCESS_TOKEN_METHOD = "GET"  # noqa: S105
    SCOPE_SEPARATOR = ","
    label = "Facebook"

    def authorization_url(self) -> str:
        return f"{self.config['urls']['auth']}/{self.config['version']}/dialog/oauth"

    def access_token_url(self) -> str:
        return f"{self.config['urls']['api']}/{self.config['version']}/oauth/access_token"

    def request_access_token(self, url: str, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        """Code to token, token to long-lived token; then who it is and what was really allowed."""
        given = kwargs.get("params") or {}
        wanted = {name: given[name] for name in ("client_id", "client_secret", "redirect_uri", "code")}
        with Caller(self.platform, app=self.app) as http:
            short = tokens.good(http.call("GET", url, params=wanted), self.label)
            found = tokens.exchange(http, str(short.get("access_token", "")), self.label)
            token = str(found["access_token"])
            return {
                **found,
                "scopes": tokens.granted(http, token, self.label),
                "subject": tokens.person(http, token, self.label),
            }

    def refusal(self, answer: Answer) -> Exception:
        return errors.oauth(answer, self.label)

    def tokens(self, answer: Mapping[str, Any]) -> Tokens:
        return tokens.parse(answer, clock.now(), tuple(answer["scopes"]), str(answer["subject"]))
