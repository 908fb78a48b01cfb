"""The analytics page: which days it shows, and what its numbers are called."""

import re
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse

from core import clock
from tests.analytics.conftest import make_account, make_live, make_numbers


@pytest.fixture
def browser(cast: SimpleNamespace) -> Client:
    return cast.browsers.alice


def text(browser: Client, query: str = "") -> str:
    page = re.sub(r"<[^>]+>", " ", browser.get(reverse("analytics") + query).content.decode())
    return re.sub(r"\s+", " ", page)


class TestPeriod:
    def test_the_fields_say_which_days_are_shown(self, browser: Client) -> None:
        page = browser.get(reverse("analytics")).content.decode()
        days = dict(re.findall(r'name="(start|end)" value="([\d-]+)"', page))
        assert days["end"] == clock.now().date().isoformat()
        assert days["start"] < days["end"]

    def test_chosen_days_stay(self, browser: Client) -> None:
        page = browser.get(reverse("analytics") + "?start=2026-03-02&end=2026-03-04").content.decode()
        assert 'value="2026-03-02"' in page
        assert 'value="2026-03-04"' in page


class TestNumbers:
    def test_rates_have_two_decimals_at_most_everywhere(self, browser: Client, cast: SimpleNamespace) -> None:
        account = make_account(cast)
        make_numbers(make_live(account), views=129, likes=7, comments=1, shares=1)
        make_numbers(make_live(account), views=13, likes=0, comments=0, shares=0)
        page = text(browser)
        assert "6.98 %" in page
        assert " 0 %" in page
        assert "0.0 %" not in page
        assert "142 views on the best day" in page

    def test_one_view_is_one(self, browser: Client, cast: SimpleNamespace) -> None:
        make_numbers(make_live(make_account(cast)), views=1)
        assert "1 view on the best day" in text(browser)
        for name in ("dashboard", "dashboard_lists"):
            page = re.sub(r"<[^>]+>", " ", browser.get(reverse(name)).content.decode())
            assert "1 views" not in page
        assert re.search(r"\b1\s+view\b", page)
