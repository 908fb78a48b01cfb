"""How the schema describes our two ways to sign in; found by drf-spectacular once this is imported."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object


class Bearer(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The token of `POST /auth/register` and `POST /auth/login`."""

    target_class = "accounts.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        scheme: dict[str, Any] = build_bearer_security_scheme_object("Authorization", "Bearer", "JWT")
        return scheme


class Session(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The cookie of the product's pages; writing takes the CSRF token beside it."""

    target_class = "accounts.authentication.EnforcedSessionAuthentication"
    name = "cookieAuth"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
