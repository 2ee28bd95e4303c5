"""Every parser of what strangers send, under input that nobody would send: `make fuzz-parsers`."""
