"""Fills the database of a run and orders its jobs: `python -m benchmarks.sockets.people SOCKETS JOBS SECONDS`.

Each socket gets a person of its own with a session, a member of one of as many workspaces as there are jobs. Prints one
JSON line: for each socket its session key and the topics it listens to, and when the jobs begin to speak.
"""

import json
import os
import sys
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.sockets.settings")
django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402

import jobs  # noqa: E402
from accounts.models import Membership, Role, User, Workspace  # noqa: E402
from benchmarks.sockets.kinds import KIND  # noqa: E402
from core import clock, scope  # noqa: E402
from core.actor import Actor  # noqa: E402
from core.db.schema import bring_up_to_date  # noqa: E402

# Everybody connects before the jobs begin.
CONNECT_S = 45.0


def main(sockets: int, jobs_wanted: int, seconds: float) -> None:
    """Make the rows."""
    start_at = time.time() + CONNECT_S
    with scope.system("benchmark"):
        workspaces = [Workspace.objects.create(name=f"Workspace {number}") for number in range(jobs_wanted)]
        people = User.objects.bulk_create(
            User(email=f"person{number}@example.com", password="!") for number in range(sockets)
        )
        homes = [workspaces[number % jobs_wanted] for number in range(sockets)]
        Membership.objects.bulk_create(
            Membership(workspace=home, user=person, role=Role.VIEWER)
            for home, person in zip(homes, people, strict=True)
        )
        payload = {"start_at": start_at, "seconds": seconds}
        ordered = {
            # The last one where renders run: the other queues have one thread less than there are jobs.
            home.pk: jobs.enqueue(kind=KIND, actor=Actor.system(home.pk), payload=payload, queue=queue)
            for home, queue in zip(workspaces, [None] * (jobs_wanted - 1) + [jobs.Queue.MEDIA], strict=True)
        }
    places = []
    for home, person in zip(homes, people, strict=True):
        store = SessionStore()
        session = {
            SESSION_KEY: str(person.pk),
            BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
            HASH_SESSION_KEY: person.get_session_auth_hash(),
        }
        key = store._get_new_session_key()
        Session.objects.create(
            session_key=key,
            session_data=store.encode(session),
            expire_date=clock.now() + timedelta(days=1),
        )
        places.append({"session": key, "topics": [f"job:{ordered[home.pk].pk}", f"workspace:{home.pk}"]})
    print(json.dumps({"start_at": start_at, "places": places}))


if __name__ == "__main__":
    if sys.argv[1] == "schema":
        bring_up_to_date()
    else:
        main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
