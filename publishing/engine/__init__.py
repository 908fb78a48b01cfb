"""Moves targets: one run loops over the steps of one target until it must wait."""
