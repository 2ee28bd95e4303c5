"""Pure functions, frames to facts and facts to metrics: no clock, no database, no settings."""
