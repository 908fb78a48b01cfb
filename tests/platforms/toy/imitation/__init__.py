"""Toy, imitated."""

from sandbox.starting import Sample, Starting

DATA = Starting(
    name="toy",
    samples=(Sample("toy-1", "shelf", "bear", "Bear", 300),),
    settings={"code_ttl_s": 600, "listing_lag_s": 0.0},
)
