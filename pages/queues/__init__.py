"""Queues: the weekly times of each account, what waits in them, and days without posts."""

from django.urls import path

from pages.queues import actions, views

_ONE = "schedule/queues/<uuid:account_id>/"

urlpatterns = [
    path("schedule/queues/", views.index, name="schedule_queues"),
    path("schedule/queues/_next/", views.next_free, name="schedule_queues_next"),
    path("schedule/queues/days/", actions.black_out, name="schedule_blackout_new"),
    path("schedule/queues/days/<uuid:blackout_id>/delete/", actions.lift, name="schedule_blackout_delete"),
    path(_ONE, views.queue, name="schedule_queue"),
    path(f"{_ONE}place/", actions.place, name="schedule_queue_place"),
    path(f"{_ONE}remove/", actions.remove, name="schedule_queue_remove"),
    path(f"{_ONE}shuffle/", actions.shuffle, name="schedule_queue_shuffle"),
    path(f"{_ONE}pause/", actions.pause, name="schedule_queue_pause"),
    path(f"{_ONE}resume/", actions.resume, name="schedule_queue_resume"),
    path(f"{_ONE}rearrange/", actions.rearrange, name="schedule_queue_rearrange"),
]
