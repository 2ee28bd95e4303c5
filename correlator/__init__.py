"""Pure functions from frames to graded links: what belongs to which ticket, and why."""
