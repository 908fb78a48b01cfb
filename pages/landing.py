"""The landing page for people who do not know the product yet."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pages import landing_sample
from platforms import PLATFORMS, preselected

MIB: Final = 1024 * 1024


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """What it is, shown on a video, and where to start. Works without scripts."""
    context = {
        "timeline": landing_sample.timeline(),
        "publishes_to": tuple(PLATFORMS),
        "sample": preselected(),
        "max_upload_mb": settings.MAX_UPLOAD_BYTES // MIB,
    }
    return render(request, "pages/landing.html", context)
