"""Findings of a value stream map: where its time goes, in an order that can be argued with."""
