"""X's consent: PKCE (S256), and the app proves itself by HTTP Basic instead of form fields."""

from collections.abc import Mapping
from typing import Any

from core import clock
from publishing.platforms.base import Tokens
from publishing.platforms.http import Answer
from publishing.platforms.oauth import ConnectBackend
from publishing.platforms.twitter import errors, tokens


class XConnect(ConnectBackend):
    name = "connect-twitter"
    platform = "twitter"
    authorize_path = "/i/oauth2/authorize"
    token_path = "/2/oauth2/token"  # noqa: S105
    USE_BASIC_AUTH = True

    def refusal(self, answer: Answer) -> Exception:
        return errors.oauth(answer)

    def tokens(self, answer: Mapping[str, Any]) -> Tokens:
        return tokens.parse(answer, clock.now())
