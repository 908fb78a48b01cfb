"""What every API endpoint shares: what it takes, the actor, errors. Lists and renderers are in modules of their own."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar, cast

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.views import exception_handler as drf_exception_handler
from rest_framework.viewsets import GenericViewSet

from core import outages
from core.actor import Actor
from core.errors import DomainError, Throttled
from core.outages import Away
from core.pagination import PageLimitPagination
from core.serializers import SENTENCE, InputSerializer, NoFields, PageQuery

F = TypeVar("F", bound=Callable[..., Any])

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


class Asked:
    """What `endpoint` has read of a request, and who asks. Mixed into views."""

    request: Any
    query: dict[str, Any]
    body: dict[str, Any]
    page_asked: tuple[int, int] = (1, PageLimitPagination.page_size)

    @property
    def actor(self) -> Actor:
        """Who asks, in which workspace."""
        found: Actor = self.request.actor
        return found


class ActorView(Asked, APIView):
    """A view that acts as the request's actor."""

    pagination_class = PageLimitPagination

    def paged(self, rows: Any, serializer: Any) -> Response:
        """A list in the API's envelope."""
        pages = self.pagination_class()
        page: Any = pages.paginate_queryset(rows, self.request, view=self)
        return pages.get_paginated_response(serializer(page, many=True).data)


class ActorViewSet(Asked, GenericViewSet[Any]):
    """A viewset that acts as the request's actor."""

    lookup_value_regex: ClassVar[str] = "[0-9a-f-]{36}"

    def paged(self, rows: Any, serializer: Any = None) -> Response:
        """A list in the API's envelope."""
        shape: Any = serializer or self.serializer_class
        return self.get_paginated_response(shape(self.paginate_queryset(rows), many=True).data)


def valid(serializer: Any) -> dict[str, Any]:
    """The validated data; a refusal in the API's format."""
    serializer.is_valid(raise_exception=True)
    data: dict[str, Any] = serializer.validated_data
    return data


@dataclass(frozen=True, slots=True)
class Takes:
    """What an endpoint was declared to take."""

    query: type[InputSerializer]
    request: Any


def endpoint(
    *, query: type[InputSerializer] = NoFields, request: Any = None, partial: bool = False, **schema: Any
) -> Callable[[F], F]:
    """Declare what an action takes and answers: checked before it runs, and documented in the schema.

    `query` and `request` are `InputSerializer`s; their values are in `self.query` and `self.body`, the page of a list
    in `self.page_asked`. Without them the action takes nothing, and a request that brings something is refused.
    `request` may be a dictionary by content type; what is no serializer there (a stream) is left to the action. With
    `partial` every field of the body may be left out. The rest is `extend_schema`'s.
    """

    def declare(action: F) -> F:
        @functools.wraps(action)
        def checked(view: Any, asked: Request, *args: Any, **kwargs: Any) -> Any:
            values = valid(query(data=asked.query_params))
            if issubclass(query, PageQuery):
                view.page_asked = (values.pop("page"), values.pop("limit"))
            view.query = values
            if asked.method not in SAFE_METHODS:
                view.body = _body(request, asked, partial=partial)
            return action(view, asked, *args, **kwargs)

        parameters = [*([query] if query is not NoFields else []), *schema.pop("parameters", [])]
        checked.takes = Takes(query, request)  # type: ignore[attr-defined]
        return cast(F, extend_schema(request=request, parameters=parameters, **schema)(checked))

    return declare


def _body(shape: Any, asked: Request, *, partial: bool) -> dict[str, Any]:
    if isinstance(shape, dict):
        content_type = (asked.content_type or "").partition(";")[0].strip().lower()
        shape = shape.get(content_type, next(iter(shape.values())))
    if shape is None:
        return valid(NoFields(data=_anything(asked)))
    if not (isinstance(shape, type) and issubclass(shape, InputSerializer)):
        return {}
    return valid(shape(data=asked.data, partial=partial))


def _anything(asked: Request) -> Any:
    """What came to an endpoint that asks for nothing; browsers send empty forms where no body is meant."""
    try:
        return asked.data
    except exceptions.UnsupportedMediaType:
        if not (asked.content_type or "").startswith(("multipart/form-data", "application/x-www-form-urlencoded")):
            raise
        return asked._request.POST


def error_response(error: DomainError) -> Response:
    """The API's answer to a domain error."""
    response = Response(error.as_dict(), status=error.status)
    if isinstance(error, (Throttled, Away)):
        response["Retry-After"] = str(error.retry_after_s)
    return response


def _stands_alone(detail: Any) -> bool:
    """Whether the sentence says what it is about."""
    return isinstance(detail, list) and bool(detail) and getattr(detail[0], "code", "") == SENTENCE


def _first_sentence(detail: Any) -> str:
    if isinstance(detail, dict):
        for name, value in detail.items():
            sentence = _first_sentence(value)
            if not sentence:
                continue
            return (
                sentence
                if _stands_alone(value) or name in ("detail", "non_field_errors", "__all__")
                else f"{name}: {sentence}"
            )
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
    exc = outages.of(exc) or exc
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


@csrf_exempt
def api_not_found(request: HttpRequest | Request, *_args: Any, **_kwargs: Any) -> JsonResponse:
    """Unknown API paths answer in the API's format."""
    return JsonResponse({"error": "not_found", "message": "There is no such endpoint.", "details": {}}, status=404)
