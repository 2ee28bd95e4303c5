"""What keeps strangers out, secrets in, and every process to its own work."""
