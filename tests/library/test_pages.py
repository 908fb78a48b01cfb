"""The library's pages, through the doors that people use."""

from typing import Any

import pytest
from django.urls import reverse

from library.content import content_of
from library.models import HashtagGroup, PostTag, Signature, Template
from library.services import drafts, hashtag_groups, signatures, templates
from library.services.signatures import SignatureContent
from publishing.models import Post
from publishing.services.posts import Content
from scripts_app import services as scripts
from tests.analytics.conftest import make_account
from tests.factories import make_media
from tests.library.conftest import make_template

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def browser(cast: Any) -> Any:
    return cast.browsers.alice


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def make_draft(cast: Any, words: str = "An idea", **more: Any) -> Post:
    content = Content(words, [], more.pop("targets", []), more.pop("campaign", ""))
    return drafts.create(actor=cast.alice_actor, content=content, names=more.pop("tags", []))


class TestLists:
    def test_an_empty_library_teaches_how_it_is_filled(self, browser: Any) -> None:
        assert "No draft yet" in text(browser.get("/library/"))
        page = text(browser.get("/library/?type=template"))
        assert "No template yet" in page
        assert "{{hook}}" in page

    def test_a_template_is_listed_with_what_it_asks_for(self, browser: Any, template: Template) -> None:
        page = text(browser.get("/library/?type=template"))
        assert reverse("library_template", args=[template.pk]) in page
        assert "hook, cta" in page
        assert "launch" in page

    def test_filters_narrow_the_fragment(self, browser: Any, cast: Any) -> None:
        make_draft(cast, "Herbs", tags=["garden"])
        make_draft(cast, "Bread")
        page = text(browser.get("/library/", {"q": "herb"}, headers=HTMX))
        assert "Herbs" in page
        assert "Bread" not in page
        assert "<html" not in page
        tag = PostTag.objects.get().tag_id
        assert "Bread" not in text(browser.get("/library/", {"tag": tag}))
        assert "No draft fits these filters" in text(browser.get("/library/", {"q": "zz"}))

    @pytest.mark.parametrize("query", ["tag=x", "account=%00", "type=zz", "page=%C2%B2", "sort=name", "platform=zz"])
    def test_an_odd_address_shows_the_list(self, browser: Any, query: str) -> None:
        assert browser.get(f"/library/?{query}").status_code == 200

    def test_chosen_rows_are_deleted_and_come_back(self, browser: Any, cast: Any) -> None:
        rows = [make_draft(cast, f"Draft {number}") for number in range(3)]
        chosen = {"type": "draft", "do": "delete", "item": [str(row.pk) for row in rows[:2]]}
        page = text(browser.post("/library/bulk/", chosen, follow=True))
        assert "2 drafts deleted." in page
        assert Post.objects.filter(deleted_at=None).count() == 1
        page = text(browser.post("/library/undo/", {"type": "draft", "item": chosen["item"]}, follow=True))
        assert "2 drafts back in the library." in page
        assert Post.objects.filter(deleted_at=None, state="draft").count() == 3

    def test_chosen_templates_are_tagged_deleted_and_come_back(self, browser: Any, cast: Any) -> None:
        rows = [make_template(cast, name=f"T{number}") for number in range(2)]
        items = [str(row.pk) for row in rows]
        browser.post("/library/bulk/", {"type": "template", "do": "tag", "tag": "new, old", "item": items})
        assert {tuple(content_of(row).tags) for row in Template.objects.all()} == {("launch", "new", "old")}
        browser.post("/library/bulk/", {"type": "template", "do": "delete", "item": items})
        assert not Template.objects.filter(deleted_at=None).exists()
        browser.post("/library/undo/", {"type": "template", "item": items})
        assert Template.objects.filter(deleted_at=None).count() == 2

    def test_what_could_not_be_done_is_said_and_stops_nothing_else(self, browser: Any, cast: Any) -> None:
        gone, there = make_draft(cast, "Gone"), make_draft(cast, "There")
        Post.objects.filter(pk=gone.pk).update(state="scheduled")
        chosen = {"type": "draft", "do": "delete", "item": [str(gone.pk), str(there.pk)]}
        page = text(browser.post("/library/bulk/", chosen, follow=True))
        assert "This post is no draft any more." in page
        assert "1 draft deleted." in page

    def test_tags_of_a_draft_are_changed_in_its_line(self, browser: Any, cast: Any) -> None:
        row = make_draft(cast, tags=["old"])
        browser.post(reverse("library_draft_tags", args=[row.pk]), {"tags": "new, #Newer"})
        assert sorted(each.tag.name for each in PostTag.objects.all()) == ["Newer", "new"]

    def test_a_copy_opens(self, browser: Any, cast: Any, template: Template) -> None:
        row = make_draft(cast)
        away = browser.post(reverse("library_duplicate", args=[row.pk]))
        assert away.url.startswith("/compose/")
        away = browser.post(reverse("library_duplicate", args=[template.pk]))
        assert Template.objects.filter(name="Monday tip (copy)").exists()
        assert away.url.endswith("/edit/")

    def test_a_viewer_reads_and_is_offered_nothing(self, cast: Any, template: Template) -> None:
        make_draft(cast)
        for address in ("/library/", "/library/?type=template", reverse("library_template", args=[template.pk])):
            page = text(cast.browsers.victor.get(address))
            assert "library_bulk" not in page
            assert "Make a draft" not in page
            assert 'type="checkbox"' not in page


