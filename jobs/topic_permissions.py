"""Who may listen to what: asked for all sockets of a process at once, with as many queries as for one."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils.crypto import constant_time_compare

from accounts.models import Membership, User
from core import clock, scope
from jobs import events


def allowed(wanted: Mapping[str, Collection[str]]) -> dict[str, set[str] | None]:
    """By session key the topics that its person may hear; None where nobody is signed in (any more).

    `wanted` has the topics asked for by session key. Three queries, and one for each kind of topic.
    """
    with scope.system("check who may listen to what"):
        people = _signed_in(wanted)
        rows = Membership.objects.filter(user__in=set(people.values())).values_list("user_id", "workspace_id")
        mine: dict[UUID, set[UUID]] = {person: {person} for person in people.values()}
        for person, workspace in rows:
            mine[person].add(workspace)
        owners = events.owners({topic for key in people for topic in wanted[key]})
    return {
        key: {topic for topic in topics if owners.get(topic) in mine[people[key]]} if key in people else None
        for key, topics in wanted.items()
    }


def _signed_in(keys: Iterable[str]) -> dict[str, UUID]:
    """The person of each session as it stands in the store now: what Django's `get_user` finds, for many at once.

    Signed out, expired, deactivated or with another password since: absent.
    """
    store = SessionStore()
    rows = Session.objects.filter(session_key__in=[key for key in keys if key], expire_date__gt=clock.now())
    sessions = {key: store.decode(data) for key, data in rows.values_list("session_key", "session_data")}
    ids = {str(data[SESSION_KEY]) for data in sessions.values() if SESSION_KEY in data}
    people = {str(person.pk): person for person in User.objects.filter(pk__in=ids, is_active=True)}
    return {
        key: people[str(data[SESSION_KEY])].pk
        for key, data in sessions.items()
        if str(data.get(SESSION_KEY)) in people and _is_valid(data, people[str(data[SESSION_KEY])])
    }


def _is_valid(data: Mapping[str, Any], person: User) -> bool:
    if data.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return False
    hashes = (person.get_session_auth_hash(), *person.get_session_auth_fallback_hash())
    return any(constant_time_compare(str(data.get(HASH_SESSION_KEY, "")), each) for each in hashes)
