"""The pages of strategies: list, form, sections, versions, exports; with and without htmx."""

import pytest
from django.urls import reverse

from jobs.testing import drain
from pages import strategy_sections
from strategies import selectors, services
from strategies.models import Strategy, StrategyVersion

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def browser(made):
    return made.browsers.bob


def url(name, cast, *more):
    return reverse(name, args=[cast.strategy.pk, *more])


def text(answer):
    return answer.content.decode()


class TestList:
    def test_cards_search_and_fragment(self, browser, made):
        page = text(browser.get(reverse("strategies")))
        assert "Home gardening on TikTok and X" in page
        assert "Offline answer" in page
        assert "<html" in page
        part = text(browser.get(reverse("strategies"), {"q": "nothing"}, headers=HTMX))
        assert "No strategy fits these filters" in part
        assert "<html" not in part
        assert "Home gardening" in text(browser.get(reverse("strategies"), {"platform": "tiktok"}))

    def test_empty_and_viewer(self, cast):
        client = cast.browsers.victor
        page = text(client.get(reverse("strategies")))
        assert "Make your first strategy" in page
        assert reverse("strategy_new") not in page
        assert client.get(reverse("strategy_new")).status_code == 403

    def test_a_video_leads_to_the_form(self, browser, made):
        answer = browser.get(reverse("strategies"), {"video": made.first.pk}, follow=True)
        assert f'value="{made.first.pk}" checked' in text(answer)

    def test_visitors_sign_in(self, client, db):
        assert client.get(reverse("strategies")).status_code == 302

    def test_query_budget(self, browser, made, django_assert_max_num_queries):
        with django_assert_max_num_queries(12):
            browser.get(reverse("strategies"))


class TestNew:
    def test_chips_and_only_measured_videos(self, browser, made):
        page = text(browser.get(reverse("strategy_new")))
        assert "first cut 1.8 s" in page
        assert "22 cuts/min" in page
        assert "Not yet" not in page
        assert "Answers are made offline" in page
        made.first.patterns.filter(type="hook_timing").update(value=9.0, bucket="no_cut")
        page = text(browser.get(reverse("strategy_new")))
        assert "No cut" in page
        assert "first cut 9.0 s" not in page

    def test_makes_one(self, browser, made):
        answer = browser.post(
            reverse("strategy_new"),
            {
                "videos": [str(made.first.pk)],
                "platforms": ["youtube"],
                "goals": ["views"],
                "niche": "bread",
                "weeks": 2,
            },
        )
        strategy = Strategy.objects.order_by("-id").first()
        assert answer.url == reverse("strategy_detail", args=[strategy.pk])
        assert (strategy.niche, strategy.platforms, strategy.status) == ("bread", ["youtube"], "ready")

    def test_errors_stay_at_their_fields(self, browser, made):
        answer = browser.post(reverse("strategy_new"), {"goals": ["views"], "weeks": 99, "videos": [str(made.raw.pk)]})
        assert answer.status_code == 422
        page = text(answer)
        assert "id_platforms_error" in page
        assert "id_weeks_error" in page
        assert "id_videos_error" in page
        assert Strategy.objects.count() == 1

    def test_a_services_refusal_too(self, browser, made, monkeypatch):
        from core.errors import ValidationFailed

        def refuse(**_):
            raise ValidationFailed("x", "No.", fields={"niche": ["Not this niche."]})

        monkeypatch.setattr(services, "generate", refuse)
        answer = browser.post(reverse("strategy_new"), {"platforms": ["tiktok"], "goals": ["views"], "weeks": 1})
        assert answer.status_code == 422
        assert "Not this niche." in text(answer)


class TestShow:
    def test_evidence_links_to_the_moment(self, browser, made):
        page = text(browser.get(url("strategy_detail", made)))
        assert f"{reverse('video_detail', args=[made.first.pk])}?t=1.80" in page
        assert "Show at 0:01.8" in page
        for label in selectors.SECTIONS.values():
            assert label in page
        assert url("strategy_export", made, "pdf") in page

    def test_viewer_reads_only(self, made):
        client = made.browsers.victor
        page = text(client.get(url("strategy_detail", made)))
        assert "Make again" not in page
        assert url("strategy_delete", made) not in page
        assert "in-summary-text" not in text(client.get(url("strategy_detail", made), {"edit": "summary"}))

    def test_strangers_get_404(self, made):
        client = made.browsers.charlie
        for name, more in (("strategy_detail", ()), ("strategy_versions", ()), ("strategy_export", ("md",))):
            assert client.get(url(name, made, *more)).status_code == 404
        for name, more in (
            ("strategy_section", ("summary",)),
            ("strategy_regenerate", ("summary",)),
            ("strategy_restore", (1,)),
            ("strategy_delete", ()),
            ("strategy_retry", ()),
            ("strategy_undo", ()),
        ):
            assert client.post(url(name, made, *more)).status_code == 404
        assert StrategyVersion.objects.count() == 1

    def test_query_budget(self, browser, made, django_assert_max_num_queries):
        with django_assert_max_num_queries(14):
            browser.get(url("strategy_detail", made))


