"""The dashboard: static pages that read the public HTTP API and nothing else."""
