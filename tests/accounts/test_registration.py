import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import signals
from accounts.models import AuditEvent, Membership, Preferences, User, Workspace
from accounts.services import passwords, registration, workspaces
from core import clock, scope
from core.errors import PermissionDenied, ValidationFailed
from jobs.testing import drain
from tests import factories

pytestmark = pytest.mark.django_db
GOOD = {"email": "New@Example.com ", "password": "eleven ducks swim", "name": " Nora ", "timezone": "Europe/Paris"}


@pytest.fixture
def wanted():
    heard = []

    def listen(sender, **news):
        heard.append(news)

    signals.email_verification_wanted.connect(listen)
    yield heard
    signals.email_verification_wanted.disconnect(listen)


class TestRegister:
    def test_makes_a_person_with_workspace_preferences_and_audit(self, wanted):
        user = registration.register(**GOOD)
        with scope.system("test"):
            assert user.email == "new@example.com"
            assert user.check_password(GOOD["password"])
            assert Preferences.objects.get(user=user).timezone == "Europe/Paris"
            membership = Membership.objects.get(user=user)
            assert membership.role == "admin"
            assert membership.workspace.is_personal
            assert user.current_workspace_id == membership.workspace_id
            assert AuditEvent.objects.get(verb="registered").actor_user_id == user.pk
        assert [news["user_id"] for news in wanted] == [user.pk]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"email": "nobody"}, "email"),
            ({"password": "short"}, "password"),
            ({"password": "1234567890"}, "password"),
            ({"timezone": "Mars/Base"}, "timezone"),
        ],
    )
    def test_refuses_and_leaves_nothing(self, change, field, wanted):
        with pytest.raises(ValidationFailed) as caught:
            registration.register(**{**GOOD, **change})
        assert list(caught.value.fields) == [field]
        assert User.objects.count() == 0
        with scope.system("test"):
            assert Workspace.objects.count() == 0
        assert wanted == []


def confirmed(email="new@example.com"):
    """Somebody who has had this address for long."""
    return factories.make_user(email, email_verified_at=clock.now())


class TestKnownAddresses:
    """Signing up tells nobody whether an address has an account; a mail tells its owner."""

    def sign_up(self, api, email):
        body = {"email": email, "password": GOOD["password"], "name": "N"}
        return api.post("/api/v1/auth/register", body, format="json")

    def shape(self, answer):
        body = answer.json()
        return (
            answer.status_code,
            sorted(body),
            sorted(body["user"]),
            body["user"]["email_verified"],
            body["expires_in"],
        )

    def test_the_answer_is_the_same(self, api):
        owner = confirmed()
        known, unknown = self.sign_up(api, "NEW@example.com"), self.sign_up(api, "other@example.com")
        assert self.shape(known) == self.shape(unknown)
        assert known.json()["user"]["email"] == "new@example.com"
        assert known.json()["user"]["id"] != str(owner.pk)

    def test_so_is_every_step_after_it(self, api):
        confirmed()
        for email in ("new@example.com", "other@example.com"):
            self.sign_up(api, email)
            login = {"email": email, "password": GOOD["password"]}
            answer = api.post("/api/v1/auth/login", login, format="json")
            assert (answer.status_code, answer.json()["user"]["email_verified"]) == (200, False)

    def test_the_work_is_the_same(self):
        confirmed()
        with CaptureQueriesContext(connection) as known:
            registration.register(**GOOD)
        with CaptureQueriesContext(connection) as unknown:
            registration.register(**{**GOOD, "email": "other@example.com"})
        assert len(known) == len(unknown)

    def test_the_page_answers_the_same(self, client):
        confirmed()
        for email in ("new@example.com", "other@example.com"):
            answer = client.post("/account/signup/", {"email": email, "password": GOOD["password"]})
            assert (answer.status_code, answer["Location"]) == (302, "/dashboard/")
            client.logout()

    def test_the_owner_keeps_their_password_and_hears_of_it(self, api):
        owner = confirmed()
        self.sign_up(api, "new@example.com")
        login = {"email": "new@example.com", "password": factories.PASSWORD}
        assert api.post("/api/v1/auth/login", login, format="json").json()["user"]["id"] == str(owner.pk)
        drain()
        (message,) = mail.outbox
        assert "you have one with it already" in message.body
        assert "verify-email" not in message.body

    def test_who_has_the_mailbox_decides_between_two_who_claim_it(self, api):
        first, second = registration.register(**GOOD), registration.register(**{**GOOD, "password": "nine blue ducks"})
        late = registration.verification_token(first)
        assert registration.verify_email(token=registration.verification_token(second)) == second
        with pytest.raises(ValidationFailed, match="expired"):
            registration.verify_email(token=late)
        passwords.forgot(email="new@example.com")
        drain()
        assert [message.subject for message in mail.outbox].count("Set a new password") == 1
        assert User.objects.of_address("new@example.com").first() == second

    def test_a_reset_link_proves_the_address(self):
        user = registration.register(**GOOD)
        passwords.reset(token=passwords.reset_token(user), password="nine blue bicycles")
        user.refresh_from_db()
        assert user.email_verified

    def test_an_invitation_goes_to_the_one_who_confirmed(self, cast):
        confirmed()
        impostor = registration.register(**GOOD)
        invited = workspaces.invite(actor=cast.alice_actor, email="new@example.com", role="viewer")
        with pytest.raises(PermissionDenied, match="Another account"):
            workspaces.accept(user=impostor, token=workspaces.invitation_token(invited))

    def test_a_third_sign_up_with_an_address_waits_a_day_known_or_not(self, api):
        confirmed()
        for email in ("new@example.com", "other@example.com"):
            assert [self.sign_up(api, email).status_code for _ in range(3)] == [201, 201, 429]


class TestVerification:
    def test_the_link_proves_the_address_once_and_again(self):
        user = registration.register(**GOOD)
        token = registration.verification_token(user)
        assert registration.verify_email(token=token).email_verified
        assert registration.verify_email(token=token).email_verified

    def test_a_forged_link_is_dead(self):
        with pytest.raises(ValidationFailed, match="expired"):
            registration.verify_email(token="not:a:token")

    def test_a_link_for_a_former_address_is_dead(self):
        user = registration.register(**GOOD)
        token = registration.verification_token(user)
        User.objects.filter(pk=user.pk).update(email="other@example.com")
        with pytest.raises(ValidationFailed):
            registration.verify_email(token=token)
        assert not User.objects.get(pk=user.pk).email_verified

    def test_can_be_asked_for_again(self, cast, wanted):
        registration.ask_verification(actor=cast.alice_actor)
        assert wanted[0]["user_id"] == cast.alice.pk
