import csv
import io
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics.models import MetricPlan
from analytics.selectors import dashboard, posts
from analytics.selectors.totals import Period, period
from analytics.services import score_refit
from core import clock
from core.errors import NotFound, ValidationFailed
from jobs.models import Job
from publishing.models import PostTarget
from tests.accounts.conftest import as_user  # noqa: F401
from tests.analytics.conftest import make_account, make_live, make_numbers
from tests.factories import make_media, make_video

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


class TestPeriod:
    def test_days_are_those_of_the_zone(self):
        asked = Period(date(2026, 3, 8), date(2026, 3, 8), "America/New_York")
        assert asked.end - asked.start == timedelta(hours=23)
        assert asked.before() == Period(date(2026, 3, 7), date(2026, 3, 7), "America/New_York")

    def test_thirty_days_by_default(self):
        assert period(None, None).days == 30

    @pytest.mark.parametrize("bad", [(date(2026, 2, 1), date(2026, 1, 1)), (date(2000, 1, 1), date(2026, 1, 1))])
    def test_refuses_nonsense(self, bad):
        with pytest.raises(ValidationFailed):
            period(*bad)


class TestDashboard:
    def test_missing_numbers_stay_missing(self, cast, account):
        make_numbers(make_live(account), views=None, likes=None, comments=None, shares=None)
        found = dashboard.dashboard(cast.workspace.pk, period(None, None))
        assert found.now.posts == 1
        assert found.now.views is found.now.rate is found.now.engagement is None
        assert found.tiles[0].value is None

    def test_sums_and_compares(self, cast, account):
        make_numbers(make_live(account, age=timedelta(days=2)), views=3000, likes=200, comments=50, shares=50)
        make_numbers(make_live(account, age=timedelta(days=40)), views=1000)
        youtube = make_account(cast, "youtube")
        make_numbers(make_live(youtube, age=timedelta(days=3)), views=1000, likes=100, comments=0, shares=None)
        found = dashboard.dashboard(cast.workspace.pk, period(None, None))
        assert (found.now.views, found.now.engagement, found.now.rate) == (4000, 400, 10.0)
        assert found.tiles[0].change_pct == 300.0
        assert list(found.platforms) == ["tiktok", "youtube"]
        assert found.platforms["youtube"].shares is None
        assert [row.views for row in found.top] == [3000, 1000]
        assert sum(views or 0 for _, views in found.days) == 4000
        only = dashboard.dashboard(cast.workspace.pk, period(None, None), "youtube")
        assert only.now.views == 1000

    def test_a_post_on_two_accounts_is_one_post_in_every_number(self, cast, account):
        target = make_live(account)
        second = make_account(cast, external_id="tiktok-2")
        youtube = make_account(cast, "youtube")
        for other in (second, youtube):
            PostTarget.objects.create(
                workspace=cast.workspace, post=target.post, account=other, platform=other.platform, state="published",
                published_at=target.published_at,
            )  # fmt: skip
        make_numbers(target)
        found = dashboard.dashboard(cast.workspace.pk, period(None, None))
        tiles = {tile.label: tile.value for tile in found.tiles}
        assert (tiles["Posts published"], found.now.posts) == (1, 1)
        assert {name: total.posts for name, total in found.platforms.items()} == {"tiktok": 1, "youtube": 1}
        assert found.platforms["youtube"].views is None

    def test_tile_and_table_agree_on_posts_without_numbers_and_on_deleted_ones(self, cast, account):
        make_numbers(make_live(account))
        make_live(account, text="no numbers yet")
        gone = make_live(account, text="deleted")
        gone.post.deleted_at = clock.now()
        gone.post.save()
        draft = make_live(account, text="in the inbox")
        make_numbers(draft, views=7)
        PostTarget.objects.filter(pk=draft.pk).update(state="in_inbox")
        found = dashboard.dashboard(cast.workspace.pk, period(None, None))
        tiles = {tile.label: tile.value for tile in found.tiles}
        assert tiles["Posts published"] == found.platforms["tiktok"].posts == 2
        assert tiles["Views"] == 1000

    def test_a_chosen_platform_is_honoured_by_every_tile_and_warning(self, cast, account):
        youtube = make_account(cast, "youtube")
        for where in (account, youtube):
            target = make_live(where)
            MetricPlan.objects.create(
                workspace=cast.workspace, target=target, failures=1, last_error=f"{where.platform} is late."
            )
        everything = dashboard.dashboard(cast.workspace.pk, period(None, None))
        assert everything.stale == ["tiktok is late.", "youtube is late."]
        only = dashboard.dashboard(cast.workspace.pk, period(None, None), "youtube")
        assert only.stale == ["youtube is late."]
        assert [tile.label for tile in only.tiles] == ["Views", "Engagement rate", "Posts published"]
        assert only.tiles[2].value == 1

    def test_costs_a_fixed_number_of_queries(self, cast, account):
        for index in range(12):
            make_numbers(make_live(account, text=f"post {index}"))
        with CaptureQueriesContext(connection) as queries:
            dashboard.dashboard(cast.workspace.pk, period(None, None))
        assert len(queries) <= 8

    def test_deleted_posts_are_left_out(self, cast, account):
        target = make_live(account)
        make_numbers(target)
        target.post.deleted_at = clock.now()
        target.post.save()
        assert dashboard.dashboard(cast.workspace.pk, period(None, None)).now.posts == 0


