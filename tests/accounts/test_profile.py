import pytest

from accounts.models import AuditEvent
from accounts.services import profile
from core.errors import ValidationFailed

pytestmark = pytest.mark.django_db


class TestProfile:
    def test_a_new_name_is_kept_and_recorded(self, cast, as_user):
        answer = as_user(cast.alice).patch("/api/v1/auth/me", {"name": " Al "}, format="json")
        assert (answer.status_code, answer.json()["name"]) == (200, "Al")
        assert AuditEvent.objects.get(verb="updated_profile").changes == {"name": "Al"}

    def test_nothing_changed_is_not_recorded(self, cast):
        profile.update_profile(actor=cast.alice_actor, name="Alice")
        assert not AuditEvent.objects.filter(verb="updated_profile").exists()


class TestPreferences:
    def test_reads_with_defaults_and_changes(self, cast, as_user):
        client = as_user(cast.alice)
        before = client.get("/api/v1/preferences").json()
        assert before["timezone"] == "UTC"
        assert before["notifications"]["post_failed"] == {"email": True, "app": True}
        change = {"timezone": "America/New_York", "notifications": {"post_failed": {"email": False}}, "theme": "dark"}
        after = client.patch("/api/v1/preferences", change, format="json").json()
        assert after["timezone"] == "America/New_York"
        assert after["theme"] == "dark"
        assert after["notifications"]["post_failed"] == {"email": False, "app": True}
        assert after["notifications"]["action_required"] == {"email": True, "app": True}

    @pytest.mark.parametrize(
        "change",
        [
            {"timezone": "Mars"}, {"language": "xx"}, {"week_start": "noon"}, {"hour_format": "13"}, {"theme": "pink"},
            {"notifications": {"birthday": {"email": True}}}, {"notifications": {"post_failed": {"fax": True}}},
            {"notifications": {"post_failed": {"email": "yes"}}},
        ],
    )  # fmt: skip
    def test_refuses_what_does_not_exist(self, cast, as_user, change):
        client = as_user(cast.alice)
        before = client.get("/api/v1/preferences").json()
        answer = client.patch("/api/v1/preferences", change, format="json")
        assert answer.status_code == 400
        assert list(answer.json()["details"]["fields"]) == list(change)
        assert client.get("/api/v1/preferences").json() == before

    def test_an_unknown_preference_is_named(self, cast):
        with pytest.raises(ValidationFailed, match="colour"):
            profile.update_preferences(actor=cast.alice_actor, colour="red")
