"""Joins the packages: collect, correlate, measure, and when each runs. The only place that opens
write transactions.
"""
