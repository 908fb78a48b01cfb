"""What the product tells people, and what people do to it."""

from notifications.services.mark_read import mark_all_read, mark_read
from notifications.services.notices import Message, notify
from notifications.services.outbox import clean_up, send_again

__all__ = ["Message", "clean_up", "mark_all_read", "mark_read", "notify", "send_again"]
