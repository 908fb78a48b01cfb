"""Every list costs the same number of messages to the database with 10 rows and with 1,000, and no more than ten."""

from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from unittest import mock

import pytest
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User, Workspace
from analytics.models import LatestMetrics, MetricSnapshot
from core import clock, scope
from core.db.postgresql.cursor import ScopeCursor
from core.ids import uuid7
from editing.models import Edit
from library.models import HashtagGroup, PostTag, Signature, Template, TemplateMedia, TemplateTag
from media.models import MediaFile
from notifications.models import Notice
from patterns.models import Analysis, Pattern
from publishing.models import BlackoutDay, Post, PostMedia, PostTarget, Queue, QueuePlace, SocialAccount
from tests import factories
from videos.models import Tag, Video
from webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookEvent

pytestmark = pytest.mark.django_db
MOST = 10
FEW, MANY = 10, 1000
PAGES = (
    "/dashboard/", "/dashboard/_lists/", "/posts/", "/posts/?status=published&platform=youtube&q=post", "/schedule/",
    "/schedule/?view=week", "/schedule/?view=list", "/schedule/drafts/", "/schedule/queues/",
    "/media/", "/videos/", "/videos/?view=list&sort=longest", "/videos/compare/", "/videos/compare/_best/",
    "/analytics/", "/compose/", "/posts/bulk/", "/posts/import/", "/settings/connections/", "/edits/",
    "/notifications/",
    "/settings/webhooks/", "/settings/webhooks/deliveries/",
    "/settings/webhooks/deliveries/?status=failed&event=post.failed",
    "/library/", "/library/?q=draft&sort=changed", "/library/?type=template", "/library/hashtags/",
    "/library/signatures/",
)  # fmt: skip
LISTS = (
    "videos", "videos?ordering=-size", "posts", "posts?platform=youtube", "posts/scheduled", "patterns",
    "patterns?min_score=1", "media", "folders", "tags", "social-accounts", "jobs", "notifications", "edits",
    "renditions", "patterns/scores", "webhook-endpoints", "webhook-deliveries", "webhook-deliveries?status=failed",
    "library", "library?type=draft", "library/hashtag-groups", "library/signatures", "queues", "blackout-days",
)  # fmt: skip


def insert(rows: list[models.Model]) -> None:
    type(rows[0])._base_manager.bulk_create(rows)


def fill(workspace: Workspace, person: User, count: int, *, first: int = 0) -> None:
    """As many rows of each kind, named by numbers from `first`; every fifth post is planned for tomorrow, the others
    are live."""
    numbers = range(first, first + count)
    ago, tomorrow = clock.now() - timedelta(days=2), clock.now() + timedelta(days=1)
    account = SocialAccount(
        workspace=workspace, platform="youtube", external_id=uuid7().hex, username="studio", connected_at=ago
    )
    account.save()
    own = {"workspace": workspace}
    shape = {"size_bytes": 10, "content_type": "video/mp4", "width": 90, "height": 160, "duration_s": 2.0}
    files = [MediaFile(**own, kind="video", storage_key=uuid7().hex, original_name=f"{n}.mp4", **shape)
             for n in numbers]  # fmt: skip
    videos = [Video(**own, title=f"Video {n}", media=file, status="processed") for n, file in enumerate(files)]
    analyses = [Analysis(**own, video=video, state="done", measured_at=ago) for video in videos]
    patterns = [
        Pattern(**own, video=one.video, analysis=one, type="motion", value=0.3, unit="per_s", bucket="moving")
        for one in analyses
    ]
    posts = [Post(**own, text=f"Post {n}", search=f"post {n}", state="scheduled" if n % 5 == 0 else "published")
             for n in numbers]  # fmt: skip
    shown = [PostMedia(**own, post=post, file=file) for post, file in zip(posts, files, strict=True)]
    targets = [
        PostTarget(**own, post=post, account=account, platform="youtube", state=post.state,
                   due_at=tomorrow + timedelta(seconds=n),
                   published_at=ago if post.state == "published" else None)
        for n, post in enumerate(posts)
    ]  # fmt: skip
    live = [target for target in targets if target.published_at]
    snapshots = [MetricSnapshot(**own, target=target, slot="24h", taken_at=ago, age_s=90_000, views=5)
                 for target in live]  # fmt: skip
    notices = [Notice(**own, recipient=person, kind="post_failed", title=f"Notice {n}", once=str(n))
               for n in numbers]  # fmt: skip
    edits = [Edit(**own, title=f"Edit {n}", video=video) for n, video in enumerate(videos)]
    endpoint = WebhookEndpoint(**own, url="https://example.com/hook")
    happened = [
        WebhookEvent(**own, type="post.failed", subject_type="post", subject_id=post.pk, occurred_at=ago,
                     once=str(post.pk), body="{}")
        for post in posts
    ]  # fmt: skip
    sent = [WebhookDelivery(**own, event=event, endpoint=endpoint, state="failed") for event in happened]
    insert([endpoint])
    drafts = [Post(**own, text=f"Draft {n}", search=f"draft {n}", campaign="May") for n in numbers]
    theirs = [PostTarget(**own, post=post, account=account, platform="youtube") for post in drafts]
    tags = [Tag(**own, name=f"tag {n}") for n in numbers]
    tagged = [PostTag(**own, post=post, tag=tag) for post, tag in zip(drafts, tags, strict=True)]
    templates = [Template(**own, name=f"Template {n}", text="{{hook}}", search="template") for n in numbers]
    kept = [TemplateMedia(**own, template=row, file=file) for row, file in zip(templates, files, strict=True)]
    named = [TemplateTag(**own, template=row, tag=tag) for row, tag in zip(templates, tags, strict=True)]
    groups = [HashtagGroup(**own, name=f"Group {n}", hashtags=["herbs"]) for n in numbers]
    signatures = [Signature(**own, name=f"Signature {n}", text="Yours", account=account) for n in numbers]
    queue = Queue(**own, account=account, zone="Europe/Paris", week=[["09:00", "18:00"]] * 7)
    insert([queue])
    planned = [target for target in targets if not target.published_at]
    places = [QueuePlace(**own, queue=queue, target=target, at=target.due_at) for target in planned]
    days = [BlackoutDay(**own, account=account, day=tomorrow.date() + timedelta(days=5 * n)) for n in numbers]
    for rows in (files, videos, analyses, patterns, posts, shown, targets, snapshots, notices, edits, happened,
                 sent, drafts, theirs, tags, tagged, templates, kept, named, groups, signatures,
                 places, days):  # fmt: skip
        insert(rows)
    insert([
        LatestMetrics(**own, target=row.target, snapshot=row, published_at=ago, platform="youtube", views=5,
                      taken_at=ago)
        for row in snapshots
    ])  # fmt: skip


