"""Real payloads and histories that nobody here wrote, from the folder `HEADWATER_FIXTURES`."""
