"""Deliveries: retried, receipted, replayed, given up; and what a bad receiver can do to them."""

import threading
import time
from datetime import timedelta
from typing import Any

import pytest

from core import clock, http
from core.errors import Conflict, ValidationFailed
from jobs import claims
from jobs import services as jobs
from jobs.models import Job
from jobs.testing import drain
from notifications.models import Notice
from webhooks import calls, schedule
from webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent
from webhooks.services import deliveries, endpoints, event_recording, sending

THREE_DAYS = timedelta(days=4)


@pytest.fixture
def test_event(in_workspace):
    """Orders a test event for an endpoint, and runs nothing."""
    return lambda row: endpoints.test(actor=in_workspace.alice_actor, endpoint_id=row.pk)


def outcomes(delivery: WebhookDelivery) -> list[str]:
    return list(delivery.attempts.order_by("id").values_list("outcome", flat=True))


class TestReceipts:
    def test_a_delivery_is_told_with_time_status_and_answer(self, make_endpoint, receiver, test_event):
        receiver.will(201, "Ünïcode 🌱 <b>".encode() + b"\x00")
        delivery = test_event(make_endpoint())
        drain()
        delivery.refresh_from_db()
        (attempt,) = delivery.attempts.all()
        assert (delivery.state, delivery.http_status, delivery.next_at) == ("delivered", 201, None)
        assert (attempt.outcome, attempt.http_status, attempt.answer) == ("delivered", 201, "Ünïcode 🌱 <b>")
        assert attempt.completed_at is not None
        assert attempt.headers["webhook-id"] == receiver.ids[0] == delivery.event.message_id

    def test_of_a_long_answer_the_first_kilobyte_is_kept(self, make_endpoint, receiver, test_event):
        receiver.will(200, b"x" * 500_000)
        delivery = test_event(make_endpoint())
        drain()
        assert delivery.attempts.get().answer == "x" * calls.KEPT_BYTES

    def test_a_redirect_is_not_followed(self, make_endpoint, receiver, test_event):
        receiver.will(302, Location=f"{receiver.url}/elsewhere")
        delivery = test_event(make_endpoint())
        drain()
        delivery.refresh_from_db()
        assert [got.path for got in receiver.got] == ["/hook"]
        assert delivery.state == "pending"
        assert "Redirects are not followed" in delivery.error

    def test_no_transaction_is_open_while_a_receiver_is_asked(self, make_endpoint, receiver, test_event, monkeypatch):
        """The receipt is there before the call, without its end."""
        seen: list[tuple[str, str]] = []
        real = calls.post

        def post(*args: Any) -> Any:
            seen.extend(WebhookAttempt.objects.values_list("outcome", "url"))
            return real(*args)

        monkeypatch.setattr(calls, "post", post)
        test_event(make_endpoint())
        drain()
        assert seen == [("", f"{receiver.url}/hook")]


class TestRetries:
    def test_the_waits_are_those_of_the_schedule_and_a_little_more(self, make_endpoint, receiver, test_event, frozen):
        receiver.will(500, times=20)
        delivery = test_event(make_endpoint())
        drain(advance=True, until=clock.now() + THREE_DAYS)
        delivery.refresh_from_db()
        assert len(receiver.got) == len(schedule.WAITS) + 1
        assert len(set(receiver.ids)) == 1
        assert (delivery.state, delivery.tries) == ("failed", len(schedule.WAITS) + 1)
        started = list(delivery.attempts.order_by("id").values_list("started_at", flat=True))
        for wait, before, after in zip(schedule.WAITS, started, started[1:], strict=False):
            assert wait <= after - before <= wait * (1 + schedule.JITTER) + timedelta(milliseconds=1)
        assert timedelta(days=3) < sum(schedule.WAITS, timedelta()) < timedelta(days=3, hours=12)

    def test_a_receiver_that_comes_back_gets_it(self, make_endpoint, receiver, test_event, frozen):
        receiver.will(503, times=3)
        row = make_endpoint()
        delivery = test_event(row)
        drain(advance=True)
        delivery.refresh_from_db()
        row.refresh_from_db()
        assert outcomes(delivery) == ["refused", "refused", "refused", "delivered"]
        assert (delivery.state, row.failing_since) == ("delivered", None)

    def test_waiting_holds_no_worker(self, make_endpoint, receiver, test_event, frozen):
        receiver.will(500)
        test_event(make_endpoint())
        drain()
        job = Job.objects.get(kind=event_recording.DELIVER)
        assert (job.status, job.run_at > clock.now()) == ("waiting", True)

    def test_a_new_event_does_not_wait_behind_one_that_failed(self, make_endpoint, receiver, test_event, frozen):
        receiver.will(500)
        row = make_endpoint()
        first = test_event(row)
        drain()
        second = test_event(row)
        drain()
        for delivery in (first, second):
            delivery.refresh_from_db()
        assert (first.state, second.state) == ("pending", "delivered")


