"""Queues in the API and as pages read them."""
