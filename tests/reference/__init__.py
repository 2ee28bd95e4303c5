"""Slow and obvious versions of what the product computes fast; tests compare the two."""
