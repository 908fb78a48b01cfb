"""The analytics page: a period's numbers, day by day, by platform, by pattern."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse

from analytics.selectors import dashboard, posts
from analytics.selectors.totals import Period, period
from analytics.viewsets import csv_response
from core.errors import ValidationFailed
from pages.access import SignedIn, signed_in
from pages.forms.times import DayField
from patterns.levels import level_words
from platforms import choices

CHART_WIDTH, CHART_HEIGHT = 720, 180
TOP = 20


class PeriodForm(forms.Form):
    """The filters, always in the address."""

    start = DayField(label="From", required=False)
    end = DayField(label="To", required=False)
    platform = forms.ChoiceField(label="Platform", required=False, choices=[("", "All platforms"), *choices()])


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the chart, in SVG units."""

    on: date
    views: int | None
    x: float
    y: float
    width: float
    height: float


def bars(days: list[tuple[date, int | None]]) -> list[Bar]:
    """A bar per day; days without a number have none."""
    top = max((views or 0 for _, views in days), default=0) or 1
    step = CHART_WIDTH / max(len(days), 1)
    drawn = []
    for index, (on, views) in enumerate(days):
        height = round(CHART_HEIGHT * (views or 0) / top, 1)
        drawn.append(
            Bar(on, views, round(index * step, 1), round(CHART_HEIGHT - height, 1), round(step * 0.8, 1), height)
        )
    return drawn


def _asked(request: SignedIn, form: PeriodForm) -> tuple[Period, str]:
    zone = request.preferences.timezone
    if not form.is_valid():
        return period(None, None, zone=zone), ""
    try:
        asked = period(form.cleaned_data["start"], form.cleaned_data["end"], zone=zone)
    except ValidationFailed as error:
        form.add_error("start", error.message)
        asked = period(None, None, zone=zone)
    return asked, form.cleaned_data.get("platform", "")


@signed_in
def analytics(request: SignedIn) -> HttpResponse:
    """Everything of a period, with the period before beside it."""
    form = PeriodForm(request.GET)
    asked, platform = _asked(request, form)
    if not form.errors:
        # The fields say which days are shown, also when nobody chose any.
        form = PeriodForm({"start": str(asked.first), "end": str(asked.last), "platform": platform})
    workspace_id = request.actor.workspace_id
    found = dashboard.dashboard(workspace_id, asked, platform, TOP)
    scores = [row for row in posts.newest_scores(workspace_id) if not platform or row.platform == platform]
    query = urlencode({"start": asked.first, "end": asked.last, "platform": platform})
    context = {
        "form": form,
        "numbers": found,
        "before": asked.before(),
        "bars": bars(found.days),
        "chart_top": max((views or 0 for _, views in found.days), default=0),
        "top_posts": found.top,
        "scores": [(row, level_words(row.type, row.level)) for row in scores if row.sample_size],
        "export_url": f"{reverse('analytics_export')}?{query}",
        "chart_width": CHART_WIDTH,
        "chart_height": CHART_HEIGHT,
    }
    return render(request, "analytics/analytics.html", context)


@signed_in
def export(request: SignedIn) -> HttpResponseBase:
    """CSV of exactly what the page shows."""
    asked, platform = _asked(request, PeriodForm(request.GET))
    return csv_response(request.actor.workspace_id, asked, platform)


urlpatterns = [
    path("analytics/", analytics, name="analytics"),
    path("analytics/export.csv", export, name="analytics_export"),
]