class TestTemplates:
    def form(self, **fields: Any) -> dict[str, Any]:
        return {"name": "Tip", "text": "{{hook}} 👋", "tags": "a, b", "notes": "", **fields}

    def test_a_template_is_written_with_a_platforms_own_part(self, browser: Any) -> None:
        assert "New template" in text(browser.get("/library/new/"))
        part = {"youtube-use": "on", "youtube-text": "Long {{hook}}", "youtube-title": "{{hook}}!"}
        part |= {"youtube-privacy_status": "public"}
        away = browser.post("/library/new/", self.form(**part))
        row = Template.objects.get()
        assert away.url == reverse("library_template", args=[row.pk])
        said = content_of(row)
        assert (said.text, list(said.tags), list(said.platforms)) == ("{{hook}} 👋", ["a", "b"], ["youtube"])
        assert said.platforms["youtube"].text == "Long {{hook}}"
        assert said.platforms["youtube"].title == "{{hook}}!"
        assert said.platforms["youtube"].options["privacy_status"] == "public"

    def test_mistakes_stand_at_their_fields(self, browser: Any) -> None:
        part = {"tiktok-use": "on", "tiktok-text": "{{a b}}"}
        answer = browser.post("/library/new/", self.form(text="Hi {{hook", **part))
        page = text(answer)
        assert answer.status_code == 422
        assert "at character 4 is not closed" in page
        assert "is no variable" in page
        assert "1 thing to fix in the platforms you chose." in page
        assert not Template.objects.exists()

    def test_a_stale_save_shows_both_and_the_next_press_replaces(
        self, browser: Any, cast: Any, template: Template
    ) -> None:
        address = reverse("library_template_edit", args=[template.pk])
        changes = {"text": "Bob's"}
        templates.update(actor=cast.bob_actor, template_id=template.pk, version=1, changes=changes)
        mine = self.form(name="Monday tip", text="Mine", version="1", tags="launch")
        answer = browser.post(address, mine)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Bob&#x27;s" in page
        assert 'name="version" value="2"' in page
        assert browser.post(address, {**mine, "version": "2"}).status_code == 302
        template.refresh_from_db()
        assert template.text == "Mine"

    def test_values_make_a_draft_that_opens_in_the_composer(self, browser: Any, cast: Any, template: Template) -> None:
        make_account(cast, "tiktok")
        address = reverse("library_template_use", args=[template.pk])
        page = text(browser.get(reverse("library_template", args=[template.pk])))
        assert "Still asked for: hook." in page
        away = browser.post(address, {"v-0": "Stop\r\nscrolling", "v-1": "", "campaign": "May"}, follow=True)
        post = Post.objects.get()
        assert away.redirect_chain[0][0] == reverse("compose_post", args=[post.pk])
        assert (post.text, post.campaign) == ("Stop\nscrolling\n\nFollow for more", "May")
        assert "No X account is connected" in text(away)

    def test_a_missing_value_is_asked_for_at_its_field(self, browser: Any, template: Template) -> None:
        answer = browser.post(reverse("library_template_use", args=[template.pk]), {"v-1": "x"})
        assert answer.status_code == 422
        assert "This field is required" in text(answer)
        assert not Post.objects.exists()

    def test_the_preview_counts_as_each_platform_does(self, browser: Any, template: Template) -> None:
        address = reverse("library_template_preview", args=[template.pk])
        page = text(browser.post(address, {"v-0": "https://example.com/" + "a" * 300}, headers=HTMX))
        assert "23 of 280" in page
        page = text(browser.post(address, {"v-0": "word " * 60}, headers=HTMX))
        assert "too many" in page

    def test_a_signature_of_all_accounts_is_chosen_beforehand_where_it_is_the_default(
        self, browser: Any, cast: Any, template: Template
    ) -> None:
        signatures.create(actor=cast.alice_actor, content=SignatureContent("Us", "Yours, Lumen", is_default=True))
        hashtag_groups.create(actor=cast.alice_actor, name="Herbs", tags=["herbs"])
        page = browser.get(reverse("library_template", args=[template.pk])).content.decode()
        row = Signature.objects.get()
        assert f'<option value="{row.pk}" selected>' in page
        group = HashtagGroup.objects.get()
        form = {"v-0": "Hi", "signature": str(row.pk), "groups": [str(group.pk)]}
        browser.post(reverse("library_template_use", args=[template.pk]), form)
        assert Post.objects.get().text == "Hi\n\nFollow for more\n\nYours, Lumen\n\n#herbs"


