"""Tests mirror the tree; `tests.e2e` follows data through the whole path, `tests.contract`
reads payloads nobody here wrote.
"""
