from types import SimpleNamespace

import pytest
from django.contrib import messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from core.errors import Conflict, NotFound, Throttled
from pages import errors
from pages.middleware import PageMiddleware, ToastMiddleware

pytestmark = pytest.mark.django_db


def ask(htmx: bool = True, path: str = "/videos/", **extra):
    request = RequestFactory().get(path, headers={"HX-Request": "true"} if htmx else {}, **extra)
    request.session = {}
    request._messages = FallbackStorage(request)
    messages.success(request, "Saved <b>it</b>.")
    return request


def through(response: HttpResponse, request) -> str:
    return ToastMiddleware(lambda _: response)(request).content.decode()


class TestToasts:
    def test_htmx_gets_messages_out_of_band_and_escaped(self):
        html = through(HttpResponse("<p>row</p>"), ask())
        assert html.startswith("<p>row</p>")
        assert 'hx-swap-oob="beforeend:#toasts"' in html
        assert "Saved &lt;b&gt;it&lt;/b&gt;." in html

    def test_a_form_with_errors_carries_them_too(self):
        assert "data-toast" in through(HttpResponse("<form>", status=422), ask())

    @pytest.mark.parametrize(
        "response",
        [
            HttpResponseRedirect("/"),
            HttpResponse("", status=204),
            HttpResponse("<p>", headers={"HX-Redirect": "/"}),
            HttpResponse("<p>", status=500),
            JsonResponse({}),
        ],
        ids=["redirect", "empty", "hx-redirect", "failure", "json"],
    )
    def test_what_is_not_swapped_keeps_them_for_the_next_page(self, response):
        request = ask()
        assert "data-toast" not in through(response, request)
        assert len(list(messages.get_messages(request))) == 1

    def test_a_full_page_draws_them_itself(self):
        assert "data-toast" not in through(HttpResponse("<html>"), ask(htmx=False))

    def test_the_length_stays_true(self):
        response = HttpResponse("<p>", headers={"Content-Length": "3"})
        html = through(response, ask())
        assert response["Content-Length"] == str(len(html.encode()))


class TestRefusals:
    def test_htmx_gets_the_error_as_json(self):
        request = ask()
        request.request_id = "r-1"
        response = errors.answer(request, Conflict("stale", "Reload first."))
        assert response.status_code == 409
        assert b'"message": "Reload first."' in response.content
        assert b'"request_id": "r-1"' in response.content

    @pytest.mark.parametrize(
        ("error", "status", "words"),
        [
            (NotFound(), 404, "There is nothing here"),
            (Conflict("x", "Reload first."), 409, "Reload first."),
            (Throttled("slow", "Wait 30 seconds.", retry_after_s=30), 429, "Wait 30 seconds."),
        ],
    )
    def test_a_person_gets_a_page(self, error, status, words):
        request = ask(htmx=False)
        request.user = SimpleNamespace(is_authenticated=False)
        response = errors.answer(request, error)
        assert response.status_code == status
        assert words in response.content.decode()
        assert response.get("Retry-After") == ("30" if status == 429 else None)

    def test_only_refusals_are_translated_and_only_on_pages(self):
        middleware = PageMiddleware(lambda _: HttpResponse())
        request = ask()
        assert middleware.process_exception(request, ValueError("no")) is None
        assert middleware.process_exception(ask(path="/api/v1/videos"), NotFound()) is None
        answer = middleware.process_exception(request, NotFound())
        assert answer is not None
        assert answer.status_code == 404


class TestWorkspaceStamp:
    """Two tabs may show two workspaces while the session knows one."""

    def run(self, cast, *, stamp=None, field=None):
        factory = RequestFactory()
        headers = {"X-Workspace": str(stamp)} if stamp else {}
        request = factory.post("/videos/", {"_workspace": str(field)} if field else {}, headers=headers)
        if field:
            request = factory.post(
                "/videos/", f"_workspace={field}", content_type="application/x-www-form-urlencoded", headers=headers
            )
        request.user = cast.alice
        request.actor = SimpleNamespace(user_id=cast.alice.pk, workspace_id=cast.workspace.pk, role="editor")
        request.COOKIES = {}
        reached = []
        response = PageMiddleware(lambda r: reached.append(r) or HttpResponse("done"))(request)
        return response.status_code, bool(reached)

    def test_the_right_stamp_passes(self, cast):
        assert self.run(cast, stamp=cast.workspace.pk) == (200, True)
        assert self.run(cast, field=cast.workspace.pk) == (200, True)

    def test_no_stamp_passes(self, cast):
        assert self.run(cast) == (200, True)

    def test_a_foreign_stamp_changes_nothing(self, cast):
        other = "01900000-0000-7000-8000-000000000000"
        assert self.run(cast, stamp=other) == (409, False)
        assert self.run(cast, field=other) == (409, False)


class TestLocalTime:
    def test_pages_are_drawn_in_the_persons_zone(self, cast):
        cast.alice.preferences.timezone = "Asia/Kathmandu"
        cast.alice.preferences.save()
        request = RequestFactory().get("/videos/")
        request.user = cast.alice
        seen = []
        PageMiddleware(lambda _: seen.append(timezone.get_current_timezone_name()) or HttpResponse())(request)
        assert seen == ["Asia/Kathmandu"]
        assert timezone.get_current_timezone_name() == "UTC"

    def test_a_zone_that_no_longer_exists_is_utc(self, cast):
        cast.alice.preferences.timezone = "Mars/Base"
        cast.alice.preferences.save()
        request = RequestFactory().get("/videos/")
        request.user = cast.alice
        seen = []
        PageMiddleware(lambda _: seen.append(timezone.get_current_timezone_name()) or HttpResponse())(request)
        assert seen == ["UTC"]


class TestErrorPages:
    def test_an_unknown_address(self, client: Client):
        response = client.get("/no/such/page/")
        assert response.status_code == 404
        assert "There is nothing here" in response.content.decode()

    def test_a_write_without_a_token(self):
        response = Client(enforce_csrf_checks=True).post("/shell/theme/", {"theme": "dark"})
        assert response.status_code == 403
        assert "Your session changed" in response.content.decode()
