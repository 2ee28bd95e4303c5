"""Pure functions from frames to facts and from facts to metrics. No clock, no database, no settings."""
