"""The correlator, on small frames written by hand and on random graphs."""
