"""The model gateway. Upper apps register what they ask for, and ask through `ai.gateway.generate`."""

from ai.purposes import Kind, Purpose, register

__all__ = ["Kind", "Purpose", "register"]
