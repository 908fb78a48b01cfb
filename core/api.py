"""What every API endpoint shares: errors and the actor. Lists and renderers are in modules of their own."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework import exceptions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler
from rest_framework.viewsets import GenericViewSet

from core.actor import Actor
from core.errors import DomainError, Throttled

_KINDS = {
    400: "validation_error",
    401: "authentication_error",
    402: "plan_limit",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media",
    422: "validation_error",
    429: "throttled",
    503: "unavailable",
}


class ActorViewSet(GenericViewSet[Any]):
    """A viewset that acts as the request's actor."""

    lookup_value_regex: ClassVar[str] = "[0-9a-f-]{36}"

    @property
    def actor(self) -> Actor:
        """Who asks, in which workspace."""
        found: Actor = self.request.actor  # type: ignore[attr-defined]
        return found


def error_response(error: DomainError) -> Response:
    """The API's answer to a domain error."""
    response = Response(error.as_dict(), status=error.status)
    if isinstance(error, Throttled):
        response["Retry-After"] = str(error.retry_after_s)
    return response


def _first_sentence(detail: Any) -> str:
    if isinstance(detail, dict):
        for name, value in detail.items():
            sentence = _first_sentence(value)
            return sentence if name in ("detail", "non_field_errors", "__all__") else f"{name}: {sentence}"
        return ""
    if isinstance(detail, (list, tuple)):
        return next((sentence for sentence in map(_first_sentence, detail) if sentence), "")
    return str(detail)


def _wait_s(exc: exceptions.Throttled) -> int:
    return int(getattr(exc, "wait", None) or 1)


def _fields(detail: Any) -> dict[str, Any]:
    if isinstance(detail, dict):
        return {name: [str(v) for v in value] if isinstance(value, list) else value for name, value in detail.items()}
    return {"non_field_errors": [str(item) for item in (detail if isinstance(detail, list) else [detail])]}


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Every refusal in one format: `{"error", "message", "details"}`."""
    if isinstance(exc, DomainError):
        return error_response(exc)
    if isinstance(exc, DjangoValidationError):
        exc = exceptions.ValidationError(exc.message_dict if hasattr(exc, "error_dict") else exc.messages)
    response = drf_exception_handler(exc, context)
    if response is None:
        return None
    body: dict[str, Any] = {"error": _KINDS.get(response.status_code, "validation_error"), "details": {}}
    if isinstance(exc, exceptions.ValidationError):
        body["message"] = _first_sentence(exc.detail) or "The request is not valid."
        body["details"] = {"fields": _fields(exc.detail)}
    elif isinstance(exc, (Http404, exceptions.NotFound)):
        body["message"] = "This does not exist, or it belongs to another workspace."
    elif isinstance(exc, (DjangoPermissionDenied, exceptions.PermissionDenied)):
        body["message"] = _first_sentence(getattr(exc, "detail", None) or str(exc)) or "You may not do this."
    else:
        body["message"] = _first_sentence(getattr(exc, "detail", "")) or "The request was refused."
    if isinstance(exc, exceptions.Throttled):
        body["message"] = f"Too many requests. Try again in {_wait_s(exc)} s."
        body["details"] = {"retry_after_s": _wait_s(exc)}
    if response.status_code == status.HTTP_401_UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="api"'
    response.data = {"error": body["error"], "message": body["message"], "details": body["details"]}
    return response


def api_not_found(request: HttpRequest | Request, *_args: Any, **_kwargs: Any) -> JsonResponse:
    """Unknown API paths answer in the API's format."""
    return JsonResponse({"error": "not_found", "message": "There is no such endpoint.", "details": {}}, status=404)