class TestKilled:
    class PowerCut(BaseException):
        """What no handler may catch."""

    @pytest.mark.parametrize("moment", ["before the call", "after the call"])
    def test_it_is_sent_again_with_the_same_id(self, make_endpoint, receiver, test_event, monkeypatch, frozen, moment):
        delivery = test_event(make_endpoint())
        real = calls.post

        def killed(*args: Any) -> Any:
            if moment == "after the call":
                real(*args)
            raise self.PowerCut

        with monkeypatch.context() as patch:
            patch.setattr(calls, "post", killed)
            with pytest.raises(self.PowerCut):
                drain()
        assert outcomes(delivery) == [""]
        clock.advance(timedelta(seconds=120))
        claims.requeue_expired()
        drain()
        delivery.refresh_from_db()
        assert outcomes(delivery) == ["interrupted", "delivered"]
        assert (delivery.state, delivery.tries) == ("delivered", 0)
        assert len(receiver.got) == (2 if moment == "after the call" else 1)
        assert len(set(receiver.ids)) == 1

    def test_a_job_that_was_given_up_or_cancelled_leaves_nothing_stuck(
        self, make_endpoint, test_event, in_workspace, frozen
    ):
        delivery = test_event(make_endpoint())
        job = Job.objects.get(kind=event_recording.DELIVER)
        jobs.cancel(actor=in_workspace.bob_actor, job_id=job.pk)
        assert drain() == []
        drain(advance=True)
        delivery.refresh_from_db()
        assert delivery.state == "delivered"


class TestGivingUp:
    def test_an_endpoint_that_is_gone_is_switched_off_and_admins_are_told(
        self, make_endpoint, receiver, test_event, in_workspace
    ):
        receiver.will(410)
        row = make_endpoint()
        delivery, other = test_event(row), test_event(row)
        drain()
        row.refresh_from_db()
        assert (row.state, row.problem) == ("disabled", "It answered that it is gone for good (410).")
        for each in (delivery, other):
            each.refresh_from_db()
            assert each.state == "failed"
        assert len(receiver.got) == 1
        (notice,) = Notice.objects.all()
        assert notice.recipient == in_workspace.alice
        assert (notice.title, notice.link) == (f"A webhook was switched off: {row}", f"/settings/webhooks/{row.pk}/")

    def test_after_five_days_without_success_it_is_switched_off(self, make_endpoint, receiver, test_event, frozen):
        receiver.will(500, times=100)
        row = make_endpoint()
        for day in range(6):
            row.refresh_from_db()
            assert row.state == "active", f"day {day}"
            test_event(row)
            drain()
            if day < 5:
                clock.advance(timedelta(days=1))
        row.refresh_from_db()
        assert row.state == "disabled"
        assert "took nothing for 5 days" in row.problem

    def test_two_failures_far_apart_are_no_row(self, make_endpoint, receiver, test_event, frozen):
        receiver.will(500, times=100)
        row = make_endpoint()
        test_event(row)
        drain()
        WebhookDelivery.objects.all().delete()
        clock.advance(timedelta(days=21))
        test_event(row)
        drain()
        row.refresh_from_db()
        assert (row.state, row.failing_since) == ("active", clock.now())

    def test_one_success_ends_the_row(self, make_endpoint, receiver, test_event, frozen):
        receiver.will(500)
        row = make_endpoint()
        test_event(row)
        drain()
        row.refresh_from_db()
        assert row.failing_since == clock.now()
        test_event(row)
        drain()
        row.refresh_from_db()
        assert row.failing_since is None


class TestBadReceivers:
    def test_one_that_drips_headers_is_left_after_the_whole_time(
        self, make_endpoint, receiver, test_event, monkeypatch
    ):
        monkeypatch.setattr(calls, "TIMEOUT_S", 0.6)
        never = threading.Event()

        def drip(handler: Any) -> None:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
            for n in range(600):
                try:
                    handler.wfile.write(f"X-{n}: slow\r\n".encode())
                    handler.wfile.flush()
                except OSError:
                    return
                never.wait(0.05)

        receiver.behave = drip
        delivery = test_event(make_endpoint())
        began = time.monotonic()
        drain()
        assert time.monotonic() - began < 5
        delivery.refresh_from_db()
        assert (delivery.state, delivery.error) == ("pending", "It did not answer within 0.6 seconds.")

    def test_one_that_never_answers_rests_before_the_next_message(
        self, make_endpoint, receiver, test_event, monkeypatch, frozen
    ):
        monkeypatch.setattr(calls, "post", lambda *args: calls.Answer("no_answer", 10_000, error="Silence."))
        row = make_endpoint()
        first, second = test_event(row), test_event(row)
        drain()
        assert (first.attempts.count(), second.attempts.count()) == (1, 0)
        job = Job.objects.get(kind=event_recording.DELIVER)
        assert job.run_at == clock.now() + timedelta(seconds=5)

    def test_of_many_slow_ones_no_more_are_waited_for_than_a_process_spares(
        self, make_endpoint, receiver, test_event, frozen
    ):
        row = make_endpoint()
        test_event(row)
        held = [sending._lines.acquire(blocking=False) for _ in range(sending.AT_ONCE)]
        assert all(held)
        try:
            drain()
            assert receiver.got == []
        finally:
            for _ in held:
                sending._lines.release()
        drain(advance=True)
        assert len(receiver.got) == 1

    def test_a_name_that_leads_inside_later_is_refused_when_it_is_sent(
        self, make_endpoint, receiver, test_event, settings, monkeypatch
    ):
        """DNS rebinding: public when it was entered, an address of ours when it is called."""
        row = make_endpoint()
        settings.WEBHOOK_TRUSTED_URLS = []
        delivery = test_event(row)
        drain()
        delivery.refresh_from_db()
        assert receiver.got == []
        assert outcomes(delivery) == ["not_sent"]
        assert "not a public internet address" in delivery.error

    def test_a_service_that_the_product_itself_trusts_is_no_receiver(
        self, make_endpoint, receiver, test_event, settings
    ):
        row = make_endpoint()
        settings.WEBHOOK_TRUSTED_URLS, settings.TRUSTED_OUTSIDE_URLS = [], [receiver.url]
        test_event(row)
        drain()
        assert receiver.got == []


