from types import SimpleNamespace

import pytest
from django.db import DatabaseError
from django.test import Client, RequestFactory
from django.urls import path

from accounts.middleware import SESSION_KEY
from config.urls import urlpatterns as product_urls
from pages import page_frame, styleguide
from pages.page_frame import NavigationItem, PageFrame
from tests import factories

pytestmark = pytest.mark.django_db


def request_of(cast=None, path_="/"):
    request = RequestFactory().get(path_)
    if cast is not None:
        request.user = cast.alice
        request.actor = SimpleNamespace(user_id=cast.alice.pk, workspace_id=cast.workspace.pk, role="admin")
    return request


def clips(request):
    raise NotImplementedError


urlpatterns = [
    *product_urls,
    path("clips/", clips, name="clips"),
    path("clips/<int:pk>/", clips, name="clip_detail"),
    path("styleguide/_fragment/", styleguide.fragment, name="styleguide_fragment"),
    path("styleguide/fail/<int:status>/", styleguide.fail, name="styleguide_fail"),
]


class TestNavigation:
    ITEMS = (NavigationItem("Clips", "clips", "film", ("clips", "clip")),)

    @pytest.mark.parametrize("menu", ["nav", "dock", "more", "account"])
    def test_every_entry_leads_to_a_page(self, menu, cast):
        client = cast.browsers.alice
        links = getattr(PageFrame(request_of(cast)), menu)
        assert links
        assert {link.url: client.get(link.url).status_code for link in links} == {link.url: 200 for link in links}

    @pytest.mark.urls(__name__)
    @pytest.mark.parametrize(
        ("where", "name", "current"),
        [("/clips/", "clips", "page"), ("/clips/4/", "clip_detail", "true"), ("/", "home", "")],
    )
    def test_marks_where_one_is(self, where, name, current):
        request = request_of(path_=where)
        request.resolver_match = SimpleNamespace(url_name=name)
        assert PageFrame(request)._links(self.ITEMS)[0].current == current


class TestFrame:
    def test_names_workspace_role_and_person(self, cast):
        shell = PageFrame(request_of(cast))
        assert shell.workspace == cast.workspace
        assert shell.role_label == "Admin"
        assert shell.user == cast.alice

    def test_a_visitor_has_an_empty_frame(self):
        shell = PageFrame(request_of())
        assert (shell.user, shell.workspace, shell.memberships, shell.timezone) == (None, None, [], "UTC")
        assert shell.error_layout == "layouts/public.html"

    def test_stands_without_a_database(self, cast, monkeypatch):
        def away(*_):
            raise DatabaseError("gone")

        monkeypatch.setattr(page_frame.selectors, "memberships_of", away)
        monkeypatch.setattr(page_frame.selectors, "preferences_of", away)
        shell = PageFrame(request_of(cast))
        assert (shell.memberships, shell.preferences, shell.time_format) == ([], None, "H:i")

    def test_costs_nothing_until_used(self, cast, django_assert_num_queries):
        with django_assert_num_queries(0):
            page_frame.shell(request_of(cast))

    def test_writes_times_as_the_person_wants(self, cast):
        cast.alice.preferences.hour_format = "12"
        cast.alice.preferences.save()
        assert PageFrame(request_of(cast)).time_format == "g:i a"


class TestTheme:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_is_kept_and_drawn_by_the_server(self, client: Client, theme):
        response = client.post("/shell/theme/", {"theme": theme}, headers={"Referer": "http://testserver/?a=1"})
        assert (response.status_code, response["Location"]) == (302, "http://testserver/?a=1")
        assert f'data-theme="{theme}"' in client.get("/").content.decode()

    def test_like_the_device_forgets_it(self, client: Client):
        client.post("/shell/theme/", {"theme": "dark"})
        client.post("/shell/theme/", {"theme": "system"})
        assert "data-theme=" not in client.get("/").content.decode()

    def test_follows_a_person_to_their_other_devices(self, cast):
        client = cast.browsers.alice
        client.post("/shell/theme/", {"theme": "dark"})
        elsewhere = factories.sign_in(cast.alice)
        assert 'data-theme="dark"' in elsewhere.get("/").content.decode()
        cast.alice.preferences.refresh_from_db()
        assert cast.alice.preferences.theme == "dark"

    def test_nonsense_in_the_cookie_is_ignored(self, client: Client):
        client.cookies["theme"] = '"><script>'
        assert "data-theme=" not in client.get("/").content.decode()

    def test_never_leads_away(self, client: Client):
        response = client.post("/shell/theme/", {"theme": "dark", "next": "https://evil.example/"})
        assert response["Location"] == "/"


class TestWorkspaceSwitch:
    def test_goes_on_in_ones_other_workspace(self, cast):
        client = cast.browsers.alice
        client.post("/shell/workspace/", {"workspace": str(cast.workspace.pk)})
        assert client.session[SESSION_KEY] == str(cast.workspace.pk)

    def test_a_strangers_workspace_does_not_exist(self, cast):
        client = cast.browsers.charlie
        response = client.post("/shell/workspace/", {"workspace": str(cast.workspace.pk)})
        assert response.status_code == 404
        assert client.session[SESSION_KEY] != str(cast.workspace.pk)

    def test_nonsense_does_not_exist_either(self, cast):
        client = cast.browsers.alice
        assert client.post("/shell/workspace/", {"workspace": "x"}).status_code == 404

    def test_a_visitor_is_sent_to_log_in(self, client: Client):
        assert client.post("/shell/workspace/", {"workspace": "x"}).status_code == 302


class TestLanding:
    def test_stands_for_itself(self, client: Client, django_assert_num_queries):
        with django_assert_num_queries(0):
            html = client.get("/").content.decode()
        assert html.count("<h1") == 1
        assert html.count("<details") >= 6
        assert html.count('class="mark-cut"') == 12
        assert len(html.encode()) < 40_000

    def test_only_reads(self, client: Client):
        assert client.post("/").status_code == 405


class TestStyleguide:
    @pytest.mark.urls(__name__)
    def test_draws_every_component(self, cast):
        request = request_of(cast, "/styleguide/")
        request.COOKIES = {}
        request.session = {}
        html = styleguide.styleguide(request).content.decode()
        assert "Please fix 6 things" in html
        assert 'href="#id_email"' in html
        assert '<a class="btn btn-secondary btn-sm" rel="next" href="?page=8">' in html
        assert "{{" not in html
        assert "<c-" not in html
        assert f'name="_workspace" value="{cast.workspace.pk}"' in html
