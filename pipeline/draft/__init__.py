"""A first configuration, drafted of what sources show: for a person to edit."""
