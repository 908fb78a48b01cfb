import pytest

from accounts import signals
from accounts.models import AuditEvent, Membership, Preferences, User, Workspace
from accounts.services import registration
from core import scope
from core.errors import ValidationFailed

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

    def test_one_account_an_address_in_any_case(self):
        registration.register(**GOOD)
        with pytest.raises(ValidationFailed) as caught:
            registration.register(**{**GOOD, "email": "NEW@example.COM"})
        assert caught.value.code == "email_taken"
        assert User.objects.count() == 1


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
