"""One file per source: which streams it has, and a pure function from each payload to neutral records."""
