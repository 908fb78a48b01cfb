"""Chaos of publishing: one call in five goes wrong, workers are killed; nothing is lost, nothing goes out twice."""
