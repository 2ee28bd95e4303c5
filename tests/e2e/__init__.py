"""The whole path: the simulated company over HTTP, through the connectors, to what the API
reports.
"""
