"""Mails over real SMTP: what arrives, what is tried again, what an operator sees of it."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from accounts import signals
from accounts.models import User
from core.errors import Conflict
from jobs.models import Job
from jobs.testing import drain
from notifications import services
from notifications.models import Mail, NoticeKind
from notifications.services import Message, notify
from tests.notifications.conftest import Post

pytestmark = pytest.mark.django_db


def tell(cast: SimpleNamespace, once: str = "post:1") -> Mail:
    with transaction.atomic():
        news = Message(NoticeKind.POST_FAILED, once, "Failed: “Guten Tag”", "TikTok @a: Too long — cut it.", "/posts/")
        (notice,) = notify(workspace_id=cast.workspace.pk, message=news, to=cast.bob.pk)
    return notice.mail


class TestSending:
    def test_a_notice_arrives_with_its_way_to_the_event_and_out(
        self, smtp: Post, proven: Any, frozen: None, settings: Any
    ) -> None:
        settings.PUBLIC_BASE_URL = "https://elevo.example"
        mail = tell(proven)
        drain()
        (message,) = smtp.taken
        assert smtp.recipients == ["bob@example.com"]
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["Message-ID"] == f"<{mail.pk}@elevo.example>"
        body = message.get_payload(decode=True).decode()
        assert "Failed: “Guten Tag”" in body
        assert "Too long — cut it." in body
        assert "https://elevo.example/posts/" in body
        assert "https://elevo.example/settings/notifications/" in body
        mail.refresh_from_db()
        assert (mail.state, mail.tries, mail.error) == ("sent", 1, "")

    def test_a_job_that_runs_again_sends_nothing_twice(self, smtp: Post, proven: Any, frozen: None) -> None:
        tell(proven)
        drain()
        Job.objects.filter(kind="notifications.mail_texts").update(status="queued", finished_at=None)
        drain()
        assert len(smtp.taken) == 1

    def test_mails_with_links_are_recorded_without_their_text(
        self, smtp: Post, in_workspace: Any, frozen: None
    ) -> None:
        with transaction.atomic():
            signals.email_verification_wanted.send(
                User, user_id=in_workspace.bob.pk, workspace_id=in_workspace.workspace.pk
            )
        drain()
        link = re.search(r"/verify-email/(\S+?)/?\s", smtp.taken[0].get_payload(decode=True).decode())
        assert link
        mail = Mail.objects.get()
        assert (mail.template, mail.state, mail.to) == ("verify_email", "sent", "bob@example.com")
        assert link.group(1) not in repr([list(Mail.objects.values()), list(Job.objects.values())])


class TestTrouble:
    def test_a_server_that_is_busy_is_asked_again(self, smtp: Post, proven: Any, frozen: None) -> None:
        smtp.refuse_message = ["451 Later", "451 Later"]
        mail = tell(proven)
        drain()
        mail.refresh_from_db()
        assert (mail.state, mail.tries) == ("queued", 1)
        assert "451" in mail.error
        drain(advance=True)
        mail.refresh_from_db()
        assert (mail.state, mail.tries, mail.error) == ("sent", 3, "")
        assert len(smtp.taken) == 1

    def test_after_all_tries_it_is_failed_and_an_operator_can_send_it_again(
        self, smtp: Post, proven: Any, frozen: None
    ) -> None:
        smtp.refuse_message = ["451 Later"] * 4
        mail = tell(proven)
        drain(advance=True)
        mail.refresh_from_db()
        assert (mail.state, mail.tries) == ("failed", 4)
        assert "451" in mail.error
        proven.alice.is_staff = proven.alice.is_superuser = True
        proven.alice.save()
        console = proven.browsers.alice
        page = console.get("/admin/notifications/mail/", {"state__exact": "failed"})
        assert b"451" in page.content
        console.post(
            "/admin/notifications/mail/", {"action": "send_again", "_selected_action": [str(mail.pk)]}, follow=True
        )
        drain()
        mail.refresh_from_db()
        assert mail.state == "sent"
        with pytest.raises(Conflict):
            services.send_again(actor=proven.alice_actor, mail_id=mail.pk)

    def test_an_address_that_does_not_exist_is_not_tried_again(self, smtp: Post, proven: Any, frozen: None) -> None:
        smtp.refuse_recipient = ["550 No such user"]
        mail = tell(proven)
        drain(advance=True)
        mail.refresh_from_db()
        assert (mail.state, mail.tries) == ("failed", 1)
        assert "No such user" in mail.error

    def test_a_server_that_is_away(self, proven: Any, frozen: None, settings: Any) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
        mail = tell(proven)
        drain(advance=True)
        mail.refresh_from_db()
        assert (mail.state, mail.tries) == ("failed", 4)

    def test_a_link_mail_that_failed_gets_a_new_link(self, smtp: Post, in_workspace: Any, frozen: None) -> None:
        smtp.refuse_recipient = ["550 No such user"]
        with transaction.atomic():
            signals.password_reset_wanted.send(
                User, user_id=in_workspace.bob.pk, workspace_id=in_workspace.workspace.pk
            )
        drain()
        mail = Mail.objects.get()
        assert mail.state == "failed"
        services.send_again(actor=in_workspace.alice_actor, mail_id=mail.pk)
        drain()
        mail.refresh_from_db()
        assert mail.state == "sent"
        assert len(smtp.taken) == 1