class TestSaving:
    def test_a_post_is_saved_from_its_page_and_from_the_list(self, browser: Any, cast: Any) -> None:
        row = make_draft(cast, "Use {{this}}")
        for address in (reverse("post_detail", args=[row.pk]), reverse("posts"), "/library/"):
            assert reverse("library_save") in browser.get(address).content.decode(), address
        away = browser.post(reverse("library_save"), {"post": str(row.pk)})
        saved = Template.objects.get()
        assert away.url == reverse("library_template_edit", args=[saved.pk])
        assert (saved.text, saved.name) == ("Use \\{{this}}", "Use {{this}}")

    def test_a_script_gives_its_opening_and_its_call(self, browser: Any, cast: Any) -> None:
        made = scripts.generate(actor=cast.alice_actor, concept="Five tips", platform="tiktok", duration=12.0)
        script = made.scripts[0]
        page = browser.get(reverse("script_detail", args=[script.pk])).content.decode()
        assert reverse("library_save") in page
        browser.post(reverse("library_save"), {"script": str(script.pk)})
        saved = Template.objects.get()
        assert (saved.source_type, saved.source_id, list(saved.platforms)) == ("script", script.pk, ["tiktok"])
        assert saved.text
        assert "[" not in saved.text

    def test_the_composers_words_are_saved_and_the_post_is_left_alone(self, browser: Any, cast: Any) -> None:
        account = make_account(cast, "tiktok")
        own = f"a{account.pk.hex}"
        form = {"text": "Hello {{x}}", f"{own}-use": "on", f"{own}-text": "Own", f"{own}-privacy_level": ""}
        answer = browser.post(reverse("library_save_composer"), form, headers=HTMX)
        assert "Saved as the template" in text(answer)
        saved = Template.objects.get()
        assert (saved.text, saved.platforms["tiktok"]["text"]) == ("Hello \\{{x}}", "Own")
        assert not Post.objects.exists()

    def test_an_empty_composer_is_told_what_a_template_needs(self, browser: Any, cast: Any) -> None:
        answer = browser.post(reverse("library_save_composer"), {"text": ""}, headers=HTMX)
        assert answer.status_code == 400
        assert not Template.objects.exists()


