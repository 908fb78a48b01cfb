"""Google's consent for YouTube: offline, and asked again each time, so that a refresh token comes with it."""

from collections.abc import Mapping
from typing import Any

from core import clock
from publishing.platforms.base import Tokens
from publishing.platforms.http import Answer
from publishing.platforms.oauth import ConnectBackend
from publishing.platforms.youtube import errors, tokens


class YouTubeConnect(ConnectBackend):
    name = "connect-youtube"
    platform = "youtube"
    authorize_path = "/o/oauth2/v2/auth"
    token_role = "token"  # noqa: S105
    token_path = "/token"  # noqa: S105

    def auth_params(self, state: str | None = None) -> dict[str, str]:
        return {**super().auth_params(state), "access_type": "offline", "prompt": "consent"}

    def refusal(self, answer: Answer) -> Exception:
        return errors.oauth(answer)

    def tokens(self, answer: Mapping[str, Any]) -> Tokens:
        return tokens.parse(answer, clock.now())
