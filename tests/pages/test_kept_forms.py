"""Long forms and the browser's copy of them: how the server says that one has arrived. The rest is in tests/e2e."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

TOKEN = "6f1c2d3e-aaaa-4bbb-8ccc-123456789012"


@pytest.fixture
def browser(cast: Any) -> Client:
    return cast.browsers.alice


PREFERENCES = {
    "timezone": "UTC", "language": "en", "week_start": "monday", "hour_format": "24", "theme": "system",
    "save_preferences": "1", "_kept": TOKEN,
}  # fmt: skip


def test_a_form_that_arrived_is_named_so_that_the_copy_goes(browser: Client, cast: Any) -> None:
    page = browser.get(reverse("preferences")).content.decode()
    assert f'data-user="{cast.alice.pk}"' in page
    refused = browser.post(reverse("preferences"), {**PREFERENCES, "timezone": "Nowhere/Land"})
    assert refused.status_code == 422
    assert "kept" not in refused.cookies
    form = dict(PREFERENCES)
    initial = browser.get(reverse("preferences")).context["form"].initial
    form |= {name: value for name, value in initial.items()}
    done = browser.post(reverse("preferences"), form)
    assert done.status_code == 302
    assert done.cookies["kept"].value == TOKEN


def test_a_form_sent_without_a_session_leads_back_to_its_page_and_is_not_taken(cast: Any) -> None:
    visitor = Client()
    answer = visitor.post(
        f"/scripts/{cast.workspace.pk}/save/", {"_kept": TOKEN}, headers={"Referer": "http://testserver/scripts/x/?a=1"}
    )
    assert answer.status_code == 302
    assert answer["Location"] == "/account/login/?next=/scripts/x/%3Fa%3D1"
    assert "kept" not in answer.cookies
    stranger = visitor.post("/compose/", headers={"Referer": "https://evil.example/x"})
    assert stranger["Location"] == "/account/login/?next=/dashboard/"


def test_a_token_that_is_none_is_not_repeated(browser: Client) -> None:
    initial = browser.get(reverse("preferences")).context["form"].initial
    done = browser.post(reverse("preferences"), {**PREFERENCES, **initial, "_kept": "a; Path=/evil"})
    assert done.status_code == 302
    assert "kept" not in done.cookies
