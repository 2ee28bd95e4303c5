"""One file of thin routes per resource."""
