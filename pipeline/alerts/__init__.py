"""Alerts: what is worth a message, who is told of it, and how that is sent."""
