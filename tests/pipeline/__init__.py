"""What joins the packages: passes over sources, their ends, and when each runs."""