class TestReplay:
    def test_a_delivered_message_goes_out_again_with_its_id(self, make_endpoint, receiver, test_event, in_workspace):
        delivery = test_event(make_endpoint())
        drain()
        deliveries.replay(actor=in_workspace.alice_actor, delivery_id=delivery.pk)
        drain()
        delivery.refresh_from_db()
        assert (delivery.state, outcomes(delivery)) == ("delivered", ["delivered", "delivered"])
        assert len(receiver.got) == 2
        assert len(set(receiver.ids)) == 1
        assert receiver.got[0].body == receiver.got[1].body

    def test_all_that_failed_since_a_moment(self, make_endpoint, receiver, test_event, in_workspace, frozen):
        row = make_endpoint()
        old, new = test_event(row), test_event(row)
        drain()
        WebhookDelivery.objects.update(state="failed", next_at=None)
        WebhookDelivery.objects.filter(pk=old.pk).update(created_at=clock.now() - timedelta(days=3))
        WebhookDelivery.objects.filter(pk=new.pk).update(created_at=clock.now())
        receiver.got.clear()
        since = clock.now() - timedelta(days=1)
        assert deliveries.replay_failed(actor=in_workspace.alice_actor, endpoint_id=row.pk, since=since) == 1
        drain()
        assert receiver.ids == [new.event.message_id]
        assert deliveries.replay_failed(actor=in_workspace.alice_actor, endpoint_id=row.pk) == 1

    def test_nothing_is_replayed_to_an_endpoint_that_is_switched_off(self, make_endpoint, test_event, in_workspace):
        row = make_endpoint()
        delivery = test_event(row)
        drain()
        WebhookEndpoint.objects.filter(pk=row.pk).update(state="disabled")
        with pytest.raises(Conflict, match="Resume it first"):
            deliveries.replay(actor=in_workspace.alice_actor, delivery_id=delivery.pk)
        delivery.refresh_from_db()
        assert delivery.state == "delivered"


class TestKeeping:
    def test_events_older_than_thirty_days_go_with_their_receipts(self, make_endpoint, test_event, frozen):
        row = make_endpoint()
        old, new = test_event(row), test_event(row)
        drain()
        WebhookEvent.objects.filter(pk=old.event_id).update(created_at=clock.now() - timedelta(days=30, seconds=1))
        WebhookEvent.objects.filter(pk=new.event_id).update(created_at=clock.now() - timedelta(days=29))
        assert deliveries.clean_up() == 1
        assert list(WebhookDelivery.objects.all()) == [new]
        assert WebhookAttempt.objects.count() == 1


class TestAddresses:
    @pytest.mark.parametrize(
        "url",
        [
            "http://93.184.216.34/hook", "https://127.0.0.1/hook", "https://localhost/hook", "https://10.1.2.3/",
            "https://[::1]/", "https://169.254.169.254/latest", "https://me:pw@93.184.216.34/", "ftp://93.184.216.34/",
            "https://", "nonsense", "https://[bad",
        ],
    )  # fmt: skip
    def test_refused_when_it_is_entered(self, in_workspace, url):
        with pytest.raises(ValidationFailed) as refused:
            endpoints.create(actor=in_workspace.alice_actor, url=url)
        assert set(refused.value.fields) == {"url"}
        assert not WebhookEndpoint.objects.exists()

    def test_a_public_one_is_taken(self, in_workspace):
        row, _ = endpoints.create(actor=in_workspace.alice_actor, url=" https://93.184.216.34/hook ")
        assert row.url == "https://93.184.216.34/hook"

    def test_a_service_that_only_the_product_trusts_is_refused(self, in_workspace, settings):
        settings.TRUSTED_OUTSIDE_URLS = ["https://127.0.0.1:9000"]
        http.judge_url("https://127.0.0.1:9000/bucket")
        with pytest.raises(ValidationFailed):
            endpoints.create(actor=in_workspace.alice_actor, url="https://127.0.0.1:9000/bucket")
