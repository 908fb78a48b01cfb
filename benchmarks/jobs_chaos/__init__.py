"""Chaos of jobs: workers are killed at random moments; every effect must happen exactly once."""
