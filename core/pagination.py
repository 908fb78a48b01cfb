"""Lists of the API."""

from typing import Any

from django.core.paginator import InvalidPage
from rest_framework.pagination import BasePagination, PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import NotFound


class PageLimitPagination(PageNumberPagination):
    """`{"items": [], "total": 0, "page": 1, "limit": 20}`. Which page was asked for is in `view.page_asked`."""

    page_size = 20

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        number, limit = view.page_asked
        self.request = request
        paginator = self.django_paginator_class(queryset, limit)
        try:
            self.page = paginator.page(number)
        except InvalidPage:
            sentence = f"There is no page {number}; the last one is page {paginator.num_pages}."
            raise NotFound("page_not_found", sentence, {"pages": paginator.num_pages}) from None
        return list(self.page)

    def get_paginated_response(self, data: Any) -> Response:
        assert self.page is not None
        return Response(
            {
                "items": data,
                "total": self.page.paginator.count,
                "page": self.page.number,
                "limit": self.page.paginator.per_page,
            }
        )

    get_schema_operation_parameters = BasePagination.get_schema_operation_parameters

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["items", "total", "page", "limit"],
            "properties": {
                "items": schema,
                "total": {"type": "integer"},
                "page": {"type": "integer"},
                "limit": {"type": "integer"},
            },
        }
