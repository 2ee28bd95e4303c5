"""The dashboard in a real Chromium, against a small server with hand-written answers."""