class TestEdit:
    @pytest.mark.parametrize("key", list(strategy_sections.SECTIONS))
    def test_every_section_survives_its_own_form(self, browser, made, key):
        content = selectors.shown(made.bob_actor, made.strategy.pk).version.content
        form = {field.name: field.value for row in strategy_sections.rows(key, content) for field in row.inputs}
        assert strategy_sections.read(key, content, form) is not None
        answer = browser.post(url("strategy_section", made, key), {**form, "version": 1})
        assert answer.status_code == 302
        made.strategy.refresh_from_db()
        assert made.strategy.version == 1, "saving what was there makes no version"

    def test_a_row_is_changed_removed_and_added(self, browser, made):
        content = selectors.shown(made.bob_actor, made.strategy.pk).version.content
        form = {
            field.name: field.value
            for row in strategy_sections.rows("recommendations", content)
            for field in row.inputs
        }
        form |= {
            "version": 1,
            "recommendations-0-title": "Ours",
            "recommendations-1-remove": "1",
            "recommendations-new-title": "Mine",
            "recommendations-new-text": "Because.",
        }
        answer = browser.post(url("strategy_section", made, "recommendations"), form, headers=HTMX)
        assert answer.status_code == 200
        assert "saved as a new version" in text(answer)
        found = selectors.shown(made.bob_actor, made.strategy.pk).content.recommendations
        assert len(found) == len(content["recommendations"])
        assert (found[0].title, found[-1].title, found[-1].basis) == ("Ours", "Mine", "written")
        assert found[0].evidence[0].value == 1.8

    @pytest.mark.parametrize("key", ["pillars", "themes", "hooks", "calendar", "measures"])
    def test_rows_can_be_added_anywhere(self, browser, made, key):
        content = selectors.shown(made.bob_actor, made.strategy.pk).version.content
        form = {field.name: field.value for row in strategy_sections.rows(key, content) for field in row.inputs}
        values = {"date": "2026-06-01", "time": "10:00", "number": "5"}
        for field in strategy_sections.ROWS[key]:
            form[f"{key}-new-{field.name}"] = values.get(field.kind, "New")
        browser.post(url("strategy_section", made, key), {**form, "version": 1})
        found = selectors.shown(made.bob_actor, made.strategy.pk).version.content[key]
        assert len(found) == len(content[key]) + 1

    def test_schedule_and_hashtags(self, browser, made):
        content = selectors.shown(made.bob_actor, made.strategy.pk).version.content
        form = {
            field.name: field.value
            for row in strategy_sections.rows("posting_schedule", content)
            for field in row.inputs
        }
        form |= {"posting_schedule-0-posts": "2", "posting_schedule-0-slots": "Mon 9:00, thursday 18:30", "version": 1}
        browser.post(url("strategy_section", made, "posting_schedule"), form)
        schedule = selectors.shown(made.bob_actor, made.strategy.pk).content.posting_schedule
        assert [(slot.weekday, slot.time, slot.basis) for slot in schedule.platforms[0].slots] == [
            ("monday", "09:00", "written"), ("thursday", "18:30", "written"),
        ]  # fmt: skip
        form = {"version": 2, "hashtag_strategy-core": "garden, #home", "hashtag_strategy-0-tags": "a b",
                "hashtag_strategy-1-tags": "", "hashtag_strategy-note": "n"}  # fmt: skip
        browser.post(url("strategy_section", made, "hashtag_strategy"), form)
        tags = selectors.shown(made.bob_actor, made.strategy.pk).content.hashtag_strategy
        assert tags.core == ["#garden", "#home"]
        assert [row.hashtags for row in tags.sets] == [["#a", "#b"], []]

    def test_limitations_are_lines(self, browser, made):
        browser.post(url("strategy_section", made, "limitations"), {"limitations-text": "One\n\n Two ", "version": 1})
        assert selectors.shown(made.bob_actor, made.strategy.pk).content.limitations == ["One", "Two"]

    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_what_is_wrong_keeps_what_was_typed(self, browser, made, headers):
        content = selectors.shown(made.bob_actor, made.strategy.pk).version.content
        form = {
            field.name: field.value
            for row in strategy_sections.rows("posting_schedule", content)
            for field in row.inputs
        }
        form |= {"posting_schedule-0-slots": "someday 9:00", "version": 1}
        answer = browser.post(url("strategy_section", made, "posting_schedule"), form, headers=headers)
        assert answer.status_code == 422
        page = text(answer)
        assert "someday 9:00" in page
        assert 'role="alert"' in page
        assert ("<html" in page) is (not headers)

    def test_a_stale_form_says_so_and_can_be_saved_over(self, browser, made):
        services.edit(actor=made.alice_actor, document_id=made.strategy.pk, version=1, changes={"summary": "Hers."})
        answer = browser.post(url("strategy_section", made, "summary"), {"summary-text": "His.", "version": 1})
        assert answer.status_code == 422
        page = text(answer)
        assert "His." in page
        assert "Hers." in page, "both texts"
        assert 'name="version" value="2"' in page
        browser.post(url("strategy_section", made, "summary"), {"summary-text": "His.", "version": 2})
        assert selectors.shown(made.bob_actor, made.strategy.pk).content.summary == "His."

    def test_edit_form_as_page_and_fragment(self, browser, made):
        for headers in ({}, HTMX):
            page = text(browser.get(url("strategy_detail", made), {"edit": "summary"}, headers=headers))
            assert "in-summary-text" in page
        assert browser.post(url("strategy_section", made, "colour")).status_code == 404


