"""The control API and page under `/_control/`: faults, clock, settings, and what was received."""

from sandbox.control.routes import routes

__all__ = ["routes"]
