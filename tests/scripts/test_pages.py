"""The pages of scripts: list, form, the table with its buttons, versions, exports."""

from uuid import uuid4

import pytest
from django.urls import reverse

from jobs.testing import drain
from scripts_app import selectors, services
from scripts_app.models import Script, ScriptVersion
from strategies import services as strategies

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def browser(made):
    return made.browsers.bob


def url(name, cast, *more):
    return reverse(name, args=[cast.script.pk, *more])


def text(answer):
    return answer.content.decode()


def form(cast, **changes):
    content = selectors.shown(cast.bob_actor, cast.script.pk).content
    data = {"version": 1, "rows": len(content.segments), "title": content.title, "music": content.music}
    for index, row in enumerate(content.segments):
        data |= {
            f"seconds-{index}": row.seconds,
            f"role-{index}": row.role.value,
            f"audio-{index}": row.audio,
            f"visual-{index}": row.visual,
            f"overlay-{index}": row.text_overlay,
        }
    return {**data, **changes}


class TestListAndForm:
    def test_list(self, browser, made):
        page = text(browser.get(reverse("scripts")))
        assert "5 Tips for Better Sleep" in page
        assert "from Morning routine" in page
        part = text(browser.get(reverse("scripts"), {"q": "nothing"}, headers=HTMX))
        assert "No script fits these filters" in part
        assert "<html" not in part

    def test_empty_and_viewer(self, cast):
        client = cast.browsers.victor
        assert "Write your first script" in text(client.get(reverse("scripts")))
        assert client.get(reverse("script_new")).status_code == 403

    def test_makes_variations_from_a_strategy(self, browser, made):
        strategy = strategies.create(
            actor=made.bob_actor, platforms=["tiktok"], goals=["views"], niche="sleep", video_ids=[made.video.pk]
        )
        page = text(browser.get(reverse("script_new"), {"strategy": strategy.pk}))
        assert f'<option value="{strategy.pk}" selected>' in page
        assert f'value="{made.video.pk}" checked' in page
        assert browser.get(reverse("script_new"), {"strategy": "x"}).status_code == 200
        assert browser.get(reverse("script_new"), {"strategy": uuid4()}).status_code == 200
        answer = browser.post(
            reverse("script_new"),
            {
                "concept": "Nights",
                "platform": "youtube",
                "duration": "20",
                "variations": 2,
                "points": "One\n\nTwo",
                "strategy": str(strategy.pk),
                "videos": [str(made.video.pk)],
            },
        )
        first, second = Script.objects.filter(concept="Nights").order_by("variation")
        assert answer.url == reverse("script_detail", args=[first.pk])
        assert (first.strategy, first.video, second.group_id) == (strategy, made.video, first.group_id)
        assert selectors.shown(made.bob_actor, first.pk).request.points == ["One", "Two"]
        assert "Nights (2)" in text(browser.get(answer.url))

    def test_errors(self, browser, made, monkeypatch):
        answer = browser.post(reverse("script_new"), {"concept": "", "platform": "tiktok", "duration": 1})
        assert answer.status_code == 422
        assert "id_concept_error" in text(answer)
        from core.errors import ValidationFailed

        def refuse(**_):
            raise ValidationFailed("x", "Not today.")

        monkeypatch.setattr(services, "generate", refuse)
        answer = browser.post(
            reverse("script_new"), {"concept": "x", "platform": "tiktok", "duration": 20, "variations": 1}
        )
        assert answer.status_code == 422
        assert "Not today." in text(answer)