class TestVideo:
    def test_sums_by_platform_and_matches_scores(self, cast, account):
        video = make_video(cast.workspace)
        make_numbers(make_live(account, media=video.media), views=500)
        found = posts.of_video(cast.workspace.pk, video.pk)
        assert found.platforms["tiktok"].views == 500
        assert found.match_score is None
        with pytest.raises(NotFound):
            posts.of_video(cast.elsewhere.pk, video.pk)


class TestApi:
    def test_dashboard_has_the_contract(self, cast, account, as_user):  # noqa: F811
        make_numbers(make_live(account))
        body = as_user(cast.victor).get("/api/v1/analytics/dashboard?platform=tiktok").json()
        assert body["total_views"] == 1000
        assert body["total_engagement"] == 100
        assert body["average_engagement_rate"] == 10.0
        assert body["platform_breakdown"]["tiktok"]["views"] == 1000
        assert body["top_performing_videos"][0]["views"] == 1000

    @pytest.mark.parametrize(
        "query", ["start_date=yesterday", "platform=myspace", "start_date=2026-02-01&end_date=2026-01-01"]
    )
    def test_a_wrong_query_is_named(self, cast, as_user, query):  # noqa: F811
        answer = as_user(cast.alice).get(f"/api/v1/analytics/dashboard?{query}")
        assert answer.status_code == 400
        assert answer.json()["details"]["fields"]

    def test_post_and_video_and_overview(self, cast, account, as_user):  # noqa: F811
        video = make_video(cast.workspace)
        target = make_live(account, media=video.media)
        make_numbers(target)
        client = as_user(cast.alice)
        curve = client.get(f"/api/v1/analytics/posts/{target.post_id}").json()
        assert curve[0]["snapshots"][0]["views"] == 1000
        assert curve[0]["engagement_rate"] == 10.0
        numbers = client.get(f"/api/v1/analytics/videos/{video.pk}").json()
        assert numbers["platforms"]["tiktok"]["engagement_rate"] == 10.0
        assert client.get("/api/v1/analytics/overview").json()["views"] == 1000
        assert client.get("/api/v1/analytics/platforms?platform=x").json() == {}
        for path in (f"posts/{uuid4()}", f"videos/{uuid4()}"):
            assert client.get(f"/api/v1/analytics/{path}").status_code == 404

    def test_a_viewer_starts_no_calls_to_a_platform(self, cast, account, as_user):  # noqa: F811
        target = make_live(account, media=make_media(cast.workspace, duration_s=10.0, width=9, height=16))
        MetricPlan.objects.create(workspace=cast.workspace, target=target, next_at=clock.now() + timedelta(days=1))
        path = f"/api/v1/analytics/posts/{target.post_id}"
        answer = as_user(cast.victor).post(path)
        assert (answer.status_code, answer.json()["error"]) == (403, "permission_denied")
        assert not Job.objects.filter(kind="analytics.fetch").exists()
        assert as_user(cast.bob).post(path).json() == {"refreshing": 1}
        assert Job.objects.filter(kind="analytics.fetch").count() == 1

    def test_scores_say_not_enough(self, cast, account, as_user):  # noqa: F811
        make_numbers(make_live(account, media=make_media(cast.workspace, duration_s=10.0, width=9, height=16)))
        score_refit.keep(score_refit.fit_workspace(workspace_id=cast.workspace.pk))
        body = as_user(cast.alice).get("/api/v1/patterns/scores?platform=tiktok&type=aspect").json()
        assert {item["score"] for item in body["items"]} == {None}
        assert body["items"][0]["label"].startswith("Not enough data: 1 of 30")

    def test_csv_is_exact_and_harmless(self, cast, account, as_user):  # noqa: F811
        make_numbers(make_live(account, text='=HYPERLINK("x")'), shares=None)
        answer = as_user(cast.alice).get("/api/v1/analytics/export.csv")
        rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
        assert rows[0] == list(posts.EXPORT_COLUMNS)
        line = dict(zip(rows[0], rows[1], strict=True))
        assert line["text"].startswith("'=")
        assert (line["views"], line["shares"], line["engagement_rate"]) == ("1000", "", "9.0")

    def test_csv_says_local_time_and_zone_beside_the_instant(self, cast, account, as_user, frozen):  # noqa: F811
        make_numbers(make_live(account))
        answer = as_user(cast.alice).get("/api/v1/analytics/export.csv?timezone=Asia/Tokyo")
        rows = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
        line = dict(zip(rows[0], rows[1], strict=True))
        assert line["published_at"] == "2026-05-02T09:00:00+00:00"
        assert (line["published_local"], line["timezone"]) == ("2026-05-02T18:00", "Asia/Tokyo")

    @pytest.mark.parametrize("query", ["start_date=9999-12-31", "end_date=2026-13-45", "timezone=Mars"])
    def test_a_period_that_cannot_be_is_refused_by_name(self, cast, as_user, query):  # noqa: F811
        answer = as_user(cast.alice).get(f"/api/v1/analytics/dashboard?{query}")
        assert (answer.status_code, list(answer.json()["details"]["fields"])) == (400, [query.partition("=")[0]])
