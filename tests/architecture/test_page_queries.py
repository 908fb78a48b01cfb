"""Every page that has an address sends at most ten messages to the database, and as many beside a thousand rows."""

import random
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from benchmarks.pages import seed
from core import clock, scope
from core.ids import uuid7
from patterns.models import Analysis, FormerAnalysis, Meaning, PatternScore
from patterns.selectors import _level_scores
from publishing.services import creator_options, posts
from tests import factories
from tests.architecture.objects import make_objects
from tests.architecture.surface import routes
from tests.architecture.test_lists import FEW, MANY, MOST, fill, messages

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]


def opened(client: Client, address: str) -> bool:
    """Whether an address is a page, and no redirect, file or answer for programs."""
    response = client.get(address)
    return response.status_code == 200 and response.headers.get("Content-Type", "").startswith("text/html")


def fill_details(cast: Any, objects: Any) -> None:
    """What makes the pages of single things longest: a read video with scores, a draft with a file."""
    video, own = objects.video, {"workspace": cast.workspace}
    Analysis.objects.filter(video=video).update(features=seed.features(random.Random(1)))
    Meaning.objects.create(**own, video=video, state="done")
    FormerAnalysis.objects.create(**own, video=video, part="facts", made_by="test", replaced_at=clock.now())
    PatternScore.objects.create(
        **own, platform="tiktok", type="cut_frequency", level="fast", run_id=uuid7(), score=60.0, interval_low=40.0,
        interval_high=80.0, sample_size=30, label="Better than the others", as_of=clock.now(),
    )  # fmt: skip


def test_pages_send_at_most_ten_messages_and_no_more_with_a_thousand_rows(cast):
    objects = make_objects(cast)
    fill_details(cast, objects)
    fill(cast.workspace, cast.alice, FEW)
    account = objects.target.account
    wanted = [posts.TargetInput(account.pk)]
    draft = posts.create_post(actor=cast.alice_actor, text="Soon", media_ids=[objects.video.media_id], targets=wanted)
    with scope.system("sign in"):
        client = factories.sign_in(cast.alice, backend="accounts.backends.AddressBackend")
    addresses = {route.fill(objects.ids) for route in routes() if not route.is_api}
    addresses |= {f"/compose/{draft.pk}/", f"/posts/{draft.pk}/"}
    # What a platform lets an account choose is asked once a minute; it is no row of ours.
    remembered = {creator_options._key(account): {"privacy_levels": ["SELF_ONLY"]}}
    cache.set_many(remembered)
    pages = sorted(address for address in addresses if opened(client, address))
    assert len(pages) > 50
    counts = {}
    for page in pages:
        _level_scores.cache_clear()
        counts[page] = len(messages(cast.alice, page))
    fill(cast.workspace, cast.alice, MANY, first=FEW)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Statistics come by themselves later; without them each table is planned for as if it were empty.
            cursor.execute("ANALYZE")
    cache.set_many(remembered)
    wrong = {}
    for page, count in counts.items():
        _level_scores.cache_clear()
        sent = messages(cast.alice, page)
        # A chosen file that is no longer among the newest is read apart.
        if len(sent) > min(MOST, count + 1):
            wrong[page] = [f"{count} with few rows, {len(sent)} with many", *(sql[:160] for sql in sent)]
    assert wrong == {}
