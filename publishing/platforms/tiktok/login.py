"""TikTok's consent: `client_key` instead of `client_id`, commas between scopes, and a challenge in hex."""

import hashlib
from collections.abc import Mapping
from typing import Any

from core import clock
from publishing.platforms.base import Tokens
from publishing.platforms.http import Answer
from publishing.platforms.oauth import ConnectBackend
from publishing.platforms.tiktok import errors, tokens


class TikTokConnect(ConnectBackend):
    name = "connect-tiktok"
    platform = "tiktok"
    authorize_path = "/v2/auth/authorize/"
    token_path = "/v2/oauth/token/"  # noqa: S105
    SCOPE_SEPARATOR = ","

    def auth_params(self, state: str | None = None) -> dict[str, str]:
        params = super().auth_params(state)
        params["client_key"] = params.pop("client_id")
        return params

    def auth_complete_params(self, state: str | None = None) -> dict[str, str]:
        params = super().auth_complete_params(state)
        params["client_key"] = params.pop("client_id")
        return params

    def generate_code_challenge(self, code_verifier: str, challenge_method: str) -> str:
        """The quirk: hex of SHA-256, not base64url."""
        return hashlib.sha256(code_verifier.encode()).hexdigest()

    def refusal(self, answer: Answer) -> Exception:
        return errors.oauth(answer)

    def tokens(self, answer: Mapping[str, Any]) -> Tokens:
        return tokens.parse(answer, clock.now())
