"""Tests of the metrics: hand-worked answers, and comparison with the slow reference."""
