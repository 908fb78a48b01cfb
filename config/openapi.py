"""The OpenAPI schema: what drf-spectacular finds, the ways to sign in, and the refusals of every operation.

Refusals are not listed at each view. They follow from what an operation is: whether it needs a token, has a body, is
repeatable by `Idempotency-Key`. `docs/api.md` has the table.
"""

from collections.abc import Iterator
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from drf_spectacular.utils import OpenApiParameter
from rest_framework.fields import ChoiceField
from rest_framework.permissions import SAFE_METHODS, AllowAny

from core.idempotency import HEADER, is_idempotent
from core.serializers import ErrorSerializer, InputSerializer, PageQuery

# Served, but not in the schema: a second name would give a second operation of the same kind.
ALIASES = ("/health", "/api/schema", "/api/v1/social-accounts", "/api/v1/posts/upload-media")

_MEANING = {
    400: "Something in the request is not valid; `details.fields` names it.",
    401: "No token, or one that is not valid any more.",
    402: "The plan does not allow more of this.",
    403: "Your role does not allow this, or a cookie came without its CSRF token.",
    404: "There is no such thing in this workspace.",
    408: "The body came too slowly.",
    409: "The state of the thing does not allow this, or somebody else was faster.",
    412: "Another version of tus.",
    413: "The body is too large.",
    415: "The content type is none of those named here.",
    422: "The Idempotency-Key was used with another body.",
    429: "Too many requests; `Retry-After` says when the next one is welcome.",
    460: "The chunk does not have the checksum that was announced.",
    503: "A service this depends on is away; try again later.",
}


class OperationSchema(AutoSchema):
    """Adds to each operation the refusals that it may answer, all with the same body."""

    def get_override_parameters(self) -> list[Any]:
        found = list(super().get_override_parameters())
        if is_idempotent(self._handler()):
            words = "Any text of your own, kept for a day: the same key with the same body answers the same."
            found.append(OpenApiParameter(HEADER, str, OpenApiParameter.HEADER, description=words))
        return found

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """An empty query parameter is one that was left out, as forms send it."""
        found = super().get_operation(*args, **kwargs)
        for parameter in (found or {}).get("parameters", []):
            if parameter["in"] == "query" and not parameter.get("required"):
                parameter["allowEmptyValue"] = True
        return found

    def _is_list_view(self, serializer: Any = None) -> bool:
        """A declared answer is a list where it says `many=True`, whatever the action is called."""
        declared = self.get_response_serializers()
        if isinstance(declared, dict) and declared:
            declared = declared[min(declared)]
        if serializer is not None and isinstance(declared, type):
            return False
        return bool(super()._is_list_view(serializer))

    def _get_paginator(self) -> Any:
        """An endpoint answers pages where its query asks for one."""
        takes = getattr(self._handler(), "takes", None)
        return super()._get_paginator() if takes and issubclass(takes.query, PageQuery) else None  # type: ignore[no-untyped-call]

    def _handler(self) -> Any:
        action = getattr(self.view, "action", None) or self.method.lower()
        return getattr(self.view, action, None)

    def _refusals(self) -> Iterator[int]:
        is_open = AllowAny in self.view.permission_classes
        yield from (400, 429, 503)
        if not is_open:
            yield from (401, 403, 404)
        elif self.path.startswith("/api/v1/auth") or "{" in self.path:
            yield from (401, 403)
        if self.method not in SAFE_METHODS:
            yield from (408, 413, 415)
            if not is_open:
                yield from (402, 409)
        if is_idempotent(self._handler()):
            yield 422
        yield from getattr(self.view, "more_refusals", ())

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        bodies = super()._get_response_bodies(direction)
        for status in sorted(set(self._refusals())):
            if str(status) not in bodies:
                code: Any = (ErrorSerializer, str(status), ["application/json"], direction)
                refusal = self._get_response_for_code(*code)  # type: ignore[no-untyped-call]
                bodies[str(status)] = {**refusal, "description": _MEANING[status]}
        return dict(sorted(bodies.items()))

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        """Says of what is answered where it may be null or empty. Of what comes in, an empty default says only that a
        field may be left out; the field itself need not take an empty text."""
        if field.read_only and isinstance(field, ChoiceField) and _may_be_blank(field):
            field.allow_blank = True
        if field.read_only and field.default is None:
            field.allow_null = True
        found = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        if isinstance(found, dict) and found.get("default") == "":
            del found["default"]
        return found

    def _postprocess_serializer_schema(self, schema: Any, serializer: Any, direction: Any) -> Any:
        found = super()._postprocess_serializer_schema(schema, serializer, direction)  # type: ignore[no-untyped-call]
        if isinstance(serializer, InputSerializer) and "properties" in found:
            found["additionalProperties"] = False
        return found


def _may_be_blank(field: ChoiceField) -> bool:
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    if model is None:
        return False
    return any(column.name == field.source and column.blank for column in model._meta.fields)


def without_aliases(endpoints: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The endpoints that the schema shows."""
    return [entry for entry in endpoints if not entry[0].startswith(ALIASES)]


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
