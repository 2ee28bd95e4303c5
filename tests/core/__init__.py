"""The configuration and what every layer shares."""
