import pytest
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import RefreshSession
from accounts.services import passwords, tokens
from core.errors import AuthenticationFailed
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


class TestRotation:
    def test_each_refresh_token_is_good_once(self, cast):
        first = tokens.issue(cast.alice)
        second = tokens.refresh(token=first.refresh)
        assert second.refresh != first.refresh
        assert second.user == cast.alice
        third = tokens.refresh(token=second.refresh)
        assert third.access != second.access

    def test_reuse_revokes_the_family_and_no_other(self, cast):
        first, other = tokens.issue(cast.alice), tokens.issue(cast.alice)
        second = tokens.refresh(token=first.refresh)
        with pytest.raises(AuthenticationFailed):
            tokens.refresh(token=first.refresh)
        with pytest.raises(AuthenticationFailed):
            tokens.refresh(token=second.refresh)
        assert tokens.refresh(token=other.refresh).user == cast.alice

    def test_revoke_ends_one_sign_in(self, cast):
        pair, other = tokens.issue(cast.alice), tokens.issue(cast.alice)
        tokens.revoke(token=pair.refresh)
        with pytest.raises(AuthenticationFailed):
            tokens.refresh(token=pair.refresh)
        assert tokens.refresh(token=other.refresh)

    def test_an_inactive_person_gets_nothing(self, cast):
        pair = tokens.issue(cast.alice)
        cast.alice.is_active = False
        cast.alice.save()
        with pytest.raises(AuthenticationFailed):
            tokens.refresh(token=pair.refresh)

    @pytest.mark.parametrize("kind", ["rubbish", "access"])
    def test_only_refresh_tokens_refresh(self, cast, kind):
        token = tokens.issue(cast.alice).access if kind == "access" else "a.b.c"
        with pytest.raises(AuthenticationFailed, match="Sign in again"):
            tokens.refresh(token=token)

    def test_no_token_is_stored(self, cast):
        pair = tokens.issue(cast.alice, user_agent="x" * 500)
        row = RefreshSession.objects.values().get()
        assert not any(part in str(row) for part in (pair.refresh, pair.access))
        assert len(row["user_agent"]) == 200


class TestAccessTokens:
    """They die with their sign-in, and do not live on for the rest of their quarter of an hour."""

    def me(self, api, pair):
        return api.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {pair.access}"}).status_code

    @pytest.fixture
    def pairs(self, cast, api):
        pairs = tokens.issue(cast.alice), tokens.issue(cast.alice)
        assert [self.me(api, pair) for pair in pairs] == [200, 200]
        return pairs

    def test_logout_ends_the_sign_in_and_no_other(self, api, pairs):
        api.post("/api/v1/auth/logout", {"refresh_token": pairs[0].refresh}, format="json")
        assert [self.me(api, pair) for pair in pairs] == [401, 200]

    def test_a_copied_refresh_token_ends_what_both_hold(self, api, pairs):
        renewed = tokens.refresh(token=pairs[0].refresh)
        assert self.me(api, renewed) == 200
        with pytest.raises(AuthenticationFailed):
            tokens.refresh(token=pairs[0].refresh)
        assert [self.me(api, pair) for pair in (pairs[0], renewed, pairs[1])] == [401, 401, 200]

    def test_a_reset_password_ends_all(self, cast, api, pairs):
        passwords.reset(token=passwords.reset_token(cast.alice), password="nine blue bicycles")
        assert [self.me(api, pair) for pair in pairs] == [401, 401]

    def test_a_changed_password_ends_all(self, cast, api, pairs):
        passwords.change(actor=cast.alice_actor, current=PASSWORD, new="nine blue bicycles")
        assert [self.me(api, pair) for pair in pairs] == [401, 401]

    def test_a_person_switched_off_is_out_at_once(self, cast, api, pairs):
        cast.alice.is_active = False
        cast.alice.save(update_fields=["is_active"])
        assert self.me(api, pairs[0]) == 401

    def test_a_token_of_no_sign_in_is_refused(self, cast, api):
        stray = AccessToken.for_user(cast.alice)
        assert api.get("/api/v1/auth/me", headers={"Authorization": f"Bearer {stray}"}).status_code == 401