class TestTable:
    def test_shows_words_reasons_and_links(self, browser, made):
        page = text(browser.get(url("script_detail", made)))
        assert "5 of about 5 words" in page
        assert "First cut 1.8 s (measured): the hook lasts 2 s" in page
        assert f"?script={made.script.pk}&amp;video={made.video.pk}" in page
        assert "Send to edit" in page
        for format_ in ("md", "pdf", "docx"):
            assert url("script_export", made, format_) in page

    def test_viewer_reads_a_table(self, made):
        client = made.browsers.victor
        page = text(client.get(url("script_detail", made)))
        assert "data-script-row" not in page
        assert "5 of about 5 words" in page
        assert client.post(url("script_save", made), form(made)).status_code == 403

    def test_saving_what_is_there_makes_no_version(self, browser, made):
        assert browser.post(url("script_save", made), form(made)).status_code == 302
        assert ScriptVersion.objects.count() == 1

    def test_lengths_move_everything_after_them(self, browser, made):
        answer = browser.post(
            url("script_save", made), form(made, **{"seconds-0": "3,5", "audio-0": "Are you tired?"}), headers=HTMX
        )
        assert answer.status_code == 200
        assert "<html" not in text(answer)
        content = selectors.shown(made.bob_actor, made.script.pk).content
        assert (content.segments[0].end_time, content.segments[1].start_time) == (3.5, 3.5)
        assert content.duration == 61.5

    @pytest.mark.parametrize("headers", [{}, HTMX])
    def test_buttons_change_rows_without_saving(self, browser, made, headers):
        count = len(selectors.shown(made.bob_actor, made.script.pk).content.segments)
        for wish, rows in (
            ("add:0", count + 1),
            ("remove:1", count - 1),
            ("up:1", count),
            ("down:0", count),
            ("x", count),
        ):
            answer = browser.post(url("script_save", made), form(made, do=wish), headers=headers)
            assert answer.status_code == 200
            page = text(answer)
            assert f'name="rows" value="{rows}"' in page
            assert "Not saved yet" in page
        assert ScriptVersion.objects.count() == 1

    def test_moving_moves_the_words(self, browser, made):
        page = text(browser.post(url("script_save", made), form(made, do="down:0", **{"audio-0": "MOVED"})))
        assert page.index("MOVED") > page.index("audio-1")

    def test_nonsense_is_refused_and_kept(self, browser, made):
        answer = browser.post(url("script_save", made), form(made, title="", **{"audio-0": "KEPT"}))
        assert answer.status_code == 422
        assert 'role="alert"' in text(answer)
        assert "KEPT" in text(answer)
        none = browser.post(url("script_save", made), {"version": 1, "rows": 0, "title": "x"})
        assert none.status_code == 422
        odd = browser.post(url("script_save", made), form(made, **{"seconds-0": "soon", "role-0": "villain"}))
        assert odd.status_code == 302
        first = selectors.shown(made.bob_actor, made.script.pk).content.segments[0]
        assert (first.seconds, first.role.value) == (3.0, "point")

    def test_a_stale_form_says_so_and_can_be_saved_over(self, browser, made):
        services.edit(actor=made.alice_actor, document_id=made.script.pk, version=1, changes={"music": "Hers"})
        answer = browser.post(url("script_save", made), form(made, **{"audio-0": "His"}))
        page = text(answer)
        assert answer.status_code == 422
        assert "His" in page
        assert "Said: His" in page, "mine beside hers"
        assert "Hers" in page
        assert 'name="version" value="2"' in page
        browser.post(url("script_save", made), form(made, version=2, **{"audio-0": "His"}))
        assert selectors.shown(made.bob_actor, made.script.pk).content.segments[0].audio == "His"

    def test_warnings(self, browser, made):
        browser.post(url("script_save", made), form(made, **{"audio-1": "word " * 60}))
        page = text(browser.get(url("script_detail", made)))
        assert "Check this before filming" in page
        assert "too many" in page

    def test_query_budget(self, browser, made, django_assert_max_num_queries):
        with django_assert_max_num_queries(14):
            browser.get(url("script_detail", made))


class TestVersions:
    def test_former_version_restore_export(self, browser, made):
        services.edit(actor=made.bob_actor, document_id=made.script.pk, version=1, changes={"music": "Drums"})
        old = text(browser.get(url("script_detail", made), {"version": 1}))
        assert "You are looking at version 1 of 2" in old
        assert "data-script-row" not in old
        browser.post(url("script_restore", made, 1))
        assert ScriptVersion.objects.count() == 3
        assert browser.get(url("script_export", made, "docx"), {"version": 2}).content[:2] == b"PK"
        assert browser.get(url("script_export", made, "odt")).status_code == 400

    def test_strangers_get_404(self, made):
        client = made.browsers.charlie
        for name, more in (("script_detail", ()), ("script_export", ("md",))):
            assert client.get(url(name, made, *more)).status_code == 404
        for name, more in (
            ("script_save", ()),
            ("script_restore", (1,)),
            ("script_delete", ()),
            ("script_retry", ()),
            ("script_undo", ()),
        ):
            assert client.post(url(name, made, *more), {"version": 1, "rows": 1}).status_code == 404
        assert ScriptVersion.objects.count() == 1


class TestWaiting:
    def test_generating_failed_and_tried_again(self, measured, env, vendor):
        env(OPENAI_API_KEY="k", OPENAI_BASE_URL=vendor.url)
        client = measured.browsers.bob
        vendor.replies = [{"text": None, "refusal": "no"}]
        body = {"concept": "x", "platform": "tiktok", "duration": 20, "variations": 1}
        page = text(client.post(reverse("script_new"), body, follow=True))
        assert "The script is being written" in page
        drain()
        script = Script.objects.get()
        assert "could not be written" in text(client.get(reverse("script_detail", args=[script.pk])))
        assert client.post(reverse("script_save", args=[script.pk])).status_code == 404
        answer = client.post(reverse("script_retry", args=[script.pk]), headers=HTMX)
        assert "The script is being written" in text(answer)

    def test_when_it_is_ready_the_whole_page_is_loaded_again(self, browser, made):
        ready = browser.get(url("script_detail", made), {"waiting": 1}, headers=HTMX)
        assert ready["HX-Refresh"] == "true"
