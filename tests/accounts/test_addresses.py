"""Another e-mail address: the password, the new address's consent, a word to the old one."""

import re

import pytest
from django.core import mail

from accounts.models import AuditEvent
from accounts.services import addresses, passwords
from core import clock
from core.errors import Throttled, ValidationFailed
from jobs.testing import drain
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
ME, VERIFY = "/api/v1/auth/me", "/api/v1/auth/verify-email"
NEW = "new@example.com"


@pytest.fixture(autouse=True)
def proven(cast, frozen):
    cast.alice.email_verified_at = clock.now()
    cast.alice.save(update_fields=["email_verified_at"])


def sent():
    """Who got which mail, oldest first."""
    drain()
    return {message.to[0]: message for message in mail.outbox}


def token_of(message):
    return re.search(r"/account/verify-email/([^/]+)/", message.body).group(1)


@pytest.fixture
def asked(cast, as_user):
    client = as_user(cast.alice)
    answer = client.patch(ME, {"email": "NEW@example.com", "current_password": PASSWORD}, format="json")
    assert answer.status_code == 200
    return answer


class TestApi:
    @pytest.mark.parametrize("given", [{}, {"current_password": "wrong"}, {"current_password": ""}])
    def test_it_needs_the_password(self, cast, as_user, given):
        answer = as_user(cast.alice).patch(ME, {"email": NEW, "name": "Al", **given}, format="json")
        assert answer.status_code == 400
        assert list(answer.json()["details"]["fields"]) == ["current_password"]
        assert sent() == {}
        cast.alice.refresh_from_db()
        assert (cast.alice.email, cast.alice.name) == ("alice@example.com", "Alice")

    def test_nothing_changes_until_the_new_address_says_yes(self, cast, asked, api):
        assert asked.json()["email"] == "alice@example.com"
        token = token_of(sent()[NEW])
        assert api.post("/api/v1/auth/login", {"email": NEW, "password": PASSWORD}, format="json").status_code == 401
        answer = api.post(VERIFY, {"token": token}, format="json")
        assert (answer.status_code, answer.json()["email"], answer.json()["email_verified"]) == (200, NEW, True)
        assert api.post("/api/v1/auth/login", {"email": NEW, "password": PASSWORD}, format="json").status_code == 200
        again = api.post(VERIFY, {"token": token}, format="json")
        assert (again.status_code, again.json()["details"]["code"]) == (400, "link_dead")

    def test_the_old_address_hears_of_it_before_and_after(self, cast, asked, api):
        before = sent()["alice@example.com"]
        assert "about to change" in before.subject
        assert NEW in before.body
        api.post(VERIFY, {"token": token_of(sent()[NEW])}, format="json")
        after = sent()["alice@example.com"]
        assert "was changed" in after.subject
        assert AuditEvent.objects.get(verb="changed_email").changes == {"from": "alice@example.com", "to": NEW}

    def test_a_new_password_kills_the_link(self, cast, asked, api):
        token = token_of(sent()[NEW])
        passwords.change(actor=cast.alice_actor, current=PASSWORD, new="nine blue bicycles")
        assert api.post(VERIFY, {"token": token}, format="json").status_code == 400
        cast.alice.refresh_from_db()
        assert cast.alice.email == "alice@example.com"

    def test_an_address_of_somebody_else_is_named_to_its_owner_only(self, cast, as_user):
        cast.charlie.email_verified_at = clock.now()
        cast.charlie.save(update_fields=["email_verified_at"])
        body = {"email": cast.charlie.email, "current_password": PASSWORD}
        answer = as_user(cast.alice).patch(ME, body, format="json")
        assert (answer.status_code, answer.json()["email"]) == (200, "alice@example.com")
        message = sent()[cast.charlie.email]
        assert "you have one with it already" in message.body
        assert "verify-email" not in message.body

    def test_an_address_taken_meanwhile_stays_with_its_owner(self, cast):
        token = addresses.change_token(cast.alice, cast.charlie.email)
        cast.charlie.email_verified_at = clock.now()
        cast.charlie.save(update_fields=["email_verified_at"])
        with pytest.raises(ValidationFailed, match="expired"):
            addresses.confirm(token=token)

    def test_guesses_are_counted(self, cast, as_user):
        client = as_user(cast.alice)
        body = {"email": NEW, "current_password": "wrong"}
        answers = [client.patch(ME, body, format="json").status_code for _ in range(11)]
        assert answers == [400] * 10 + [429]
        with pytest.raises(Throttled):
            passwords.change(actor=cast.alice_actor, current=PASSWORD, new="nine blue bicycles")

    @pytest.mark.parametrize("token", ["", "x", "x.y", "é", "x:y:z"])
    def test_rubbish_is_a_dead_link(self, db, token):
        with pytest.raises(ValidationFailed, match="expired"):
            addresses.prove(token=token)


class TestPage:
    def save(self, cast, **given):
        client = cast.browsers.alice
        return client.post("/settings/profile/", {"save_profile": "", "name": "Al", **given}, follow=True)

    def test_a_name_needs_no_password(self, cast):
        assert b"Your profile is saved." in self.save(cast, email="Alice@example.com").content
        cast.alice.refresh_from_db()
        assert cast.alice.name == "Al"

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({}, "Enter your current password."),
            ({"password_for_email": "wrong"}, "This is not your current password."),
        ],
    )
    def test_an_address_does(self, cast, given, sentence):
        answer = self.save(cast, email=NEW, **given)
        assert answer.status_code == 422
        assert sentence in str(answer.context["profile_form"].errors["password_for_email"])
        assert sent() == {}

    def test_the_link_of_the_mail_takes_it(self, cast, client):
        assert f"We sent a link to {NEW}" in self.save(cast, email=NEW, password_for_email=PASSWORD).content.decode()
        assert client.get(f"/account/verify-email/{token_of(sent()[NEW])}/").status_code == 302
        cast.alice.refresh_from_db()
        assert (cast.alice.email, cast.alice.email_verified) == (NEW, True)
