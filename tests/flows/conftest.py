"""The imitated platforms, and a workspace with two accounts and a video, as publishing's tests have them."""

from tests.publishing.conftest import box, connect, in_january, sandbox_server, world  # noqa: F401
