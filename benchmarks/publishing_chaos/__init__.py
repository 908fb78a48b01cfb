"""Chaos of publishing: one call in five goes wrong, of those that may make a post public every second one, and workers
are killed; nothing is lost, nothing goes out twice."""
