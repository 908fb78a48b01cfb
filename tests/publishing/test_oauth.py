"""Connecting by consent pages: state, PKCE and person are checked, tokens stay sealed."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.utils.module_loading import import_string
from social_django.models import UserSocialAuth

from core import clock, crypto, scope
from core.errors import Conflict, NotFound, PermissionDenied, Unavailable, ValidationFailed
from publishing import selectors
from publishing.engine import secrets
from publishing.models import Grant, OAuthState, SocialAccount
from publishing.platforms.oauth import ConnectStrategy, backend_of
from publishing.platforms.registry import ADAPTERS, adapter_for
from publishing.services import social_accounts
from publishing.services.account_choice import Choice
from publishing.services.connections import finish, start
from tests.publishing.conftest import PEOPLE, SECOND, WITHHELD

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

# Every way of consent of every platform.
EVERY = [(name, way.key) for name, adapter in sorted(ADAPTERS.items()) for way in adapter.ways()]
SESSION = OAuthState.Origin.SESSION


def refuses(code: str, **how: Any) -> Any:
    with pytest.raises((ValidationFailed, Conflict, NotFound)) as refused:
        finish(**how)
    assert refused.value.code == code
    assert not SocialAccount.objects.exists()
    return refused.value


@pytest.mark.parametrize(("platform", "login"), EVERY)
class TestEveryBackend:
    """The trap: a state must be used up, and must belong to whoever comes back with it."""

    def test_a_state_bound_to_another_person_is_refused_and_used_up(
        self, box: Any, in_workspace: SimpleNamespace, platform: str, login: str
    ) -> None:
        walk = start(actor=in_workspace.alice_actor, platform=platform, login=login, origin=SESSION)
        query = box.allow(walk.auth_url, PEOPLE[platform, login])
        refuses("oauth_state_foreign", platform=platform, query=query, signed_in=in_workspace.bob)
        refuses("oauth_state_invalid", platform=platform, query=query, signed_in=in_workspace.alice)

    def test_the_backend_itself_refuses_another_person(
        self, box: Any, in_workspace: SimpleNamespace, platform: str, login: str
    ) -> None:
        adapter = adapter_for(platform)
        kept: dict[str, Any] = {}
        backend = backend_of(adapter, ConnectStrategy(kept), login)
        backend.prepare_auth(in_workspace.alice)
        query = box.allow(backend.auth_url(), PEOPLE[platform, login])
        second = backend_of(adapter, ConnectStrategy(kept, query), login)
        with pytest.raises(Exception, match="different user"):
            second.complete(user=in_workspace.bob)
        assert not Grant.objects.exists()

    def test_a_state_works_once(self, box: Any, in_workspace: SimpleNamespace, platform: str, login: str) -> None:
        walk = start(actor=in_workspace.alice_actor, platform=platform, login=login)
        query = box.allow(walk.auth_url, PEOPLE[platform, login])
        found = finish(platform=platform, query=query, signed_in=in_workspace.alice)
        count = SocialAccount.objects.count()
        assert isinstance(found, Choice) or found.new == count == 1
        with pytest.raises(Conflict):
            finish(platform=platform, query=query, signed_in=in_workspace.alice)
        assert SocialAccount.objects.count() == count

    def test_unknown_foreign_and_late_states_are_refused(
        self, box: Any, in_workspace: SimpleNamespace, platform: str, login: str
    ) -> None:
        alice = in_workspace.alice
        refuses("oauth_state_invalid", platform=platform, query={"code": "x", "state": "made-up"}, signed_in=alice)
        refuses("oauth_state_invalid", platform=platform, query={"code": "x"}, signed_in=alice)
        walk = start(actor=in_workspace.alice_actor, platform=platform, login=login)
        other = next(name for name, _ in EVERY if name != platform)
        refuses("oauth_state_invalid", platform=other, query={"code": "x", "state": walk.state}, signed_in=alice)
        clock.advance(timedelta(minutes=11))
        refuses("oauth_state_expired", platform=platform, query={"code": "x", "state": walk.state}, signed_in=alice)

    def test_a_walk_begun_in_a_browser_does_not_end_without_its_session(
        self, box: Any, in_workspace: SimpleNamespace, platform: str, login: str
    ) -> None:
        walk = start(actor=in_workspace.alice_actor, platform=platform, login=login, origin=SESSION)
        query = box.allow(walk.auth_url, PEOPLE[platform, login])
        refuses("oauth_state_foreign", platform=platform, query=query, signed_in=None)

    def test_a_walk_begun_by_an_api_client_needs_no_session(
        self, box: Any, in_workspace: SimpleNamespace, platform: str, login: str
    ) -> None:
        walk = start(actor=in_workspace.alice_actor, platform=platform, login=login)
        query = box.allow(walk.auth_url, PEOPLE[platform, login])
        assert finish(platform=platform, query=query, signed_in=None).workspace_id == in_workspace.workspace.pk

    def test_no_user_and_no_association_is_made_and_tokens_are_sealed_for_their_row(
        self, box: Any, connect: Any, platform: str, login: str
    ) -> None:
        people = get_user_model().objects.count()
        account = connect(platform, login=login)
        assert get_user_model().objects.count() == people
        assert not UserSocialAuth.objects.exists()
        grant = account.grant
        token = secrets.access_token(grant)
        assert len(token) > 10
        assert token not in grant.access_sealed
        with pytest.raises(crypto.SecretUnreadable):
            crypto.unseal(grant.access_sealed, model="publishing.grant", pk=grant.pk, field="refresh")
        with pytest.raises(crypto.SecretUnreadable):
            crypto.unseal(grant.access_sealed, model="publishing.grant", pk=account.pk, field="access")

    def test_several_accounts_of_one_platform_and_a_reconnect_that_makes_no_second_row(
        self, box: Any, connect: Any, platform: str, login: str
    ) -> None:
        if (platform, login) not in SECOND:
            pytest.skip("nobody else can be connected this way in the sandbox")
        first = connect(platform, login=login)
        other = connect(platform, SECOND[platform, login], login=login)
        again = connect(platform, login=login)
        assert first.pk == again.pk
        assert {first.is_default, other.is_default} == {True, False}
        assert (SocialAccount.objects.count(), Grant.objects.count()) == (2, 2)

    def test_a_permission_that_was_not_given_is_named(self, box: Any, connect: Any, platform: str, login: str) -> None:
        withheld = WITHHELD.get((platform, login))
        if withheld is None:
            pytest.skip("without any of these permissions nothing can be connected")
        way = adapter_for(platform).way(login)
        given = [scope for scope in (*way.scopes, *way.optional) if scope not in withheld]
        account = connect(platform, login=login, scopes_shown="1", scope=given)
        assert set(selectors.missing_scopes(account)) == withheld
        words = adapter_for(platform).guide.scopes
        assert all(any(words[scope] in said for said in selectors.missing_permissions(account)) for scope in withheld)


@pytest.mark.parametrize(("platform", "login"), EVERY)
def test_only_what_is_needed_is_asked_for(box: Any, in_workspace: SimpleNamespace, platform: str, login: str) -> None:
    walk = start(actor=in_workspace.alice_actor, platform=platform, login=login)
    asked = set(parse_qs(urlsplit(walk.auth_url).query)["scope"][0].replace(",", " ").split())
    way = adapter_for(platform).way(login)
    assert asked == {*way.scopes, *way.optional}


def proves_itself(platform: str, login: str) -> bool:
    """Whether a way of consent uses PKCE."""
    return bool(import_string(adapter_for(platform).way(login).backend).DEFAULT_USE_PKCE)


@pytest.mark.parametrize(("platform", "login"), [way for way in EVERY if proves_itself(*way)])
def test_a_code_without_the_verifier_of_its_walk_is_worthless(
    box: Any, in_workspace: SimpleNamespace, platform: str, login: str
) -> None:
    one, two = (start(actor=in_workspace.alice_actor, platform=platform, login=login) for _ in range(2))
    stolen = box.allow(one.auth_url, PEOPLE[platform, login])
    query = {**stolen, "state": two.state}
    refuses("connect_failed", platform=platform, query=query, signed_in=in_workspace.alice)


class TestAddresses:
    def test_tiktok_gets_client_key_commas_and_a_hex_challenge(self, box: Any, in_workspace: SimpleNamespace) -> None:
        walk = start(actor=in_workspace.alice_actor, platform="tiktok")
        query = {name: values[0] for name, values in parse_qs(urlsplit(walk.auth_url).query).items()}
        assert query["client_key"] == "sandbox-tiktok"
        assert "client_id" not in query
        assert "video.publish" in query["scope"].split(",")
        assert len(query["code_challenge"]) == 64
        assert int(query["code_challenge"], 16)
        assert query["redirect_uri"].endswith("/api/v1/oauth/tiktok/callback")

    def test_youtube_asks_for_offline_access_with_consent(self, box: Any, in_workspace: SimpleNamespace) -> None:
        walk = start(actor=in_workspace.alice_actor, platform="youtube")
        query = {name: values[0] for name, values in parse_qs(urlsplit(walk.auth_url).query).items()}
        assert (query["access_type"], query["prompt"], query["code_challenge_method"]) == ("offline", "consent", "S256")
        assert "=" not in query["code_challenge"]


class TestRefusals:
    def test_only_an_admin_connects(self, box: Any, in_workspace: SimpleNamespace) -> None:
        with pytest.raises(PermissionDenied):
            start(actor=in_workspace.bob_actor, platform="tiktok")
        assert not OAuthState.objects.exists()

    def test_an_admin_who_lost_the_role_meanwhile_does_not(self, box: Any, in_workspace: SimpleNamespace) -> None:
        walk = start(actor=in_workspace.alice_actor, platform="tiktok")
        query = box.allow(walk.auth_url, "tt-lumen")
        with scope.system("tests"):
            in_workspace.alice.memberships.update(role="editor")
        with pytest.raises(PermissionDenied):
            finish(platform="tiktok", query=query, signed_in=in_workspace.alice)
        assert not SocialAccount.objects.exists()

    def test_saying_no_on_the_platform(self, box: Any, in_workspace: SimpleNamespace) -> None:
        walk = start(actor=in_workspace.alice_actor, platform="tiktok")
        query = {"error": "access_denied", "error_description": "The user denied it.", "state": walk.state}
        refuses("consent_refused", platform="tiktok", query=query, signed_in=in_workspace.alice)

    def test_a_google_account_without_a_channel_is_told_what_to_do(
        self, box: Any, in_workspace: SimpleNamespace
    ) -> None:
        walk = start(actor=in_workspace.alice_actor, platform="youtube")
        query = box.allow(walk.auth_url, "google-empty")
        refused = refuses("no_channel", platform="youtube", query=query, signed_in=in_workspace.alice)
        assert "create_channel" in refused.message

    def test_an_unknown_and_an_unconfigured_platform(
        self, box: Any, in_workspace: SimpleNamespace, settings: Any
    ) -> None:
        with pytest.raises(NotFound):
            start(actor=in_workspace.alice_actor, platform="myspace")
        settings.PLATFORMS["tiktok"]["client_id"] = ""
        with pytest.raises(Unavailable) as refused:
            start(actor=in_workspace.alice_actor, platform="tiktok")
        assert "TIKTOK_CLIENT_ID" in refused.value.message

    def test_a_platform_that_does_not_answer(self, box: Any, in_workspace: SimpleNamespace) -> None:
        walk = start(actor=in_workspace.alice_actor, platform="tiktok")
        query = box.allow(walk.auth_url, "tt-lumen")
        box.fault("reset_before", platform="tiktok", step="oauth.token")
        with pytest.raises(Unavailable):
            finish(platform="tiktok", query=query, signed_in=in_workspace.alice)


class TestAccounts:
    def test_disconnecting_gives_the_consent_back_and_destroys_the_tokens(
        self, box: Any, connect: Any, in_workspace: SimpleNamespace
    ) -> None:
        account = connect("tiktok")
        social_accounts.disconnect(actor=in_workspace.alice_actor, account_id=account.pk)
        assert not Grant.objects.exists()
        assert box.calls("tiktok", "oauth.revoke")[0]["status"] == 200
        with pytest.raises(Conflict):
            social_accounts.disconnect(actor=in_workspace.alice_actor, account_id=account.pk)

    def test_disconnecting_works_while_the_platform_is_down(
        self, box: Any, connect: Any, in_workspace: SimpleNamespace
    ) -> None:
        account = connect("youtube")
        box.fault("reset_before", platform="youtube", step="oauth.revoke")
        social_accounts.disconnect(actor=in_workspace.alice_actor, account_id=account.pk)
        account.refresh_from_db()
        assert account.status == "disconnected"

    def test_refreshing_reads_name_and_followers(self, box: Any, connect: Any, in_workspace: SimpleNamespace) -> None:
        account = connect("tiktok")
        SocialAccount.objects.update(name="Old", follower_count=None)
        found = social_accounts.refresh_account(actor=in_workspace.alice_actor, account_id=account.pk)
        assert (found.name, found.follower_count) == ("Lumen Studio", 18_400)

    def test_an_account_let_go_while_it_is_looked_at_stays_gone(
        self, connect: Any, in_workspace: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account = connect("tiktok")
        asked = social_accounts.ask

        def ask_and_lose(asked_about: SocialAccount, question: Any) -> Any:
            found = asked(asked_about, question)
            social_accounts.disconnect(actor=in_workspace.alice_actor, account_id=account.pk)
            return found

        monkeypatch.setattr(social_accounts, "ask", ask_and_lose)
        with pytest.raises(Conflict):
            social_accounts.refresh_account(actor=in_workspace.alice_actor, account_id=account.pk)
        account.refresh_from_db()
        assert (account.status, account.token_sealed, account.grant_id) == ("disconnected", "", None)

    def test_a_refresh_that_does_not_work_says_why(self, box: Any, connect: Any, in_workspace: SimpleNamespace) -> None:
        account = connect("youtube")
        box.fault("token_revoked", platform="youtube", step="account.channels")
        with pytest.raises(Conflict) as refused:
            social_accounts.refresh_account(actor=in_workspace.alice_actor, account_id=account.pk)
        assert "reconnect" in refused.value.message

    def test_one_default_per_platform(self, box: Any, connect: Any, in_workspace: SimpleNamespace) -> None:
        first, second = connect("tiktok"), connect("tiktok", "tt-trail")
        social_accounts.make_default(actor=in_workspace.alice_actor, account_id=second.pk)
        assert SocialAccount.objects.get(is_default=True).pk == second.pk
        social_accounts.disconnect(actor=in_workspace.alice_actor, account_id=first.pk)
        with pytest.raises(Conflict):
            social_accounts.make_default(actor=in_workspace.alice_actor, account_id=first.pk)
