"""The pages of recurring posts: repeat a post, look at the rule, change it, stop it."""

from typing import Any

from django.test import Client
from django.urls import reverse

from publishing.models import RecurringPost
from tests.publishing.conftest import PARIS

FORM = {
    "rhythm": "weekdays", "weekdays": ["0", "3"], "at": "18:00", "zone": PARIS, "starts_on": "2026-01-05",
    "ends_on": "2026-02-28", "text_1": "One", "text_2": "Two", "text_3": "", "every": "", "month_day": "", "count": "",
}  # fmt: skip


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_from_a_post_to_a_rule_that_is_changed_and_stopped(world: Any) -> None:
    post, browser = world.draft("Source"), world.browser
    assert "Nothing is repeated yet" in text_of(browser.get(reverse("recurring_posts")))
    address = reverse("post_repeat", args=[post.pk])
    assert "Texts, taken in turn" in text_of(browser.get(address))
    body = {**FORM, "key": str(post.pk)}
    answer = browser.post(address, body, follow=True)
    assert "Every Monday and Thursday at 18:00 (Europe/Paris), until 28 February 2026." in text_of(answer)
    browser.post(address, body)
    rule = RecurringPost.objects.get()
    assert rule.texts == ["One", "Two"]
    edit = reverse("recurring_post_edit", args=[rule.pk])
    assert 'value="18:00"' in text_of(browser.get(edit))
    changed = {**FORM, "at": "20:00", "version": "1"}
    assert "at 20:00" in text_of(browser.post(edit, changed, follow=True))
    stale = browser.post(edit, {**changed, "at": "21:00"})
    assert stale.status_code == 422
    assert "Somebody else changed this meanwhile" in text_of(stale)
    stopped = browser.post(reverse("recurring_post_stop", args=[rule.pk]), follow=True)
    assert "Nothing more of it goes out" in text_of(stopped)
    assert "Stopped" in text_of(browser.get(reverse("recurring_posts")))


def test_what_is_wrong_is_said_at_its_field(world: Any) -> None:
    post = world.draft("Source")
    answer = world.browser.post(reverse("post_repeat", args=[post.pk]), {**FORM, "weekdays": []})
    assert answer.status_code == 422
    assert "Choose at least one day of the week." in text_of(answer)
    assert not RecurringPost.objects.exists()


def test_a_viewer_makes_no_rule_and_a_stranger_finds_none(world: Any, in_workspace: Any) -> None:
    post = world.draft("Source")
    viewer: Client = in_workspace.browsers.victor
    stranger: Client = in_workspace.browsers.charlie
    assert viewer.post(reverse("post_repeat", args=[post.pk]), FORM).status_code == 403
    assert stranger.get(reverse("post_repeat", args=[post.pk])).status_code == 404
    assert not RecurringPost.objects.exists()
