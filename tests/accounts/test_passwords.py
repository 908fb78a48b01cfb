import pytest

from accounts import signals
from accounts.services import passwords, tokens
from core.errors import AuthenticationFailed, ValidationFailed
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
NEW = "nine blue bicycles"


@pytest.fixture
def wanted():
    heard = []

    def listen(sender, **news):
        heard.append(news)

    signals.password_reset_wanted.connect(listen)
    yield heard
    signals.password_reset_wanted.disconnect(listen)


class TestForgot:
    def test_tells_nobody_whether_the_address_is_known(self, cast, api, wanted):
        known = api.post("/api/v1/auth/password/forgot", {"email": "ALICE@example.com"}, format="json")
        unknown = api.post("/api/v1/auth/password/forgot", {"email": "zoe@example.com"}, format="json")
        assert known.status_code == unknown.status_code == 202
        assert known.json() == unknown.json()
        assert [news["user_id"] for news in wanted] == [cast.alice.pk]


class TestReset:
    def test_sets_the_password_once_and_ends_api_sign_ins(self, cast, api):
        pair, token = tokens.issue(cast.alice), passwords.reset_token(cast.alice)
        body = {"token": token, "password": NEW}
        assert api.post("/api/v1/auth/password/reset", body, format="json").status_code == 204
        cast.alice.refresh_from_db()
        assert cast.alice.check_password(NEW)
        with pytest.raises(AuthenticationFailed):
            tokens.refresh(token=pair.refresh)
        again = api.post("/api/v1/auth/password/reset", body, format="json")
        assert again.status_code == 400
        assert again.json()["details"]["code"] == "link_dead"

    def test_a_weak_password_keeps_the_old_one(self, cast):
        with pytest.raises(ValidationFailed) as caught:
            passwords.reset(token=passwords.reset_token(cast.alice), password="123")
        assert "password" in caught.value.fields
        cast.alice.refresh_from_db()
        assert cast.alice.check_password(PASSWORD)

    @pytest.mark.parametrize("token", ["", "x", "x.y", "Zm9v.y", "////.y"])
    def test_rubbish_is_a_dead_link(self, db, token):
        with pytest.raises(ValidationFailed, match="expired"):
            passwords.user_of_reset_token(token)


class TestChange:
    def test_wants_the_present_password(self, cast):
        with pytest.raises(ValidationFailed) as caught:
            passwords.change(actor=cast.alice_actor, current="wrong", new=NEW)
        assert list(caught.value.fields) == ["current_password"]

    def test_changes_it(self, cast):
        passwords.change(actor=cast.alice_actor, current=PASSWORD, new=NEW)
        cast.alice.refresh_from_db()
        assert cast.alice.check_password(NEW)
