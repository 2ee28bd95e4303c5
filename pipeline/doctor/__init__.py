"""What may be wrong with an installation: the database, the machine, the sources, the settings."""
