"""A company that never existed, with known truth, served over HTTP in the vendors' shapes and
with their quirks.
"""
