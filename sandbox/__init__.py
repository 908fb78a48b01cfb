"""An imitation of the outside platforms over HTTP, with its own state and its own clock.

Every outside host becomes a path prefix (`/open.tiktokapis.com/v2/…`). It knows nothing of the product that talks to
it, and the product reaches it only by its base URL settings. `docs/sandbox.md` says what it imitates and how to make
it misbehave.
"""
