"""What the product tells people, and what people do to it."""

from notifications.services.outbox import clean_up, send_again
from notifications.services.reading import mark_all_read, mark_read
from notifications.services.telling import News, notify

__all__ = ["News", "clean_up", "mark_all_read", "mark_read", "notify", "send_again"]
