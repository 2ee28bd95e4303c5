"""Benchmarks: each runs a baseline beside the product and tells the ratio of the two."""
