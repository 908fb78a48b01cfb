"""Reads of analytics: each a fixed number of queries, missing numbers stay missing."""