class TestVersions:
    def test_regenerate_restore_compare_export(self, browser, made):
        answer = browser.post(url("strategy_regenerate", made, "hooks"), {"version": 1}, follow=True)
        assert "without a language model there is nothing new to say" in text(answer)
        assert answer.redirect_chain[0][0] == f"{url('strategy_detail', made)}#hooks"
        browser.post(url("strategy_section", made, "summary"), {"summary-text": "Mine entirely.", "version": 1})
        part = browser.post(url("strategy_regenerate", made, "summary"), {"version": 2}, headers=HTMX)
        assert "made again" in text(part)
        compared = text(browser.get(url("strategy_versions", made), {"a": 2, "b": 3}))
        assert "added: " in compared
        assert "Summary" in compared
        assert "No difference" in text(browser.get(url("strategy_versions", made), {"a": 3, "b": 3}))
        assert browser.get(url("strategy_versions", made), {"a": 9, "b": 3}).status_code == 404
        old = text(browser.get(url("strategy_detail", made), {"version": 1}))
        assert "You are looking at version 1 of 3" in old
        browser.post(url("strategy_restore", made, 1))
        assert StrategyVersion.objects.count() == 4
        download = browser.get(url("strategy_export", made, "md"), {"version": 1})
        assert "attachment" in download["Content-Disposition"]
        assert browser.get(url("strategy_export", made, "odt")).status_code == 400


class TestWaiting:
    def test_generating_failed_and_tried_again(self, measured, env, vendor):
        env(OPENAI_API_KEY="k", OPENAI_BASE_URL=vendor.url)
        client = measured.browsers.bob
        vendor.replies = [{"text": None, "refusal": "no"}]
        answer = client.post(
            reverse("strategy_new"), {"platforms": ["tiktok"], "goals": ["views"], "weeks": 1}, follow=True
        )
        page = text(answer)
        assert "The strategy is being made" in page
        assert "ws:job:" in page
        drain()
        strategy = Strategy.objects.get()
        failed = text(client.get(reverse("strategy_detail", args=[strategy.pk])))
        assert "The strategy could not be made" in failed
        assert "declined" in failed
        client.post(reverse("strategy_retry", args=[strategy.pk]))
        strategy.refresh_from_db()
        assert strategy.status == "generating"
        assert client.get(reverse("strategy_versions", args=[strategy.pk])).status_code == 302
        assert client.post(reverse("strategy_section", args=[strategy.pk, "summary"])).status_code == 404
        assert vendor.requests

    def test_when_it_is_ready_the_whole_page_is_loaded_again(self, browser, made):
        ready = browser.get(url("strategy_detail", made), {"waiting": 1}, headers=HTMX)
        assert ready["HX-Refresh"] == "true"
        waiting = services.generate(actor=made.bob_actor, platforms=["tiktok"], goals=["views"], respond_async=True)
        page = browser.get(reverse("strategy_detail", args=[waiting.strategy.pk]), {"waiting": 1}, headers=HTMX)
        assert "HX-Refresh" not in page
        assert "?waiting=1" in text(page)
