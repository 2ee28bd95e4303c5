"""Golden vectors: small worked histories with their true answers, for this product and any other.

The files lie in `tests/golden` of the sources and in `conformance/golden` of an installed copy.
"""
