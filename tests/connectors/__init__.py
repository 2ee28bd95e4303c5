"""Tests of the connectors, against saved payloads and small made-up servers."""