class TestSnippets:
    def test_a_group_is_made_changed_and_deleted(self, browser: Any) -> None:
        assert "No hashtag group yet" in text(browser.get("/library/hashtags/"))
        browser.post("/library/hashtags/", {"name": "Herbs", "hashtags": "#herbs, basil\n#Herbs　#植物"})
        row = HashtagGroup.objects.get()
        assert row.hashtags == ["herbs", "basil", "植物"]
        address = reverse("library_hashtag_group", args=[row.pk])
        browser.post(address, {"name": "Herbs", "hashtags": "mint", "version": "1"})
        row.refresh_from_db()
        assert row.hashtags == ["mint"]
        answer = browser.post(address, {"name": "Herbs", "hashtags": "late", "version": "1"})
        assert answer.status_code == 422
        assert "#mint" in text(answer)
        browser.post(reverse("library_hashtag_group_delete", args=[row.pk]))
        assert not HashtagGroup.objects.exists()

    def test_too_many_hashtags_for_a_platform_are_told(self, browser: Any, cast: Any) -> None:
        hashtag_groups.create(actor=cast.alice_actor, name="Many", tags=[f"tag{number}x" for number in range(31)])
        assert "Instagram takes 30 hashtags at most; these are 31." in text(browser.get("/library/hashtags/"))

    def test_a_wrong_hashtag_is_named_at_the_field(self, browser: Any) -> None:
        answer = browser.post("/library/hashtags/", {"name": "x", "hashtags": "fine 2024"})
        assert answer.status_code == 422
        assert "“2024” is only a number" in text(answer)

    def test_a_signature_is_made_for_an_account(self, browser: Any, cast: Any) -> None:
        account = make_account(cast, "tiktok")
        form = {"name": "Us", "text": "Yours", "place": str(account.pk), "is_default": "on"}
        browser.post("/library/signatures/", form)
        row = Signature.objects.get()
        assert (row.account_id, row.platform, row.is_default) == (account.pk, "tiktok", True)
        page = text(browser.get(reverse("library_signature", args=[row.pk])))
        assert "Edit signature" in page
        browser.post(reverse("library_signature_delete", args=[row.pk]))
        assert not Signature.objects.exists()


class TestComposer:
    def test_the_default_signature_stands_in_a_new_post_and_in_no_other(self, browser: Any, cast: Any) -> None:
        make_account(cast, "tiktok")
        row = make_draft(cast, "Mine")
        assert "Yours, Lumen" not in browser.get(reverse("compose")).content.decode()
        signatures.create(actor=cast.alice_actor, content=SignatureContent("Us", "Yours, Lumen", is_default=True))
        assert "Yours, Lumen" in browser.get(reverse("compose")).content.decode()
        given = browser.get(f"{reverse('compose')}?text=Given").content.decode()
        assert "Given\n\nYours, Lumen" in given
        assert "Yours, Lumen" not in browser.get(reverse("compose_post", args=[row.pk])).content.decode()

    def test_what_can_be_inserted_carries_its_text(self, browser: Any, cast: Any) -> None:
        assert "hashtag groups" in text(browser.get("/library/_insert/"))
        hashtag_groups.create(actor=cast.alice_actor, name="Herbs", tags=["herbs", "basil"])
        content = SignatureContent("X", "One\nTwo", platform="twitter")
        signatures.create(actor=cast.alice_actor, content=content)
        page = browser.get("/library/_insert/").content.decode()
        assert 'value="#herbs #basil"' in page
        assert "Herbs (2 hashtags)" in page
        assert 'value="One\nTwo"' in page
        assert "X, for X" in page

    def test_a_file_of_a_template_is_not_deleted(self, browser: Any, cast: Any) -> None:
        file = make_media(cast.workspace, "image", data=b"x", content_type="image/png", original_name="a.png")
        row = make_template(cast, media_ids=[file.pk])
        answer = cast.clients.alice.delete(f"/api/v1/media/{file.pk}")
        assert answer.status_code == 409
        assert "is part of the template “Monday tip”" in answer.json()["message"]
        templates.delete(actor=cast.alice_actor, template_id=row.pk)
        assert cast.clients.alice.delete(f"/api/v1/media/{file.pk}").status_code == 204
        back = templates.restore(actor=cast.alice_actor, template_id=row.pk)
        assert content_of(back).media_ids == []