@pytest.fixture(scope="module")
def stock(django_db_setup: None, django_db_blocker: object) -> Iterator[SimpleNamespace]:
    """Two people, one with few rows and one with many; written once for all the tests here."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        with scope.system("tests"):
            people = {}
            for count in (FEW, MANY):
                person = factories.make_user(f"with{count}@example.com")
                workspace = factories.make_workspace(person)
                fill(workspace, person, count)
                people[count] = person
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    # Nobody else does within a transaction, and what is not known is planned for as if it were empty.
                    cursor.execute("ANALYZE")
        yield SimpleNamespace(few=people[FEW], many=people[MANY])
        transaction.set_rollback(True)


def messages(person: User, address: str) -> list[str]:
    """What one request sends to the database; a scope that goes with a statement is no message of its own."""
    with scope.system("sign in"):
        client = factories.sign_in(person, backend="accounts.backends.AddressBackend")
    write, alone = ScopeCursor._write, []

    def counted(cursor: ScopeCursor, *args: object) -> None:
        alone.append("set_config")
        write(cursor, *args)  # type: ignore[arg-type]

    with (
        mock.patch.object(ScopeCursor, "_write", counted),
        scope.request(),
        CaptureQueriesContext(connection) as queries,
    ):
        response = client.get(address)
    assert response.status_code == 200, address
    return [query["sql"] for query in queries] + alone


@pytest.mark.parametrize("address", [*PAGES, *(f"/api/v1/{name}" for name in LISTS)])
def test_costs_the_same_with_ten_rows_and_with_a_thousand(stock, address):
    few, many = messages(stock.few, address), messages(stock.many, address)
    assert len(many) == len(few), "\n".join(sql[:200] for sql in (few if len(few) > len(many) else many))
    assert len(many) <= MOST, "\n".join(sql[:200] for sql in many)


@pytest.mark.parametrize(
    "name", ["videos", "posts", "patterns", "media", "notifications", "edits", "jobs", "webhook-deliveries", "library"]
)
def test_a_list_of_the_api_is_paged_and_in_an_order_without_ties(stock, name):
    with scope.system("sign in"):
        client = factories.sign_in(stock.many, backend="accounts.backends.AddressBackend")
    with scope.request(), CaptureQueriesContext(connection) as queries:
        body = client.get(f"/api/v1/{name}?limit=7").json()
    assert len(body["items"]) == min(7, body["total"])
    ordered = [query["sql"] for query in queries if "LIMIT 7" in query["sql"]]
    for sql in ordered:
        last = sql.rsplit("ORDER BY", 1)[1].split("LIMIT")[0].split(",")[-1]
        assert last.split()[0].endswith('"id"') or last.split()[0].isdigit(), sql


def test_memberships_of_a_session_are_read_with_the_person(stock):
    sent = messages(stock.few, "/posts/")
    assert sum('FROM "accounts_membership"' in sql for sql in sent) == 1
    assert sum('"accounts_preferences"' in sql for sql in sent) == 1
