"""The model gateway. Upper apps register what they ask for, and ask through `ai.gateway.generate`."""

from ai.purposes import Purpose, PurposeKind, register

__all__ = ["Purpose", "PurposeKind", "register"]
