"""One file per source: its streams, and a pure function from each payload to neutral records."""
