"""One migration per change of the tables, named by date and subject."""
