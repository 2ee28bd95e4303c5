"""Pure functions from frames to graded links: which commit, deployment or incident belongs to which ticket, and why."""
