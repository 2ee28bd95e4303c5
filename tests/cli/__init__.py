"""The commands, as somebody at a terminal or a script sees them."""