class TestApi:
    def test_login_answers_the_contract(self, cast, api):
        answer = api.post("/api/v1/auth/login", {"email": "ALICE@example.com", "password": PASSWORD}, format="json")
        body = answer.json()
        assert answer.status_code == 200
        assert set(body) == {"access_token", "token_type", "expires_in", "refresh_token", "user"}
        assert body["token_type"] == "bearer"
        assert body["expires_in"] == 900
        assert body["user"]["email"] == "alice@example.com"
        assert body["user"]["current_workspace"] == str(cast.workspace.pk)

    @pytest.mark.parametrize(
        "credentials",
        [
            {"email": "alice@example.com", "password": "wrong"},
            {"email": "who@example.com", "password": PASSWORD},
        ],
    )
    def test_the_same_refusal_for_both_mistakes(self, cast, api, credentials):
        answer = api.post("/api/v1/auth/login", credentials, format="json")
        assert answer.status_code == 401
        assert answer.json() == {
            "error": "authentication_error",
            "message": "The e-mail address or the password is not right.",
            "details": {"code": "credentials"},
        }

    def test_too_many_wrong_passwords_lock_the_address(self, cast, api, settings):
        for _ in range(settings.AXES_FAILURE_LIMIT):
            answer = api.post("/api/v1/auth/login", {"email": cast.bob.email, "password": "no"}, format="json")
        assert answer.status_code == 429
        assert answer.json()["error"] == "throttled"
        assert int(answer["Retry-After"]) == 900
        right = api.post("/api/v1/auth/login", {"email": cast.bob.email, "password": PASSWORD}, format="json")
        assert right.status_code == 429
        alice = api.post("/api/v1/auth/login", {"email": cast.alice.email, "password": PASSWORD}, format="json")
        assert alice.status_code == 200

    @pytest.mark.parametrize("where", ["header", "body"])
    def test_refresh_takes_the_token_in_header_or_body(self, cast, api, where):
        token = tokens.issue(cast.alice).refresh
        kwargs = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if where == "header" else {}
        body = {"refresh_token": token} if where == "body" else {}
        answer = api.post("/api/v1/auth/refresh", body, format="json", **kwargs)
        assert answer.status_code == 200
        assert answer.json()["refresh_token"] != token

    def test_refresh_without_a_token_says_so(self, db, api):
        answer = api.post("/api/v1/auth/refresh", {}, format="json")
        assert answer.status_code == 401
        assert "refresh token" in answer.json()["message"]

    def test_logout_ends_the_sign_in(self, cast, api):
        token = tokens.issue(cast.alice).refresh
        assert api.post("/api/v1/auth/logout", {"refresh_token": token}, format="json").status_code == 204
        assert api.post("/api/v1/auth/refresh", {"refresh_token": token}, format="json").status_code == 401

    def test_a_slash_at_the_end_answers_the_same(self, cast, api):
        body = {"email": cast.alice.email, "password": PASSWORD}
        assert api.post("/api/v1/auth/login/", body, format="json").status_code == 200

    def test_register_signs_in(self, db, api):
        body = {"email": "x@example.com", "password": "eleven ducks swim", "timezone": "Asia/Tokyo"}
        answer = api.post("/api/v1/auth/register", body, format="json")
        assert answer.status_code == 201
        assert answer.json()["user"]["timezone"] == "Asia/Tokyo"
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access_token']}")
        assert api.get("/api/v1/auth/me").json()["email"] == "x@example.com"

    def test_a_wrong_body_names_the_field(self, db, api):
        answer = api.post("/api/v1/auth/register", {"email": "x@example.com"}, format="json")
        assert answer.status_code == 400
        assert answer.json()["error"] == "validation_error"
        assert list(answer.json()["details"]["fields"]) == ["password"]

    def test_wrong_json_is_a_clear_error(self, db, api):
        answer = api.post("/api/v1/auth/login", "{not json", content_type="application/json")
        assert answer.status_code == 400
        assert "JSON parse error" in answer.json()["message"]
