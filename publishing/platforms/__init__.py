"""The outside platforms: one contract (`base`), one folder each, one line in `registry`."""
