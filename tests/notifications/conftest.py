"""A real SMTP server on this machine that can be told to refuse, and people with proven addresses."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from types import SimpleNamespace
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from core import clock
from tests.ports import free_port


@dataclass
class Post:
    """What the server took, and what it answers to each next recipient or message."""

    taken: list[Message] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refuse_recipient: list[str] = field(default_factory=list)
    refuse_message: list[str] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.refuse_recipient:
            return self.refuse_recipient.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuse_message:
            return self.refuse_message.pop(0)
        self.taken.append(message_from_bytes(envelope.content))
        self.recipients.extend(envelope.rcpt_tos)
        return "250 OK"


@pytest.fixture
def smtp(settings: Any) -> Iterator[Post]:
    """The product's mail server, as `EMAIL_URL=smtp://127.0.0.1:<port>` would set it."""
    port = free_port()
    post = Post()
    controller = Controller(post, hostname="127.0.0.1", port=port, ready_timeout=60)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 60
    yield post
    controller.stop()


@pytest.fixture
def proven(in_workspace: SimpleNamespace) -> SimpleNamespace:
    """The cast, with addresses that were confirmed."""
    for user in (in_workspace.alice, in_workspace.bob, in_workspace.victor):
        user.email_verified_at = clock.now()
        user.save()
    return in_workspace
