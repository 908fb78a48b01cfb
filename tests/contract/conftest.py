"""Sandbox and connections as the tests of publishing have them."""

from tests.publishing.conftest import box, connect, sandbox_server

__all__ = ["box", "connect", "sandbox_server"]
