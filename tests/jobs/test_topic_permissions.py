"""Who may listen: the same people as for Django itself, found for many sessions with the queries of one."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.models import Session
from django.http import HttpRequest

from accounts.models import Membership
from core import clock
from jobs import topic_permissions
from tests import factories

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def sign_in(person, backend=BACKEND):
    return factories.sign_in(person, backend=backend).cookies["sessionid"].value


def is_known_to_django(key):
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    return get_user(request).is_authenticated


class TestSignedIn:
    def changed(self, change, person, key):
        if change == "deactivated":
            type(person).objects.filter(pk=person.pk).update(is_active=False)
        elif change == "another password":
            person.set_password("another one entirely")
            person.save()
        elif change == "expired":
            Session.objects.filter(pk=key).update(expire_date=clock.now() - timedelta(seconds=1))
        elif change == "signed out":
            Session.objects.filter(pk=key).delete()
        elif change == "damaged":
            Session.objects.filter(pk=key).update(session_data="nonsense")

    @pytest.mark.parametrize("change", ["none", "deactivated", "another password", "expired", "signed out", "damaged"])
    def test_as_django_judges(self, cast, change):
        key = sign_in(cast.bob)
        self.changed(change, cast.bob, key)
        assert is_known_to_django(key) is (change == "none")
        assert topic_permissions.allowed({key: set()}) == {key: set() if change == "none" else None}

    def test_a_backend_that_is_no_more_signs_nobody_in(self, cast, settings):
        key = sign_in(cast.bob)
        settings.AUTHENTICATION_BACKENDS = [name for name in settings.AUTHENTICATION_BACKENDS if name != BACKEND]
        assert topic_permissions.allowed({key: set(), "": set()}) == {key: None, "": None}


class TestTopics:
    def test_each_hears_of_their_own(self, cast):
        alice, charlie = sign_in(cast.alice), sign_in(cast.charlie)
        topics = {
            f"workspace:{cast.workspace.pk}",
            f"workspace:{cast.elsewhere.pk}",
            f"person:{cast.alice.pk}",
            f"person:{cast.charlie.pk}",
        }
        assert topic_permissions.allowed({alice: topics, charlie: topics}) == {
            alice: {f"workspace:{cast.workspace.pk}", f"person:{cast.alice.pk}"},
            charlie: {f"workspace:{cast.elsewhere.pk}", f"person:{cast.charlie.pk}"},
        }

    def test_many_sockets_cost_the_queries_of_one(self, cast, django_assert_num_queries):
        people = (cast.alice, cast.bob, cast.charlie, cast.victor)
        keys = [sign_in(person) for person in people for _ in range(5)]
        topics = {f"job:{cast.workspace.pk}", f"workspace:{cast.workspace.pk}"}
        for chosen in (keys[:1], keys):
            with django_assert_num_queries(4):
                topic_permissions.allowed(dict.fromkeys(chosen, topics))

    def test_a_membership_that_ended_ends_the_topic(self, cast):
        key, topic = sign_in(cast.bob), f"workspace:{cast.workspace.pk}"
        assert topic_permissions.allowed({key: {topic}}) == {key: {topic}}
        Membership.objects.filter(user=cast.bob).delete()
        assert topic_permissions.allowed({key: {topic}}) == {key: set()}
