"""The pages of queues: the week, what waits, and what is asked before it moves."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from core import clock
from publishing.models import BlackoutDay, PostTarget, Queue
from publishing.services import queued_posts, queues
from publishing.states import TargetState
from tests.publishing.conftest import PARIS

WEEK = [["09:00", "18:00"]] * 7


@pytest.fixture
def account(world: Any) -> Any:
    queues.set_week(actor=world.actor, account_id=world.accounts[0].pk, week=WEEK, zone=PARIS)
    return world.accounts[0]


def page(name: str, account: Any) -> str:
    return reverse(name, args=[account.pk])


def fill(world: Any, account: Any, names: str) -> list[PostTarget]:
    found = []
    for name in names:
        post = world.draft(f"Post {name}", only=account)
        queued_posts.add(actor=world.actor, post_id=post.pk)
        found.append(PostTarget.objects.get(post=post))
    return found


def order(account: Any) -> list[str]:
    rows = PostTarget.objects.filter(account=account, state="scheduled").order_by("due_at").select_related("post")
    return [row.post.text[-1] for row in rows]


def form(times: str = "10:00") -> dict[str, str]:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return {**dict.fromkeys(days, times), "timezone": PARIS, "version": str(Queue.objects.get().version)}


def test_all_queues_are_listed(world: Any, account: Any) -> None:
    fill(world, account, "A")
    text = world.browser.get(reverse("schedule_queues")).content.decode()
    assert "1 post waiting" in text
    assert "Next free time" in text
    assert "Choose times" in text


def test_the_first_times_are_saved_at_once(world: Any) -> None:
    youtube = world.accounts[1]
    sent = {"monday": "18:00, 9:30", "timezone": "Asia/Kathmandu"}
    answer = world.browser.post(page("schedule_queue", youtube), sent, follow=True)
    assert "The times are saved." in answer.content.decode()
    queue = Queue.objects.get(account=youtube)
    assert (queue.week[0], queue.zone) == (["09:30", "18:00"], "Asia/Kathmandu")


def test_an_odd_time_is_said_at_its_day(world: Any, account: Any) -> None:
    answer = world.browser.post(page("schedule_queue", account), {**form(), "friday": "noon"})
    assert answer.status_code == 422
    assert "“noon” is not a time like 18:00." in answer.content.decode()


def test_a_changed_week_asks_what_becomes_of_what_waits(world: Any, account: Any) -> None:
    fill(world, account, "AB")
    answer = world.browser.post(page("schedule_queue", account), form())
    assert "2 posts in the queue" in answer.content.decode()
    assert Queue.objects.get().week == WEEK
    seen = answer.context["seen"]
    world.browser.post(page("schedule_queue", account), {**form(), "move": "yes", "seen": seen})
    assert Queue.objects.get().week == [["10:00"]] * 7
    assert {row.wall_time[11:] for row in PostTarget.objects.filter(account=account)} == {"10:00"}


def test_or_keeps_their_times(world: Any, account: Any) -> None:
    [row] = fill(world, account, "A")
    world.browser.post(page("schedule_queue", account), {**form(), "move": "no"})
    assert Queue.objects.get().week == [["10:00"]] * 7
    assert PostTarget.objects.get(pk=row.pk).due_at == row.due_at


def test_posts_go_earlier_and_later_and_out(world: Any, account: Any) -> None:
    rows = fill(world, account, "ABC")
    lines = world.browser.get(page("schedule_queue", account)).context["lines"]
    assert [(line.earlier is None, line.later is None) for line in lines] == [
        (True, False), (False, False), (False, True),
    ]  # fmt: skip
    sent = {"target": rows[2].pk, "before": lines[2].earlier, "seen": lines[2].seen}
    world.browser.post(page("schedule_queue_place", account), sent)
    assert order(account) == list("ACB")
    answer = world.browser.post(page("schedule_queue_place", account), sent, follow=True)
    assert "changed in the meantime" in answer.content.decode()
    world.browser.post(page("schedule_queue_remove", account), {"post": rows[0].post_id})
    assert order(account) == list("CB")


def test_pausing_and_resuming(world: Any, account: Any) -> None:
    fill(world, account, "AB")
    world.browser.post(page("schedule_queue_pause", account))
    assert "This queue is paused." in world.browser.get(page("schedule_queue", account)).content.decode()
    answer = world.browser.post(page("schedule_queue_resume", account), {"in_order": "yes"}, follow=True)
    assert "The queue goes on. 0 posts got another time." in answer.content.decode()


def test_a_day_without_posts_is_added_and_lifted(world: Any, account: Any) -> None:
    [row] = fill(world, account, "A")
    sent = {"day": row.wall_time[:10], "note": "Fair", "account": account.pk}
    answer = world.browser.post(reverse("schedule_blackout_new"), sent, follow=True)
    assert "1 post stands on it already" in answer.content.decode()
    again = world.browser.post(reverse("schedule_blackout_new"), sent)
    assert again.status_code == 422
    answer = world.browser.post(page("schedule_queue_rearrange", account))
    assert "1 post in the queue" in answer.content.decode()
    world.browser.post(page("schedule_queue_rearrange", account), {"seen": answer.context["seen"]})
    assert PostTarget.objects.get(pk=row.pk).due_at > row.due_at
    world.browser.post(reverse("schedule_blackout_delete", args=[BlackoutDay.objects.get().pk]))
    assert not BlackoutDay.objects.exists()


def test_a_day_that_has_passed_is_refused_on_its_page(world: Any, account: Any) -> None:
    day = (clock.now() - timedelta(days=9)).date().isoformat()
    answer = world.browser.post(reverse("schedule_blackout_new"), {"day": day})
    assert answer.status_code == 422
    assert "has passed" in answer.content.decode()


def test_the_composer_adds_to_the_queue(world: Any, account: Any) -> None:
    [post] = [world.draft("From the composer", only=account)]
    key = f"a{account.pk.hex}"
    sent = {
        "version": "1", "text": "From the composer", "media": str(post.media.get().file_id), "action": "queue",
        "when": "later", "timezone": PARIS, f"{key}-use": "on", f"{key}-privacy_level": "PUBLIC_TO_EVERYONE",
    }  # fmt: skip
    answer = world.browser.post(reverse("compose_post", args=[post.pk]), sent, follow=True)
    assert PostTarget.objects.get(post=post).state == TargetState.SCHEDULED, answer.content.decode()
    assert "next free" in world.browser.get(reverse("schedule_queues_next")).content.decode()


def test_a_viewer_sees_and_changes_nothing(world: Any, account: Any, in_workspace: Any) -> None:
    victor = in_workspace.browsers.victor
    assert "Save times" not in victor.get(page("schedule_queue", account)).content.decode()
    assert victor.post(page("schedule_queue", account), form()).status_code == 403
    assert in_workspace.browsers.charlie.get(page("schedule_queue", account)).status_code == 404
