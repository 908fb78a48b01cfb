"""The browsable API's HTML."""

from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from rest_framework.renderers import BrowsableAPIRenderer


class BrowsableRenderer(BrowsableAPIRenderer):
    """The browsable API. Its HTML, and no other page, may use inline style and script."""

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> str:
        response = renderer_context["response"]
        inline = [SELF, UNSAFE_INLINE]
        response._csp_update = {"style-src": inline, "script-src": inline, "img-src": [SELF, "data:"]}
        rendered: str = super().render(data, accepted_media_type, renderer_context)
        return rendered
