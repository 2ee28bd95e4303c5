"""The contract of the HTTP API: its stored document, what breaks a program, odd requests."""
