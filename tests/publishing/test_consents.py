"""When a connection asks its person again."""

from datetime import timedelta

import pytest

from core import clock
from publishing.models import Grant


def grant(*, access, refresh, sealed):
    now = clock.now()
    return Grant(
        platform="facebook",
        refresh_sealed=sealed,
        expires_at=now + timedelta(days=access) if access else None,
        refresh_expires_at=now + timedelta(days=refresh) if refresh else None,
    )


@pytest.mark.parametrize(
    ("access", "refresh", "sealed", "days"),
    [
        (1, 365, "x", 365),
        (1, None, "x", None),
        (59, 59, "", 59),
        (59, None, "", 59),
        # Its own refresh token: renewed two weeks ahead, so only the last week is a person's.
        (59, 59, "x", None),
        (6, 6, "x", 6),
    ],
)
def test_a_person_is_asked_only_where_nothing_renews_itself(frozen, access, refresh, sealed, days):
    ends = grant(access=access, refresh=refresh, sealed=sealed).ends_at
    assert ends == (None if days is None else clock.now() + timedelta(days=days))
