"""The HTTP API over a simulated company."""
