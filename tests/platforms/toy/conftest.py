"""What the cases share with the tests of publishing and of the autopilot."""

from tests.flows.test_autopilot import heard, ticking
from tests.publishing.conftest import box, connect, make_post, publish, sandbox_server
from tests.publishing.test_admin import console
from tests.publishing.test_pages import browser

__all__ = ["box", "browser", "connect", "console", "heard", "make_post", "publish", "sandbox_server", "ticking"]
