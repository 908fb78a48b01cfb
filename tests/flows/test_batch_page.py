"""The page that makes a post of each of many videos, as people without scripts see it."""

import re
from html import unescape
from typing import Any

import pytest

from library.content import TemplateContent
from library.services import templates
from media.models import MediaFile
from publishing.models import Post, PostTarget
from tests import factories
from tests.publishing.conftest import portrait

NEW_YORK = "America/New_York"
CHOICES = {
    "choices-tiktok-send_to": "post", "choices-tiktok-privacy_level": "PUBLIC_TO_EVERYONE",
    "choices-youtube-privacy_status": "public", "choices-youtube-made_for_kids": "no",
}  # fmt: skip


@pytest.fixture
def files(world: Any, in_workspace: Any) -> list[MediaFile]:
    found = [portrait(in_workspace.workspace, padding=number + 1) for number in range(3)]
    for number, file in enumerate(found):
        factories.make_video(in_workspace.workspace, title=f"Variation {number}", media=file)
    return found


def form(world: Any, files: list[MediaFile], **more: Any) -> dict[str, Any]:
    return {
        "do": "plan",
        "media": [str(file.pk) for file in files],
        "media_order": ",".join(str(file.pk) for file in files),
        "accounts": [str(account.pk) for account in world.accounts],
        "kind": "days",
        "weekdays": list("0123456"),
        "times": "18:00",
        "starts_on": "2026-01-05",
        "timezone": NEW_YORK,
        "text": "{{title}}",
        **CHOICES,
        **more,
    }


def send(world: Any, fields: dict[str, Any], **more: Any) -> Any:
    return world.browser.post("/posts/bulk/", fields, **more)


def text_of(answer: Any) -> str:
    return " ".join(unescape(answer.content.decode()).split())


def table(page: str) -> dict[str, Any]:
    """The fields of the table's form, as a browser would send them."""
    page = page[page.index('id="table"') :]
    fields: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        got = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if got.get("type") in ("radio", "checkbox") and " checked" not in tag:
            continue
        if "name" in got and got["name"] not in ("csrfmiddlewaretoken", "_workspace"):
            fields.setdefault(got["name"], []).append(unescape(got.get("value", "")))
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL):
        fields[name] = [unescape(text)]
    return fields


def test_the_page_asks_what_the_platforms_ask_and_offers_the_videos(world: Any, files: list[MediaFile]) -> None:
    page = text_of(world.browser.get(f"/posts/bulk/?video={files[1].videos.get().pk}&video=x"))
    assert "Is this video made for kids?" in page
    assert re.search(rf'value="{files[1].pk}"[^>]* checked', page)
    assert not re.search(rf'value="{files[0].pk}"[^>]* checked', page)


def test_videos_are_planned_daily_changed_in_the_table_and_made_by_one_press(
    world: Any, files: list[MediaFile]
) -> None:
    answer = send(world, form(world, files, optimize="on"))
    page = text_of(answer)
    assert (answer.status_code, "Nothing stands in the way" in page, Post.objects.count()) == (200, True, 0)
    fields = table(answer.content.decode())
    assert [fields[f"row-{n}-wall"] for n in range(3)] == [[f"2026-01-0{5 + n}T18:00"] for n in range(3)]
    assert "#" in fields["row-0-own-tiktok"][0]
    fields |= {
        "row-1-text": "Changed",
        "row-1-own-tiktok": "",
        "row-1-own-youtube": "",
        "row-1-wall": "2026-01-20T07:30",
    }
    fields |= {"row-2-drop": "yes", "do": "all"}
    done = text_of(send(world, fields, follow=True))
    assert "2 posts planned." in done
    rows = PostTarget.objects.filter(post__text="Changed")
    assert set(rows.values_list("wall_time", "zone", "text")) == {("2026-01-20T07:30", NEW_YORK, None)}
    assert set(Post.objects.values_list("state", flat=True)) == {"scheduled"}
    # The same press again makes nothing more.
    send(world, fields)
    assert Post.objects.count() == 2


def test_what_stands_in_the_way_is_shown_and_the_rest_can_be_planned(world: Any, files: list[MediaFile]) -> None:
    fields = table(send(world, form(world, files)).content.decode())
    fields |= {"row-0-wall": "2025-01-01T10:00", "row-1-wall": "soon", "do": "all"}
    refused = send(world, fields)
    page = text_of(refused)
    assert (refused.status_code, Post.objects.count()) == (422, 0)
    assert "has passed" in page
    assert "Write the date and time as" in page
    assert "Plan only the 1 post that is right" in page
    done = text_of(send(world, {**fields, "do": "right"}, follow=True))
    assert ("1 post planned." in done, "Left out: rows 1, 2." in done) == (True, True)


def test_a_template_asks_for_its_values(world: Any, files: list[MediaFile]) -> None:
    row = templates.create(actor=world.actor, content=TemplateContent("Daily", "{{title}}: {{cta}}"))
    asked = send(world, form(world, files[:1], template=str(row.pk)))
    assert (asked.status_code, 'name="value-cta"' in asked.content.decode()) == (422, True)
    given = send(world, form(world, files[:1], template=str(row.pk), **{"value-cta": "Save it"}))
    assert table(given.content.decode())["row-0-text"] == ["Variation 0: Save it"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"media": []}, "Choose at least one video."),
        ({"accounts": []}, "Choose an account."),
        ({"times": "noonish"}, "“noonish” is no time of day."),
        ({"weekdays": []}, "Choose at least one day."),
        ({"kind": "hours", "every_hours": ""}, "Say how many hours."),
        ({"starts_on": "2027-12-31", "weekdays": ["0"], "media": "many"}, "fit into the next two years"),
        ({"template": "8d1f1e0a-0000-4000-8000-000000000000"}, "Select a valid choice"),
    ],
)
def test_an_odd_form_is_refused_at_its_field(
    world: Any, files: list[MediaFile], change: dict[str, Any], words: str
) -> None:
    if change.get("media") == "many":
        change = {key: value for key, value in change.items() if key != "media"}
    answer = send(world, form(world, files, **change))
    assert (answer.status_code, words in text_of(answer)) == (422, True), re.findall(
        r'role="alert".{300}', text_of(answer)
    )


def test_chosen_videos_lead_here_and_viewers_and_strangers_do_not(
    world: Any, files: list[MediaFile], in_workspace: Any
) -> None:
    key = files[0].videos.get().pk
    answer = world.browser.post("/videos/bulk/", {"video": str(key), "do": "plan"})
    assert answer["Location"] == f"/posts/bulk/?video={key}"
    assert in_workspace.browsers.victor.get("/posts/bulk/").status_code == 403
    page = in_workspace.browsers.charlie.get(f"/posts/bulk/?video={key}&media={files[0].pk}")
    assert str(files[0].pk) not in page.content.decode()
    sent = in_workspace.browsers.charlie.post("/posts/bulk/", form(world, files))
    assert (sent.status_code, Post.objects.count()) == (422, 0)
    fields = {"do": "all", "accounts": str(world.accounts[0].pk), "row-0-media": str(files[0].pk)}
    assert in_workspace.browsers.charlie.post("/posts/bulk/", fields).status_code == 404
    assert Post.objects.count() == 0
