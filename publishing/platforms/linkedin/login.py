"""LinkedIn's consent: spaces between scopes, no PKCE in the web flow."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core import clock
from publishing.platforms.base import Tokens
from publishing.platforms.errors import NoAnswer, NotSent
from publishing.platforms.http import Answer, Caller
from publishing.platforms.linkedin import errors, tokens
from publishing.platforms.oauth import ConnectBackend


class LinkedInConnect(ConnectBackend):
    name = "connect-linkedin"
    platform = "linkedin"
    authorize_path = "/oauth/v2/authorization"
    token_role = "auth"  # noqa: S105
    token_path = "/oauth/v2/accessToken"  # noqa: S105
    DEFAULT_USE_PKCE = False

    def refusal(self, answer: Answer) -> Exception:
        return errors.oauth(answer)

    def tokens(self, answer: Mapping[str, Any]) -> Tokens:
        """One member's consent may reach several pages, so it is kept under the member's own name."""
        found = tokens.parse(answer, clock.now())
        try:
            with Caller(self.platform, app=self.app) as http:
                return replace(found, subject=tokens.subject(http, found.access))
        except (NoAnswer, NotSent):
            return found
